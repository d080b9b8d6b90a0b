namespace TalkingMachines.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    public override void UpsampleNearest(Tensor x, int factor, Tensor y)
    {
        long rows = (long)x.Shape[0] * x.Shape[1];
        int width = x.Shape[2];
        var cut = Cut.Items(rows, (long)width * factor * factor);
        team.Run(new UpsampleJob(Floats(x), width, factor, Floats(y), cut), cut.Parts);
    }

    public override void SumPool(Tensor x, int factor, Tensor y)
    {
        long rows = (long)y.Shape[0] * y.Shape[1];
        int width = y.Shape[2];
        var cut = Cut.Items(rows, (long)width * factor * factor);
        team.Run(new SumPoolJob(Floats(x), factor, Floats(y), width, cut), cut.Parts);
    }

    public override void ResizeBilinear(Tensor x, Tensor y)
    {
        if (y.Count == 0) return;
        var columns = x.Device.Memory.Rent(ResizeGeometry.ColumnBytes(y.Shape[2]));
        try
        {
            var geometry = new ResizeGeometry(x.Shape, y.Shape, columns.Pointer);
            var cut = Cut.Items((long)y.Shape[0] * y.Shape[1], 4L * y.Shape[2]);
            team.Run(new ResizeJob(Floats(x), geometry, Floats(y), cut), cut.Parts);
        }
        finally
        {
            columns.Release();
        }
    }

    public override void ResizeBilinearGradient(Tensor dy, Tensor dx)
    {
        if (dx.Count == 0) return;
        var columns = dx.Device.Memory.Rent(ResizeGeometry.ColumnBytes(dy.Shape[2]));
        try
        {
            var geometry = new ResizeGeometry(dx.Shape, dy.Shape, columns.Pointer);
            int planes = dx.Shape[0];
            var cut = Cut.Items(Groups(planes), 16L * dy.Shape[1] * dy.Shape[2]);
            team.Run(new ResizeGradientJob(Floats(dy), geometry, Floats(dx), planes, cut), cut.Parts);
        }
        finally
        {
            columns.Release();
        }
    }

    public override void Warp(Tensor x, Tensor flow, Sampling sampling, Tensor y)
    {
        if (y.Count == 0) return;
        if (sampling == Sampling.Cubic)
        {
            WarpCubic(x, flow, y);
            return;
        }
        var geometry = WarpGeometry.Of(x.Shape, flow, x.Shape[3]);
        var cut = Cut.Items((long)y.Shape[0] * geometry.Height, 8L * geometry.Width * geometry.Channels);
        team.Run(new WarpJob(Floats(x), geometry, Floats(y), cut), cut.Parts);
    }

    public override void WarpGradient(Tensor x, Tensor flow, Sampling sampling, Tensor dy, Tensor? dx, Tensor dflow)
    {
        if (dx is not null && dy.Count == 0) Fill(dx, 0);
        if (dy.Count == 0) return;
        if (sampling == Sampling.Cubic)
        {
            WarpCubicGradient(x, flow, dy, dx, dflow);
            return;
        }
        var geometry = WarpGeometry.Of(x.Shape, flow, x.Shape[3]);
        long work = 8L * geometry.Width * geometry.Channels;
        var cut = Cut.Items((long)dy.Shape[0] * geometry.Height, work);
        team.Run(new FlowGradientJob(Floats(x), geometry, Floats(dy), Floats(dflow), cut), cut.Parts);
        if (dx is null) return;
        cut = Cut.Items((long)dx.Shape[0] * Groups(geometry.Channels), 32L * geometry.Plane * geometry.FramesPerPicture);
        team.Run(new PictureGradientJob(geometry, Floats(dy), Floats(dx), cut), cut.Parts);
    }

    /// <summary>Groups of planes whose gradients are spread together.</summary>
    static int Groups(int planes) => (planes + BilinearPoints.SpreadPlanes - 1) / BilinearPoints.SpreadPlanes;

    readonly struct UpsampleJob(float* x, int width, int factor, float* y, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            long wide = (long)width * factor;
            for (long row = cut.From(part); row < cut.To(part); row++)
            {
                float* target = y + (row * factor * wide);
                ResamplingRows.Repeat(x + (row * width), factor, target, width);
                for (int k = 1; k < factor; k++) ElementRows.Copy(target, target + (k * wide), wide);
            }
        }
    }

    readonly struct SumPoolJob(float* x, int factor, float* y, int width, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            long wide = (long)width * factor;
            for (long row = cut.From(part); row < cut.To(part); row++)
                ResamplingRows.SumCells(x + (row * factor * wide), wide, factor, y + (row * width), width);
        }
    }

    /// <summary>Where the pixels of a large picture look in the small one (or the other way round): cell and fraction, by column in a table, by row on demand.</summary>
    readonly struct ResizeGeometry
    {
        readonly int* cells;
        readonly float* fractions;
        readonly CellSteps steps;

        /// <param name="from">[N,H,W], looked at</param>
        /// <param name="to">[N,H',W'], whose pixels look</param>
        /// <param name="columns">memory of <see cref="ColumnBytes"/></param>
        public ResizeGeometry(in Shape from, in Shape to, nint columns)
        {
            FromHeight = from[1];
            FromWidth = from[2];
            Height = to[1];
            Width = to[2];
            cells = (int*)columns;
            fractions = (float*)(cells + Width);
            steps = CellSteps.Of(FromHeight, FromWidth);
            for (int j = 0; j < Width; j++) (cells[j], fractions[j]) = Look(j, FromWidth, Width);
        }

        public readonly int FromHeight, FromWidth, Height, Width;

        public static long ColumnBytes(int width) => width * 8L;

        public long FromPlane => (long)FromHeight * FromWidth;

        public (int Cell, float Fraction) Row(int i) => Look(i, FromHeight, Height);

        public BilinearPoints Points(int column, float* down) => new(cells + column, fractions + column, down, steps);

        // in double: at the end of a long row f32 is off by a ten-thousandth of a pixel
        static (int Cell, float Fraction) Look(int i, int from, int to)
        {
            double place = Math.Clamp(((i + 0.5) * from / to) - 0.5, 0, from - 1);
            int cell = Math.Min((int)place, Math.Max(0, from - 2));
            return (cell, (float)(place - cell));
        }
    }

    readonly struct ResizeJob(float* x, ResizeGeometry geometry, float* y, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            float* mixed = stackalloc float[BilinearPoints.Most + 1];
            float* down = stackalloc float[BilinearPoints.Most];
            for (long line = cut.From(part); line < cut.To(part); line++)
            {
                var (plane, row) = Math.DivRem(line, geometry.Height);
                var (cell, fraction) = geometry.Row((int)row);
                new Span<float>(down, BilinearPoints.Most).Fill(fraction);
                float* source = x + (plane * geometry.FromPlane) + ((long)cell * geometry.FromWidth);
                for (int column = 0; column < geometry.Width; column += BilinearPoints.Most)
                {
                    int count = Math.Min(BilinearPoints.Most, geometry.Width - column);
                    var points = geometry.Points(column, down);
                    // where a picture grows, its two rows are mixed once for all the points between the same cells
                    if (geometry.Width >= geometry.FromWidth) BilinearRows.InterpolateLine(source, points, mixed, y + (line * geometry.Width) + column, count);
                    else BilinearRows.Interpolate(source, points, y + (line * geometry.Width) + column, count);
                }
            }
        }
    }

    /// <summary>An item is a group of planes: rows of dy overlap in dx, so that planes alone are independent.</summary>
    readonly struct ResizeGradientJob(float* dy, ResizeGeometry geometry, float* dx, int planes, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            const int Most = BilinearPoints.Most;
            float* down = stackalloc float[Most];
            long abovePlane = (long)geometry.Height * geometry.Width;
            for (long group = cut.From(part); group < cut.To(part); group++)
            {
                long first = group * BilinearPoints.SpreadPlanes;
                int count = (int)Math.Min(BilinearPoints.SpreadPlanes, planes - first);
                float* target = dx + (first * geometry.FromPlane), source = dy + (first * abovePlane);
                new Span<float>(target, checked((int)(count * geometry.FromPlane))).Clear();
                for (int row = 0; row < geometry.Height; row++)
                {
                    var (cell, fraction) = geometry.Row(row);
                    new Span<float>(down, Most).Fill(fraction);
                    for (int column = 0; column < geometry.Width; column += Most)
                        BilinearRows.Spread(source + ((long)row * geometry.Width) + column, abovePlane, geometry.Points(column, down),
                            target + ((long)cell * geometry.FromWidth), geometry.FromPlane, count, Math.Min(Most, geometry.Width - column));
                }
            }
        }
    }

    /// <summary>Pictures [M,C,H,W] displaced by flow [N,2,H,W]; each picture serves N / M frames in turn. Its rows are <paramref name="stride"/> cells apart.</summary>
    readonly struct WarpGeometry(float* flow, int framesPerPicture, int channels, int height, int width, int stride)
    {
        public int FramesPerPicture => framesPerPicture;

        public int Channels => channels;

        public int Height => height;

        public int Width => width;

        public long Plane => (long)height * width;

        public CellSteps Steps => CellSteps.Of(height, width);

        public static WarpGeometry Of(in Shape x, Tensor flow, int stride) => new(Floats(flow), flow.Shape[0] / x[0], x[1], x[2], x[3], stride);

        /// <summary>Where <paramref name="count"/> pixels of a row of a frame look; slopes as in <see cref="BilinearRows.Displace"/>.</summary>
        public void Look(long frame, int row, int column, in BilinearPoints points, float* slopeAcross, float* slopeDown, int count)
        {
            float* across = flow + (2 * frame * Plane) + ((long)row * width) + column;
            BilinearRows.Displace(across, across + Plane, row, column, height, width, stride, points, slopeAcross, slopeDown, count);
        }
    }

    readonly struct WarpJob(float* x, WarpGeometry geometry, float* y, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            const int Most = BilinearPoints.Most;
            int* cells = stackalloc int[Most];
            float* numbers = stackalloc float[4 * Most];
            var points = new BilinearPoints(cells, numbers, numbers + Most, geometry.Steps);
            for (long line = cut.From(part); line < cut.To(part); line++)
            {
                var (frame, row) = Math.DivRem(line, geometry.Height);
                float* picture = x + (frame / geometry.FramesPerPicture * geometry.Channels * geometry.Plane);
                for (int column = 0; column < geometry.Width; column += Most)
                {
                    int count = Math.Min(Most, geometry.Width - column);
                    geometry.Look(frame, (int)row, column, points, numbers + (2 * Most), numbers + (3 * Most), count);
                    float* target = y + (frame * geometry.Channels * geometry.Plane) + (row * geometry.Width) + column;
                    for (int c = 0; c < geometry.Channels; c++)
                        BilinearRows.Interpolate(picture + (c * geometry.Plane), points, target + (c * geometry.Plane), count);
                }
            }
        }
    }

    readonly struct FlowGradientJob(float* x, WarpGeometry geometry, float* dy, float* dflow, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            const int Most = BilinearPoints.Most;
            int* cells = stackalloc int[Most];
            float* numbers = stackalloc float[6 * Most], slopes = numbers + (2 * Most), sums = numbers + (4 * Most);
            var points = new BilinearPoints(cells, numbers, numbers + Most, geometry.Steps);
            for (long line = cut.From(part); line < cut.To(part); line++)
            {
                var (frame, row) = Math.DivRem(line, geometry.Height);
                for (int column = 0; column < geometry.Width; column += Most)
                {
                    int count = Math.Min(Most, geometry.Width - column);
                    geometry.Look(frame, (int)row, column, points, slopes, slopes + Most, count);
                    long at = (row * geometry.Width) + column;
                    Accumulate(frame, at, points, sums, count);
                    float* across = dflow + (2 * frame * geometry.Plane) + at, down = across + geometry.Plane;
                    ElementRows.Combine<MultiplyOperator>(sums, 1, slopes, 1, across, count);
                    ElementRows.Combine<MultiplyOperator>(sums + Most, 1, slopes + Most, 1, down, count);
                }
            }
        }

        void Accumulate(long frame, long at, in BilinearPoints points, float* sums, int count)
        {
            new Span<float>(sums, 2 * BilinearPoints.Most).Clear();
            float* picture = x + (frame / geometry.FramesPerPicture * geometry.Channels * geometry.Plane);
            float* above = dy + (frame * geometry.Channels * geometry.Plane) + at;
            for (int c = 0; c < geometry.Channels; c++)
                BilinearRows.AddSlopes(picture + (c * geometry.Plane), points, above + (c * geometry.Plane), sums, sums + BilinearPoints.Most, count);
        }
    }

    /// <summary>An item is a group of channels of one picture, to which all its frames add in order: the sum does not depend on who runs it.</summary>
    readonly struct PictureGradientJob(WarpGeometry geometry, float* dy, float* dx, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            const int Most = BilinearPoints.Most;
            int* cells = stackalloc int[Most];
            float* numbers = stackalloc float[4 * Most];
            var points = new BilinearPoints(cells, numbers, numbers + Most, geometry.Steps);
            for (long item = cut.From(part); item < cut.To(part); item++)
            {
                var (picture, group) = Math.DivRem(item, Groups(geometry.Channels));
                long channel = group * BilinearPoints.SpreadPlanes;
                int planes = (int)Math.Min(BilinearPoints.SpreadPlanes, geometry.Channels - channel);
                float* target = dx + (((picture * geometry.Channels) + channel) * geometry.Plane);
                new Span<float>(target, checked((int)(planes * geometry.Plane))).Clear();
                long first = picture * geometry.FramesPerPicture;
                for (long frame = first; frame < first + geometry.FramesPerPicture; frame++)
                    AddFrame(frame, channel, planes, points, numbers + (2 * Most), target);
            }
        }

        void AddFrame(long frame, long channel, int planes, in BilinearPoints points, float* slopes, float* target)
        {
            const int Most = BilinearPoints.Most;
            float* above = dy + (((frame * geometry.Channels) + channel) * geometry.Plane);
            for (int row = 0; row < geometry.Height; row++)
            {
                for (int column = 0; column < geometry.Width; column += Most)
                {
                    int count = Math.Min(Most, geometry.Width - column);
                    geometry.Look(frame, row, column, points, slopes, slopes + Most, count);
                    BilinearRows.Spread(above + ((long)row * geometry.Width) + column, geometry.Plane, points, target, geometry.Plane, planes, count);
                }
            }
        }
    }
}
