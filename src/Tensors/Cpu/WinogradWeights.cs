using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>
/// The weight gradient of a 1x3x3 convolution at stride 1 by F(3x3, 2x2): 4x4 pixels under 2x2 slopes give 3x3 weights with
/// 16 multiplications instead of 36 (Lavin and Gray, section 4.2): points as in <see cref="Winograd"/>, but summed over tiles, not channels.
/// Tiles are cut into slices by their number alone, so that results don't depend on the number of threads.
/// </summary>
internal static unsafe class WinogradWeights
{
    const int Points = 16;
    const int Lanes = 16;
    const int BlockTiles = 64;              // tiles transformed together: their points stay near the L2 cache's size
    const int LeastBlocks = 3;              // of a slice, or else adding slices up would cost too much
    const int MostSlices = 16;
    const long SumBytes = 64L << 20;        // of all slices together

    /// <summary>Whether this way serves and pays.</summary>
    public static bool Fits(in Shape w, in ConvolutionWindow window, in Shape dy) =>
        Winograd.Fits(w, window) && (long)dy[0] * dy[2] * dy[3] * dy[4] >= 4 * BlockTiles && dy[3] > 1 && dy[4] > 1;

    /// <summary>dweight [O,C,1,3,3] of x [B,C,T,H,W] and dy [B,O,T,H,W].</summary>
    public static void Run(WorkerTeam team, Tensor x, Tensor dy, in ConvolutionWindow window, Tensor dweight)
    {
        int outputs = dy.Shape[1], channels = x.Shape[1], down = (dy.Shape[3] + 1) / 2, across = (dy.Shape[4] + 1) / 2;
        Storage? pixels = null, slopePixels = null, sums = null;
        try
        {
            var picture = ChannelLastPicture.Make(team, x, window.FrontH, window.FrontW, (2 * down) + 2, (2 * across) + 2, out pixels);
            var slopes = ChannelLastPicture.Make(team, dy, 0, 0, 2 * down, 2 * across, out slopePixels);
            int blocks = ((picture.Images * down * across) + BlockTiles - 1) / BlockTiles;
            long slice = Points * (long)RoundUp(outputs, Tile.Rows) * picture.Pixel;
            int slices = Slices(blocks, slice);
            sums = dweight.Device.Memory.Rent(slices * slice * sizeof(float));
            var job = new SliceJob(team.Scratch, picture, slopes, down, across, outputs, channels, (float*)sums.Pointer, slice, (blocks + slices - 1) / slices * BlockTiles);
            team.Run(job, slices, job.ScratchFloats * sizeof(float));
            team.Run(new ResultJob((float*)sums.Pointer, slice, slices, picture.Pixel, outputs, channels, (float*)dweight.Pointer), outputs);
        }
        finally
        {
            slopePixels?.Release();
            pixels?.Release();
            sums?.Release();
        }
    }

    // An even number, for two threads; at most as many as blocks.
    static int Slices(int blocks, long slice) =>
        (int)Math.Min(Math.Min(blocks, Math.Max(2, blocks / (2 * LeastBlocks) * 2)), Math.Clamp(SumBytes / sizeof(float) / slice, 2, MostSlices));

    static int RoundUp(int value, int unit) => (value + unit - 1) / unit * unit;

    /// <summary>Sums of the products of points over a slice of the tiles: [point][output][channel].</summary>
    readonly struct SliceJob(
        void** scratch, ChannelLastPicture picture, ChannelLastPicture slopes, int down, int across, int outputs, int channels,
        float* sums, long slice, int tilesASlice) : IParallelJob
    {
        int OutputRows => RoundUp(outputs, Tile.Rows);

        long LeftStep => (long)OutputRows * BlockTiles + Lanes; // a power of two would crowd the cache's sets

        long RightStep => (long)RoundUp(channels, Tile.Columns) * BlockTiles + Lanes;

        public long ScratchFloats => Points * (LeftStep + RightStep);

        public void Run(int part, int worker)
        {
            float* left = (float*)scratch[worker], right = left + (Points * LeftStep);
            int first = part * tilesASlice, end = Math.Min(picture.Images * down * across, first + tilesASlice);
            for (int tile = first; tile < end; tile += BlockTiles)
            {
                int count = Math.Min(BlockTiles, end - tile);
                for (int i = 0; i < count; i++)
                {
                    var (image, within) = Math.DivRem(tile + i, down * across);
                    int row = within / across * 2, column = within % across * 2;
                    EnterSlopes(slopes.At(image, row, column), left + (i * Tile.Rows));
                    EnterPixels(picture.At(image, row, column), right + (i * Tile.Columns));
                }
                Multiply(count, left, right, sums + (part * slice), tile > first);
            }
            if (first >= end) new Span<float>(sums + (part * slice), (int)slice).Clear();
        }

        void Multiply(int count, float* left, float* right, float* target, bool accumulate)
        {
            for (int point = 0; point < Points; point++, left += LeftStep, right += RightStep)
            {
                for (int c = 0; c < channels; c += Tile.Columns)
                    for (int o = 0; o < OutputRows; o += Tile.Rows)
                    {
                        float* sum = target + (((long)point * OutputRows) + o) * picture.Pixel + c;
                        Tile.Multiply(count, left + ((long)o * BlockTiles), right + ((long)c * BlockTiles), sum, picture.Pixel, accumulate, channels - c);
                    }
            }
        }

        // B' d B with B' = [1 0 -1 0; 0 1 1 0; 0 -1 1 0; 0 1 0 -1], for each channel
        void EnterPixels(float* source, float* target)
        {
            long below = (long)picture.Columns * picture.Pixel, step = RightStep;
            int next = picture.Pixel;
            for (int c = 0; c < channels; c += Lanes, source += Lanes)
            {
                var (a0, a1, a2, a3) = PixelRow(source, next);
                var (b0, b1, b2, b3) = PixelRow(source + below, next);
                var (c0, c1, c2, c3) = PixelRow(source + (2 * below), next);
                var (d0, d1, d2, d3) = PixelRow(source + (3 * below), next);
                float* place = target + ((long)(c / Tile.Columns) * Tile.Columns * BlockTiles) + (c % Tile.Columns);
                StoreRow((a0 - c0, a1 - c1, a2 - c2, a3 - c3), place, step);
                StoreRow((b0 + c0, b1 + c1, b2 + c2, b3 + c3), place + (4 * step), step);
                StoreRow((c0 - b0, c1 - b1, c2 - b2, c3 - b3), place + (8 * step), step);
                StoreRow((b0 - d0, b1 - d1, b2 - d2, b3 - d3), place + (12 * step), step);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void StoreRow((Vector512<float> A, Vector512<float> B, Vector512<float> C, Vector512<float> D) row, float* target, long step)
        {
            row.A.Store(target);
            row.B.Store(target + step);
            row.C.Store(target + (2 * step));
            row.D.Store(target + (3 * step));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static (Vector512<float>, Vector512<float>, Vector512<float>, Vector512<float>) PixelRow(float* source, int next)
        {
            Vector512<float> a = Vector512.Load(source), b = Vector512.Load(source + next), c = Vector512.Load(source + (2 * next)), d = Vector512.Load(source + (3 * next));
            return (a - c, b + c, c - b, b - d);
        }

        // G s G' with G = [1 0; 1 1; 1 -1; 0 1], for each output; the halves of the middle rows wait for the result
        void EnterSlopes(float* source, float* target)
        {
            long below = (long)slopes.Columns * slopes.Pixel, step = LeftStep;
            int next = slopes.Pixel;
            for (int o = 0; o < outputs; o += Tile.Rows, source += Tile.Rows, target += Tile.Rows * BlockTiles)
            {
                Vector256<float> a = Vector256.Load(source), b = Vector256.Load(source + next);
                Vector256<float> c = Vector256.Load(source + below), d = Vector256.Load(source + below + next);
                StoreSlopes(a, b, target, step);
                StoreSlopes(a + c, b + d, target + (4 * step), step);
                StoreSlopes(a - c, b - d, target + (8 * step), step);
                StoreSlopes(c, d, target + (12 * step), step);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void StoreSlopes(Vector256<float> left, Vector256<float> right, float* target, long step)
        {
            left.Store(target);
            (left + right).Store(target + step);
            (left - right).Store(target + (2 * step));
            right.Store(target + (3 * step));
        }
    }

    /// <summary>A' m A with A' = [1 1/2 1/2 0; 0 1/2 -1/2 0; 0 1/2 1/2 -1], an output a part.</summary>
    readonly struct ResultJob(float* sums, long slice, int slices, int stride, int outputs, int channels, float* dweight) : IParallelJob
    {
        const int Taps = 9;

        public void Run(int part, int worker)
        {
            float* points = stackalloc float[(Points + Taps) * Lanes], taps = points + (Points * Lanes);
            float* target = dweight + ((long)part * channels * Taps);
            for (int c = 0; c < channels; c += Lanes)
            {
                for (int point = 0; point < Points; point++) Sum(sums + (((long)point * RoundUp(outputs, Tile.Rows)) + part) * stride + c).Store(points + (point * Lanes));
                Leave(points, taps);
                int count = Math.Min(Lanes, channels - c);
                for (int i = 0; i < count; i++)
                    for (int tap = 0; tap < Taps; tap++) *target++ = taps[(tap * Lanes) + i];
            }
        }

        Vector512<float> Sum(float* first)
        {
            var sum = Vector512.Load(first);
            for (int i = 1; i < slices; i++) sum += Vector512.Load(first + (i * slice));
            return sum;
        }

        static void Leave(float* points, float* taps)
        {
            var (a0, a1, a2) = Three(points, 4 * Lanes);
            var (b0, b1, b2) = Three(points + Lanes, 4 * Lanes);
            var (c0, c1, c2) = Three(points + (2 * Lanes), 4 * Lanes);
            var (d0, d1, d2) = Three(points + (3 * Lanes), 4 * Lanes);
            StoreTaps(a0, b0, c0, d0, taps);
            StoreTaps(a1, b1, c1, d1, taps + (3 * Lanes));
            StoreTaps(a2, b2, c2, d2, taps + (6 * Lanes));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static (Vector512<float>, Vector512<float>, Vector512<float>) Three(float* points, int step) =>
            Three(Vector512.Load(points), Vector512.Load(points + step), Vector512.Load(points + (2 * step)), Vector512.Load(points + (3 * step)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static (Vector512<float>, Vector512<float>, Vector512<float>) Three(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
        {
            Vector512<float> sum = (b + c) * 0.5f, difference = (b - c) * 0.5f;
            return (a + sum, difference, sum - d);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void StoreTaps(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* taps)
        {
            var (left, middle, right) = Three(a, b, c, d);
            left.Store(taps);
            middle.Store(taps + Lanes);
            right.Store(taps + (2 * Lanes));
        }
    }
}
