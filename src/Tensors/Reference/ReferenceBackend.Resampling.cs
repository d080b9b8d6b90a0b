namespace TalkingMachines.Tensors.Reference;

internal sealed partial class ReferenceBackend
{
    /// <summary>A point between two cells of an axis: value = (1 - fraction) x[low] + fraction x[high]. Slope is 1, or 0 where the coordinate was clamped.</summary>
    readonly record struct Sample(int Low, int High, double Fraction, double Slope)
    {
        public static Sample At(double coordinate, int size)
        {
            double clamped = Math.Clamp(coordinate, 0, size - 1);
            int low = (int)Math.Floor(clamped);
            return new(low, Math.Min(low + 1, size - 1), clamped - low, clamped == coordinate ? 1 : 0);
        }

        /// <summary>Where cell <paramref name="i"/> of <paramref name="to"/> looks among <paramref name="from"/>, centres on centres.</summary>
        public static Sample Resized(int i, int from, int to) => At(((i + 0.5) * from / to) - 0.5, from);
    }

    public override void UpsampleNearest(Tensor x, int factor, Tensor y)
    {
        int height = y.Shape[1], width = y.Shape[2];
        for (int n = 0; n < y.Shape[0]; n++)
        {
            ReadOnlySpan<double> source = Plane(x, n);
            var target = Plane(y, n);
            for (int i = 0; i < height; i++)
                for (int j = 0; j < width; j++) target[(i * width) + j] = source[(i / factor * (width / factor)) + (j / factor)];
        }
    }

    public override void SumPool(Tensor x, int factor, Tensor y)
    {
        int height = x.Shape[1], width = x.Shape[2];
        y.Doubles.Clear();
        for (int n = 0; n < x.Shape[0]; n++)
        {
            ReadOnlySpan<double> source = Plane(x, n);
            var target = Plane(y, n);
            for (int i = 0; i < height; i++)
                for (int j = 0; j < width; j++) target[(i / factor * (width / factor)) + (j / factor)] += source[(i * width) + j];
        }
    }

    public override void ResizeBilinear(Tensor x, Tensor y)
    {
        int height = y.Shape[1], width = y.Shape[2];
        for (int n = 0; n < y.Shape[0]; n++)
        {
            var target = Plane(y, n);
            for (int i = 0; i < height; i++)
            {
                var row = Sample.Resized(i, x.Shape[1], height);
                for (int j = 0; j < width; j++)
                    target[(i * width) + j] = Interpolate(Plane(x, n), x.Shape[2], row, Sample.Resized(j, x.Shape[2], width));
            }
        }
    }

    public override void ResizeBilinearGradient(Tensor dy, Tensor dx)
    {
        int height = dy.Shape[1], width = dy.Shape[2];
        dx.Doubles.Clear();
        for (int n = 0; n < dy.Shape[0]; n++)
        {
            ReadOnlySpan<double> above = Plane(dy, n);
            for (int i = 0; i < height; i++)
            {
                var row = Sample.Resized(i, dx.Shape[1], height);
                for (int j = 0; j < width; j++)
                    Spread(above[(i * width) + j], Plane(dx, n), dx.Shape[2], row, Sample.Resized(j, dx.Shape[2], width));
            }
        }
    }

    public override void Warp(Tensor x, Tensor flow, Tensor y)
    {
        int channels = y.Shape[1], height = y.Shape[2], width = y.Shape[3];
        for (int n = 0; n < y.Shape[0]; n++)
        {
            int picture = SharedRow(n, y.Shape[0], x.Shape[0]);
            for (int i = 0; i < height; i++)
            {
                for (int j = 0; j < width; j++)
                {
                    var (row, column) = WarpSource(flow, n, i, j);
                    for (int c = 0; c < channels; c++)
                        Plane(y, n, c)[(i * width) + j] = Interpolate(Plane(x, picture, c), width, row, column);
                }
            }
        }
    }

    public override void WarpGradient(Tensor x, Tensor flow, Tensor dy, Tensor? dx, Tensor dflow)
    {
        int channels = dy.Shape[1], height = dy.Shape[2], width = dy.Shape[3];
        dx?.Doubles.Clear();
        dflow.Doubles.Clear();
        for (int n = 0; n < dy.Shape[0]; n++)
        {
            int picture = SharedRow(n, dy.Shape[0], x.Shape[0]);
            for (int i = 0; i < height; i++)
            {
                for (int j = 0; j < width; j++)
                {
                    var (row, column) = WarpSource(flow, n, i, j);
                    int cell = (i * width) + j;
                    for (int c = 0; c < channels; c++)
                    {
                        double above = Plane(dy, n, c)[cell];
                        ReadOnlySpan<double> source = Plane(x, picture, c);
                        Plane(dflow, n, 0)[cell] += above * column.Slope * SlopeAlongRow(source, width, row, column);
                        Plane(dflow, n, 1)[cell] += above * row.Slope * SlopeAlongColumn(source, width, row, column);
                        if (dx is not null) Spread(above, Plane(dx, picture, c), width, row, column);
                    }
                }
            }
        }
    }

    static (Sample Row, Sample Column) WarpSource(Tensor flow, int n, int i, int j)
    {
        int height = flow.Shape[2], width = flow.Shape[3], cell = (i * width) + j;
        return (Sample.At(i + Plane(flow, n, 1)[cell], height), Sample.At(j + Plane(flow, n, 0)[cell], width));
    }

    static double Interpolate(ReadOnlySpan<double> x, int width, Sample row, Sample column) =>
        ((1 - row.Fraction) * Between(x, row.Low * width, column)) + (row.Fraction * Between(x, row.High * width, column));

    static double Between(ReadOnlySpan<double> x, int rowStart, Sample column) =>
        ((1 - column.Fraction) * x[rowStart + column.Low]) + (column.Fraction * x[rowStart + column.High]);

    /// <summary>d <see cref="Interpolate"/> / d column</summary>
    static double SlopeAlongRow(ReadOnlySpan<double> x, int width, Sample row, Sample column) =>
        ((1 - row.Fraction) * (x[(row.Low * width) + column.High] - x[(row.Low * width) + column.Low]))
        + (row.Fraction * (x[(row.High * width) + column.High] - x[(row.High * width) + column.Low]));

    /// <summary>d <see cref="Interpolate"/> / d row</summary>
    static double SlopeAlongColumn(ReadOnlySpan<double> x, int width, Sample row, Sample column) =>
        Between(x, row.High * width, column) - Between(x, row.Low * width, column);

    /// <summary>Adjoint of <see cref="Interpolate"/>: adds <paramref name="value"/> to the four cells by their weights.</summary>
    static void Spread(double value, Span<double> x, int width, Sample row, Sample column)
    {
        x[(row.Low * width) + column.Low] += value * (1 - row.Fraction) * (1 - column.Fraction);
        x[(row.Low * width) + column.High] += value * (1 - row.Fraction) * column.Fraction;
        x[(row.High * width) + column.Low] += value * row.Fraction * (1 - column.Fraction);
        x[(row.High * width) + column.High] += value * row.Fraction * column.Fraction;
    }

    /// <summary>Plane <paramref name="n"/> of a tensor [N,H,W].</summary>
    static Span<double> Plane(Tensor x, int n)
    {
        int size = x.Shape[^1] * x.Shape[^2];
        return x.Doubles.Slice(n * size, size);
    }

    /// <summary>Plane <paramref name="c"/> of item <paramref name="n"/> of a tensor [N,C,H,W].</summary>
    static Span<double> Plane(Tensor x, int n, int c) => Plane(x, (n * x.Shape[1]) + c);
}
