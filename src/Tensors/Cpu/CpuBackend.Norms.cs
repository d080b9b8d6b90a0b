namespace TalkingMachines.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    const int GradientRows = 64; // rows whose weight gradients are added in f32 before they meet the others in double
    const int NormPixels = 4096; // pixels of a block at most: its sums stay on the stack
    const int NormBlock = 192 * 1024; // floats of a block with all channels, read twice: three quarters of a second cache of 1 MB

    public override void LayerNorm(Tensor x, Tensor? weight, Tensor? bias, float epsilon, Tensor y) =>
        Normalise(RowNorm.Of(x, weight, true, epsilon), Floats(bias), Floats(y));

    public override void RmsNorm(Tensor x, Tensor weight, float epsilon, Tensor y) =>
        Normalise(RowNorm.Of(x, weight, false, epsilon), null, Floats(y));

    public override void LayerNormGradient(Tensor x, Tensor? weight, float epsilon, Tensor dy, Tensor dx, Tensor? dweight, Tensor? dbias) =>
        NormaliseGradient(RowNorm.Of(x, weight, true, epsilon), Floats(dy), Floats(dx), Floats(dweight), Floats(dbias), dx.Device.Memory);

    public override void RmsNormGradient(Tensor x, Tensor weight, float epsilon, Tensor dy, Tensor dx, Tensor dweight) =>
        NormaliseGradient(RowNorm.Of(x, weight, false, epsilon), Floats(dy), Floats(dx), Floats(dweight), null, dx.Device.Memory);

    void Normalise(in RowNorm norm, float* bias, float* y)
    {
        var cut = Cut.Items(norm.Rows, norm.Width);
        team.Run(new NormJob(norm, bias, y, cut), cut.Parts);
    }

    void NormaliseGradient(in RowNorm norm, float* dy, float* dx, float* dweight, float* dbias, MemoryPool memory)
    {
        if (norm.Rows == 0)
        {
            if (dweight != null) new Span<float>(dweight, norm.Width).Clear();
            if (dbias != null) new Span<float>(dbias, norm.Width).Clear();
            return;
        }
        long groups = norm.Rows / norm.RowsPerGroup, chunks = (norm.RowsPerGroup + GradientRows - 1) / GradientRows;
        var cut = Cut.Items(groups * chunks, (long)norm.Width * GradientRows);
        if (dweight == null && dbias == null)
        {
            team.Run(new NormGradientJob(norm, dy, dx, null, null, chunks, cut), cut.Parts);
            return;
        }
        long size = groups * chunks * norm.Width;
        var partials = memory.Rent(2 * size * sizeof(float));
        try
        {
            float* weights = dweight == null ? null : (float*)partials.Pointer, biases = dbias == null ? null : (float*)partials.Pointer + size;
            team.Run(new NormGradientJob(norm, dy, dx, weights, biases, chunks, cut), cut.Parts);
            if (dweight != null) SumChunks(weights, groups, chunks, norm.Width, dweight, memory);
            if (dbias != null) SumChunks(biases, groups, chunks, norm.Width, dbias, memory);
        }
        finally
        {
            partials.Release();
        }
    }

    /// <summary>y[group, i] = sum over chunks of x[group, chunk, i]</summary>
    void SumChunks(float* x, long groups, long chunks, long width, float* y, MemoryPool memory)
    {
        StridedSpace kept = new(), summed = new();
        kept.Add(groups, chunks * width, 0);
        kept.Add(width, 1, 0);
        kept.Close();
        summed.Add(chunks, width, 0);
        summed.Close();
        if (groups * width > 0) Sum(x, kept, summed, alongRows: width == 1 && chunks > 1, y, memory);
    }

    public override void ChannelNorm(Tensor x, Tensor gain, Tensor y) => ChannelNorm(x, gain, y, silu: false);

    public override void ChannelNormSilu(Tensor x, Tensor gain, Tensor y) => ChannelNorm(x, gain, y, silu: true);

    void ChannelNorm(Tensor x, Tensor gain, Tensor y, bool silu)
    {
        if (y.Count == 0) return;
        var blocks = PixelBlocks.Of(x.Shape);
        if (blocks.Pixels == 1) // a contiguous row for each item
        {
            Normalise(RowNorm.OfChannels(x, gain), null, Floats(y));
            if (silu) Apply<SiluOperator>(y, y);
            return;
        }
        var cut = Cut.Items(blocks.Count, blocks.Run * blocks.Channels);
        team.Run(new ChannelNormJob(Floats(x), Floats(gain), Floats(y), silu, blocks, cut), cut.Parts);
    }

    public override void ChannelNormGradient(Tensor x, Tensor gain, Tensor dy, Tensor dx, Tensor dgain)
    {
        if (dx.Count == 0)
        {
            Fill(dgain, 0);
            return;
        }
        var memory = dx.Device.Memory;
        var blocks = PixelBlocks.Of(x.Shape);
        if (blocks.Pixels == 1)
        {
            NormaliseGradient(RowNorm.OfChannels(x, gain), Floats(dy), Floats(dx), Floats(dgain), null, memory);
            return;
        }
        var partials = memory.Rent(blocks.Count * blocks.Channels * sizeof(float));
        try
        {
            float* gains = (float*)partials.Pointer;
            var cut = Cut.Items(blocks.Count, blocks.Run * blocks.Channels);
            team.Run(new ChannelNormGradientJob(Floats(x), Floats(gain), Floats(dy), Floats(dx), gains, blocks, cut), cut.Parts);
            SumChunks(gains, 1, blocks.Count, blocks.Channels, Floats(dgain), memory);
        }
        finally
        {
            partials.Release();
        }
    }

    public override void Rotary(Tensor x, Tensor cos, Tensor sin, bool inverse, Tensor y)
    {
        var shape = x.Shape; // [B,S,H,D]
        long heads = shape[2], positions = shape[1];
        int pairs = shape[3] / 2;
        var cut = Cut.Items(shape[0] * positions, heads * 2 * pairs);
        team.Run(new RotaryJob(Floats(x), Floats(cos), Floats(sin), inverse ? -1 : 1, Floats(y), positions, heads, pairs, cut), cut.Parts);
    }

    /// <summary>Rows of x and the weight rows that serve equal runs of them; weight may be null.</summary>
    readonly struct RowNorm(float* x, long rows, int width, float* weight, long rowsPerGroup, bool centred, float epsilon)
    {
        public readonly float* X = x;
        public readonly float* Weight = weight;
        public readonly bool Centred = centred;

        public long Rows => rows;

        public int Width => width;

        public long RowsPerGroup => rowsPerGroup;

        public static RowNorm Of(Tensor x, Tensor? weight, bool centred, float epsilon)
        {
            int width = x.Shape.Last;
            long rows = width == 0 ? 0 : x.Count / width;
            long groups = weight is null || rows == 0 ? 1 : weight.Count / width;
            return new(Floats(x), rows, width, Floats(weight), rows / groups, centred, epsilon);
        }

        /// <summary>The channel norm of single pixels. Its least norm, 1e-12, becomes an epsilon.</summary>
        public static RowNorm OfChannels(Tensor x, Tensor gain)
        {
            int channels = x.Shape[1];
            return new(Floats(x), x.Shape[0], channels, Floats(gain), x.Shape[0], centred: false, 1e-24f / channels);
        }

        public RowMoments Moments(long row) => NormRows.Moments(X + (row * width), width, Centred, epsilon);
    }

    readonly struct NormJob(RowNorm norm, float* bias, float* y, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            int width = norm.Width;
            for (long row = cut.From(part); row < cut.To(part); row++)
            {
                long start = row * width, group = row / norm.RowsPerGroup * width;
                float* weight = norm.Weight == null ? null : norm.Weight + group;
                NormRows.Normalise(norm.X + start, norm.Moments(row), weight, bias == null ? null : bias + group, y + start, width);
            }
        }
    }

    /// <summary>An item is up to <see cref="GradientRows"/> rows of one group; it leaves dx and one row of dweights and of dbiases [group, chunk, width].</summary>
    readonly struct NormGradientJob(RowNorm norm, float* dy, float* dx, float* dweights, float* dbiases, long chunks, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            for (long item = cut.From(part); item < cut.To(part); item++)
            {
                var (group, chunk) = Math.DivRem(item, chunks);
                long first = (group * norm.RowsPerGroup) + (chunk * GradientRows);
                RunRows(first, Math.Min(first + GradientRows, (group + 1) * norm.RowsPerGroup), group, item);
            }
        }

        void RunRows(long first, long end, long group, long item)
        {
            int width = norm.Width;
            float* weight = norm.Weight == null ? null : norm.Weight + (group * width);
            float* dweight = dweights == null ? null : dweights + (item * width), dbias = dbiases == null ? null : dbiases + (item * width);
            if (dweight != null) new Span<float>(dweight, width).Clear();
            if (dbias != null) new Span<float>(dbias, width).Clear();
            for (long row = first; row < end; row++)
            {
                float* x = norm.X + (row * width), above = dy + (row * width);
                var moments = norm.Moments(row);
                NormRows.Gradient(x, moments, norm.Centred, weight, above, dx + (row * width), width);
                if (dweight != null) NormRows.AddWeightGradient(x, moments, above, dweight, width);
                if (dbias != null) ElementRows.AddTo(above, 1, dbias, width);
            }
        }
    }

    /// <summary>Runs of pixels of x [B,C,pixels], each walked channel by channel. Long, because every jump to the next channel stalls; yet with all channels they stay in the second cache.</summary>
    readonly record struct PixelBlocks(long Batch, int Channels, long Pixels, long Run)
    {
        public long BlocksPerItem => (Pixels + Run - 1) / Run;

        public long Count => Batch * BlocksPerItem;

        public static PixelBlocks Of(in Shape shape)
        {
            long pixels = shape.Product(2, shape.Rank);
            long most = Math.Clamp(NormBlock / shape[1], 64, NormPixels);
            most = Math.Min(most, Math.Max(256, shape[0] * pixels / 8)); // where there is little, several blocks for several threads
            long blocks = (pixels + most - 1) / most;
            return new(shape[0], shape[1], pixels, Math.Min(pixels, Cut.RoundUp((pixels + blocks - 1) / blocks, ElementRows.Lanes)));
        }

        /// <summary>Where block <paramref name="index"/> begins in channel 0, and its pixels.</summary>
        public (long Start, int Count) Block(long index)
        {
            var (item, block) = Math.DivRem(index, BlocksPerItem);
            long first = block * Run;
            return ((item * Channels * Pixels) + first, (int)Math.Min(Run, Pixels - first));
        }
    }

    readonly struct ChannelNormJob(float* x, float* gain, float* y, bool silu, PixelBlocks blocks, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            float* scales = stackalloc float[NormPixels];
            for (long index = cut.From(part); index < cut.To(part); index++)
            {
                var (start, count) = blocks.Block(index);
                SumSquares(x + start, blocks, scales, count);
                NormRows.InverseLengths(scales, MathF.Sqrt(blocks.Channels), count);
                for (int c = 0; c < blocks.Channels; c++)
                {
                    long at = start + (c * blocks.Pixels);
                    NormRows.ScalePixels(x + at, scales, gain[c], y + at, count);
                    if (silu) ElementRows.Apply<SiluOperator>(y + at, y + at, count); // still in the first cache
                }
            }
        }
    }

    static void SumSquares(float* x, in PixelBlocks blocks, float* sums, int count)
    {
        new Span<float>(sums, count).Clear();
        for (int c = 0; c < blocks.Channels; c++)
        {
            float* channel = x + (c * blocks.Pixels);
            NormRows.AddProducts(channel, channel, 1, sums, count);
        }
    }

    /// <summary>dx = s (dy gain - x sum(dy gain x) / |x|^2), s = sqrt(C) / |x|; leaves the gains' gradients by block [block, C].</summary>
    readonly struct ChannelNormGradientJob(float* x, float* gain, float* dy, float* dx, float* dgains, PixelBlocks blocks, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            float* scales = stackalloc float[NormPixels], slopes = stackalloc float[NormPixels];
            float root = MathF.Sqrt(blocks.Channels);
            for (long index = cut.From(part); index < cut.To(part); index++)
            {
                var (start, count) = blocks.Block(index);
                SumSquares(x + start, blocks, scales, count);
                new Span<float>(slopes, count).Clear();
                for (int c = 0; c < blocks.Channels; c++)
                    NormRows.AddProducts(x + start + (c * blocks.Pixels), dy + start + (c * blocks.Pixels), gain[c], slopes, count);
                for (int i = 0; i < count; i++) (scales[i], slopes[i]) = Pixel(scales[i], slopes[i], root);
                for (int c = 0; c < blocks.Channels; c++)
                {
                    long at = start + (c * blocks.Pixels);
                    dgains[(index * blocks.Channels) + c] = NormRows.ChannelGradient(x + at, dy + at, scales, slopes, gain[c], dx + at, count);
                }
            }
        }

        // where the norm is held at its least it no longer depends on x
        static (float Scale, float Slope) Pixel(float squares, float product, float root)
        {
            float norm = MathF.Sqrt(squares), scale = root / MathF.Max(norm, 1e-12f);
            return (scale, norm > 1e-12f ? scale * product / squares : 0);
        }
    }

    readonly struct RotaryJob(float* x, float* cos, float* sin, float sign, float* y, long positions, long heads, int pairs, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            for (long token = cut.From(part); token < cut.To(part); token++)
            {
                long angles = token % positions * pairs, start = token * heads * 2 * pairs;
                for (long head = 0; head < heads; head++, start += 2 * pairs)
                    NormRows.Rotate(x + start, cos + angles, sin + angles, sign, y + start, pairs);
            }
        }
    }
}
