namespace TalkingMachines.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    void WarpCubic(Tensor x, Tensor flow, Tensor y)
    {
        var picture = EdgedPicture.Rent(x, out var storage);
        try
        {
            picture.Fill(team, Floats(x));
            var geometry = WarpGeometry.Of(x.Shape, flow, picture.Columns);
            var cut = WarpedRows(geometry, y.Shape[0]);
            team.Run(new CubicWarpJob(picture, geometry, Floats(y), cut), cut.Parts);
        }
        finally
        {
            storage.Release();
        }
    }

    void WarpCubicGradient(Tensor x, Tensor flow, Tensor dy, Tensor? dx, Tensor dflow)
    {
        var picture = EdgedPicture.Rent(x, out var storage);
        try
        {
            picture.Fill(team, Floats(x));
            var geometry = WarpGeometry.Of(x.Shape, flow, picture.Columns);
            var cut = WarpedRows(geometry, dy.Shape[0]);
            team.Run(new CubicFlowGradientJob(picture, geometry, Floats(dy), Floats(dflow), cut), cut.Parts);
            if (dx is null) return;
            cut = Cut.Items((long)dx.Shape[0] * picture.Fours, 32L * geometry.Plane * geometry.FramesPerPicture);
            team.Run(new CubicPictureGradientJob(picture, geometry, Floats(dy), Floats(dx), cut), cut.Parts); // whose sums take the picture's place
        }
        finally
        {
            storage.Release();
        }
    }

    static Cut WarpedRows(in WarpGeometry geometry, int frames) => Cut.Items((long)frames * geometry.Height, 8L * geometry.Width * ((geometry.Channels + 3) / 4));

    static void Look(in WarpGeometry geometry, long frame, long row, int column, in CubicPoints points, int count)
    {
        geometry.Look(frame, (int)row, column, points.Places, points.SlopeAcross, points.SlopeDown, count);
        CubicRows.Weigh(points, count);
    }

    readonly struct CubicWarpJob(EdgedPicture picture, WarpGeometry geometry, float* y, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            const int Most = CubicPoints.Most;
            float* numbers = stackalloc float[CubicPoints.Floats], pixels = stackalloc float[PixelRows.Channels * Most];
            var points = new CubicPoints(numbers);
            for (long line = cut.From(part); line < cut.To(part); line++)
            {
                var (frame, row) = Math.DivRem(line, geometry.Height);
                for (int column = 0; column < geometry.Width; column += Most)
                {
                    int count = Math.Min(Most, geometry.Width - column);
                    Look(geometry, frame, row, column, points, count);
                    float* target = y + (frame * geometry.Channels * geometry.Plane) + (row * geometry.Width) + column;
                    for (int four = 0; four < picture.Fours; four++, target += PixelRows.Channels * geometry.Plane)
                    {
                        CubicRows.Interpolate(picture.At(frame / geometry.FramesPerPicture, four), picture.Line, points, pixels, count);
                        PixelRows.Separate(pixels, target, geometry.Plane, picture.ChannelsOf(four), count);
                    }
                }
            }
        }
    }

    readonly struct CubicFlowGradientJob(EdgedPicture picture, WarpGeometry geometry, float* dy, float* dflow, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            const int Most = CubicPoints.Most;
            float* numbers = stackalloc float[CubicPoints.Floats], pixels = stackalloc float[PixelRows.Channels * Most], sums = stackalloc float[2 * Most];
            var points = new CubicPoints(numbers);
            for (long line = cut.From(part); line < cut.To(part); line++)
            {
                var (frame, row) = Math.DivRem(line, geometry.Height);
                for (int column = 0; column < geometry.Width; column += Most)
                {
                    int count = Math.Min(Most, geometry.Width - column);
                    Look(geometry, frame, row, column, points, count);
                    CubicRows.WeighSlopes(points, count);
                    long at = (row * geometry.Width) + column;
                    Accumulate(frame, at, points, pixels, sums, count);
                    float* across = dflow + (2 * frame * geometry.Plane) + at, down = across + geometry.Plane;
                    ElementRows.Combine<MultiplyOperator>(sums, 1, points.SlopeAcross, 1, across, count);
                    ElementRows.Combine<MultiplyOperator>(sums + Most, 1, points.SlopeDown, 1, down, count);
                }
            }
        }

        void Accumulate(long frame, long at, in CubicPoints points, float* pixels, float* sums, int count)
        {
            new Span<float>(sums, 2 * CubicPoints.Most).Clear();
            float* above = dy + (frame * geometry.Channels * geometry.Plane) + at;
            for (int four = 0; four < picture.Fours; four++, above += PixelRows.Channels * geometry.Plane)
            {
                PixelRows.Join(above, geometry.Plane, picture.ChannelsOf(four), pixels, count);
                CubicRows.AddSlopes(picture.At(frame / geometry.FramesPerPicture, four), picture.Line, points, pixels, sums, sums + CubicPoints.Most, count);
            }
        }
    }

    /// <summary>An item is four channels of one picture, to which all its frames add in order: the sum does not depend on who runs it.</summary>
    readonly struct CubicPictureGradientJob(EdgedPicture sums, WarpGeometry geometry, float* dy, float* dx, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            float* numbers = stackalloc float[CubicPoints.Floats], pixels = stackalloc float[PixelRows.Channels * CubicPoints.Most];
            for (long item = cut.From(part); item < cut.To(part); item++)
            {
                var (picture, four) = Math.DivRem(item, sums.Fours);
                sums.Clear(picture, (int)four);
                long first = picture * geometry.FramesPerPicture;
                for (long frame = first; frame < first + geometry.FramesPerPicture; frame++)
                    AddFrame(frame, (int)four, new CubicPoints(numbers), pixels, sums.At(picture, (int)four));
                sums.Fold(picture, (int)four, dx);
            }
        }

        void AddFrame(long frame, int four, in CubicPoints points, float* pixels, float* target)
        {
            float* above = dy + (((frame * geometry.Channels) + (four * PixelRows.Channels)) * geometry.Plane);
            for (int row = 0; row < geometry.Height; row++)
            {
                for (int column = 0; column < geometry.Width; column += CubicPoints.Most)
                {
                    int count = Math.Min(CubicPoints.Most, geometry.Width - column);
                    Look(geometry, frame, row, column, points, count);
                    PixelRows.Join(above + ((long)row * geometry.Width) + column, geometry.Plane, sums.ChannelsOf(four), pixels, count);
                    CubicRows.Spread(pixels, points, target, sums.Line, count);
                }
            }
        }
    }
}
