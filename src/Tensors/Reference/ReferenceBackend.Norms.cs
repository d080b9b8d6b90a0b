namespace TalkingMachines.Tensors.Reference;

internal sealed partial class ReferenceBackend
{
    const double SmallestNorm = 1e-12;

    public override void LayerNorm(Tensor x, Tensor? weight, Tensor? bias, float epsilon, Tensor y)
    {
        int rows = Rows(x);
        for (int n = 0; n < rows; n++)
        {
            var target = Row(y, n);
            Normalise(Row(x, n), epsilon, target);
            if (weight is null || bias is null) continue;
            int shared = SharedRow(n, rows, Rows(weight));
            ReadOnlySpan<double> scale = Row(weight, shared), offset = Row(bias, shared);
            for (int i = 0; i < target.Length; i++) target[i] = (target[i] * scale[i]) + offset[i];
        }
    }

    /// <summary>With z the normalised row and g = dy * weight: dx = (g - mean(g) - z mean(g z)) / deviation.</summary>
    public override void LayerNormGradient(Tensor x, Tensor? weight, float epsilon, Tensor dy, Tensor dx, Tensor? dweight, Tensor? dbias)
    {
        int rows = Rows(x), width = x.Shape.Last;
        double[] z = new double[width], g = new double[width];
        dweight?.Doubles.Clear();
        dbias?.Doubles.Clear();
        for (int n = 0; n < rows; n++)
        {
            double deviation = Normalise(Row(x, n), epsilon, z);
            ReadOnlySpan<double> above = Row(dy, n);
            for (int i = 0; i < width; i++) g[i] = above[i] * (weight is null ? 1 : Row(weight, SharedRow(n, rows, Rows(weight)))[i]);
            double mean = Mean(g), slope = Dot(g, z) / width;
            var below = Row(dx, n);
            for (int i = 0; i < width; i++) below[i] = (g[i] - mean - (z[i] * slope)) / deviation;
            if (dbias is not null) Accumulate(above, 1, Row(dbias, SharedRow(n, rows, Rows(dbias))));
            if (dweight is null) continue;
            var scale = Row(dweight, SharedRow(n, rows, Rows(dweight)));
            for (int i = 0; i < width; i++) scale[i] += above[i] * z[i];
        }
    }

    /// <summary>z = (x - mean) / deviation; returns the deviation.</summary>
    static double Normalise(ReadOnlySpan<double> x, double epsilon, Span<double> z)
    {
        double mean = Mean(x), squares = 0;
        for (int i = 0; i < x.Length; i++) squares += (x[i] - mean) * (x[i] - mean);
        double deviation = Math.Sqrt((squares / x.Length) + epsilon);
        for (int i = 0; i < x.Length; i++) z[i] = (x[i] - mean) / deviation;
        return deviation;
    }

    static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values) sum += value;
        return sum / values.Length;
    }

    public override void RmsNorm(Tensor x, Tensor weight, float epsilon, Tensor y)
    {
        ReadOnlySpan<double> scale = weight.Doubles;
        for (int n = 0; n < Rows(x); n++)
        {
            ReadOnlySpan<double> row = Row(x, n);
            double root = RootMeanSquare(row, epsilon);
            var target = Row(y, n);
            for (int i = 0; i < row.Length; i++) target[i] = row[i] / root * scale[i];
        }
    }

    /// <summary>With z = x / root and g = dy * weight: dx = (g - z mean(g z)) / root.</summary>
    public override void RmsNormGradient(Tensor x, Tensor weight, float epsilon, Tensor dy, Tensor dx, Tensor dweight)
    {
        ReadOnlySpan<double> scale = weight.Doubles;
        var dscale = dweight.Doubles;
        dscale.Clear();
        for (int n = 0; n < Rows(x); n++)
        {
            ReadOnlySpan<double> row = Row(x, n), above = Row(dy, n);
            double root = RootMeanSquare(row, epsilon), slope = 0;
            for (int i = 0; i < row.Length; i++) slope += above[i] * scale[i] * row[i] / root / row.Length;
            var below = Row(dx, n);
            for (int i = 0; i < row.Length; i++)
            {
                below[i] = ((above[i] * scale[i]) - (row[i] / root * slope)) / root;
                dscale[i] += above[i] * row[i] / root;
            }
        }
    }

    static double RootMeanSquare(ReadOnlySpan<double> x, double epsilon) => Math.Sqrt((Dot(x, x) / x.Length) + epsilon);

    public override void ChannelNorm(Tensor x, Tensor gain, Tensor y)
    {
        int channels = x.Shape[1], cells = x.Shape.Product(2, x.Shape.Rank);
        ReadOnlySpan<double> source = x.Doubles, factor = gain.Doubles;
        var target = y.Doubles;
        for (int b = 0; b < x.Shape[0]; b++)
        {
            for (int cell = 0; cell < cells; cell++)
            {
                int first = (b * channels * cells) + cell;
                double norm = Math.Max(ChannelLength(source, first, channels, cells), SmallestNorm);
                for (int c = 0; c < channels; c++)
                    target[first + (c * cells)] = source[first + (c * cells)] / norm * Math.Sqrt(channels) * factor[c];
            }
        }
    }

    public override void ChannelNormSilu(Tensor x, Tensor gain, Tensor y)
    {
        ChannelNorm(x, gain, y);
        foreach (ref double z in y.Doubles) z *= Sigmoid(z);
    }

    /// <summary>With g = dy * gain * sqrt(C) and z = x / norm: dx = (g - z (g . z)) / norm, or g / norm where the norm is held at its floor.</summary>
    public override void ChannelNormGradient(Tensor x, Tensor gain, Tensor dy, Tensor dx, Tensor dgain)
    {
        int channels = x.Shape[1], cells = x.Shape.Product(2, x.Shape.Rank);
        double root = Math.Sqrt(channels);
        ReadOnlySpan<double> source = x.Doubles, above = dy.Doubles, factor = gain.Doubles;
        Span<double> below = dx.Doubles, dfactor = dgain.Doubles;
        dfactor.Clear();
        for (int b = 0; b < x.Shape[0]; b++)
        {
            for (int cell = 0; cell < cells; cell++)
            {
                int first = (b * channels * cells) + cell;
                double length = ChannelLength(source, first, channels, cells), norm = Math.Max(length, SmallestNorm), slope = 0;
                for (int c = 0, i = first; c < channels; c++, i += cells) slope += above[i] * factor[c] * root * source[i] / norm;
                if (length <= SmallestNorm) slope = 0;
                for (int c = 0, i = first; c < channels; c++, i += cells)
                {
                    below[i] = ((above[i] * factor[c] * root) - (source[i] / norm * slope)) / norm;
                    dfactor[c] += above[i] * source[i] / norm * root;
                }
            }
        }
    }

    static double ChannelLength(ReadOnlySpan<double> x, int first, int channels, int stride)
    {
        double squares = 0;
        for (int c = 0; c < channels; c++) squares += x[first + (c * stride)] * x[first + (c * stride)];
        return Math.Sqrt(squares);
    }
}
