namespace TalkingMachines.Tensors.Reference;

internal sealed partial class ReferenceBackend
{
    /// <summary>A cell of an axis that a point reads: value = sum of weight * x[cell]. Slope is d weight / d coordinate, 0 where the coordinate was clamped or is the last.</summary>
    readonly record struct Tap(int Cell, double Weight, double Slope);

    static Tap[] Taps(double coordinate, int size, Sampling sampling)
    {
        double place = Math.Clamp(coordinate, 0, size - 1);
        int low = (int)Math.Floor(place);
        double t = place - low, free = coordinate >= 0 && coordinate < size - 1 ? 1 : 0;
        Tap At(int offset, double weight, double slope) => new(Math.Clamp(low + offset, 0, size - 1), weight, slope * free);
        return sampling == Sampling.Bilinear
            ? [At(0, 1 - t, -1), At(1, t, 1)]
            : [At(-1, Far(1 + t), FarSlope(1 + t)), At(0, Near(t), NearSlope(t)), At(1, Near(1 - t), -NearSlope(1 - t)), At(2, Far(2 - t), -FarSlope(2 - t))];
    }

    // Weights of cubic convolution at distance d, up to one cell and from one to two (Keys 1981, a = -0.5), and their slopes.
    static double Near(double d) => (((1.5 * d) - 2.5) * d * d) + 1;

    static double NearSlope(double d) => ((4.5 * d) - 5) * d;

    static double Far(double d) => (((((-0.5 * d) + 2.5) * d) - 4) * d) + 2;

    static double FarSlope(double d) => (((-1.5 * d) + 5) * d) - 4;

    /// <summary>What cell <paramref name="i"/> of <paramref name="to"/> reads among <paramref name="from"/>, centres on centres.</summary>
    static Tap[] Resized(int i, int from, int to) => Taps(((i + 0.5) * from / to) - 0.5, from, Sampling.Bilinear);

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
                var rows = Resized(i, x.Shape[1], height);
                for (int j = 0; j < width; j++)
                    target[(i * width) + j] = Interpolate(Plane(x, n), x.Shape[2], rows, Resized(j, x.Shape[2], width));
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
                var rows = Resized(i, dx.Shape[1], height);
                for (int j = 0; j < width; j++)
                    Spread(above[(i * width) + j], Plane(dx, n), dx.Shape[2], rows, Resized(j, dx.Shape[2], width));
            }
        }
    }

    public override void Warp(Tensor x, Tensor flow, Sampling sampling, Tensor y)
    {
        int channels = y.Shape[1], height = y.Shape[2], width = y.Shape[3];
        for (int n = 0; n < y.Shape[0]; n++)
        {
            int picture = SharedRow(n, y.Shape[0], x.Shape[0]);
            for (int i = 0; i < height; i++)
            {
                for (int j = 0; j < width; j++)
                {
                    var (rows, columns) = WarpTaps(flow, n, i, j, sampling);
                    for (int c = 0; c < channels; c++)
                        Plane(y, n, c)[(i * width) + j] = Interpolate(Plane(x, picture, c), width, rows, columns);
                }
            }
        }
    }

    public override void WarpGradient(Tensor x, Tensor flow, Sampling sampling, Tensor dy, Tensor? dx, Tensor dflow)
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
                    var (rows, columns) = WarpTaps(flow, n, i, j, sampling);
                    int cell = (i * width) + j;
                    for (int c = 0; c < channels; c++)
                    {
                        double above = Plane(dy, n, c)[cell];
                        var (across, down) = Slopes(Plane(x, picture, c), width, rows, columns);
                        Plane(dflow, n, 0)[cell] += above * across;
                        Plane(dflow, n, 1)[cell] += above * down;
                        if (dx is not null) Spread(above, Plane(dx, picture, c), width, rows, columns);
                    }
                }
            }
        }
    }

    static (Tap[] Rows, Tap[] Columns) WarpTaps(Tensor flow, int n, int i, int j, Sampling sampling)
    {
        int height = flow.Shape[2], width = flow.Shape[3], cell = (i * width) + j;
        return (Taps(i + Plane(flow, n, 1)[cell], height, sampling), Taps(j + Plane(flow, n, 0)[cell], width, sampling));
    }

    static double Interpolate(ReadOnlySpan<double> x, int width, Tap[] rows, Tap[] columns)
    {
        double sum = 0;
        foreach (var row in rows)
            foreach (var column in columns) sum += row.Weight * column.Weight * x[(row.Cell * width) + column.Cell];
        return sum;
    }

    /// <summary>Derivatives of <see cref="Interpolate"/> by the column and the row of the point.</summary>
    static (double Across, double Down) Slopes(ReadOnlySpan<double> x, int width, Tap[] rows, Tap[] columns)
    {
        double across = 0, down = 0;
        foreach (var row in rows)
        {
            foreach (var column in columns)
            {
                double value = x[(row.Cell * width) + column.Cell];
                across += row.Weight * column.Slope * value;
                down += row.Slope * column.Weight * value;
            }
        }
        return (across, down);
    }

    /// <summary>Adjoint of <see cref="Interpolate"/>: adds <paramref name="value"/> to the cells by their weights.</summary>
    static void Spread(double value, Span<double> x, int width, Tap[] rows, Tap[] columns)
    {
        foreach (var row in rows)
            foreach (var column in columns) x[(row.Cell * width) + column.Cell] += value * row.Weight * column.Weight;
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
