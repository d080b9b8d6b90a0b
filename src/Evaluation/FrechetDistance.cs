namespace TalkingMachines.Evaluation;

/// <summary>
/// Frechet distance of two sets of features, each taken for a normal distribution (FACTS 6.2): |m1 - m2|^2 + Tr(S1 + S2 - 2 (S1 S2)^1/2).
/// With I3D's logits it is the Frechet video distance.
/// </summary>
public static class FrechetDistance
{
    /// <summary>The distance of rows of <paramref name="width"/> features, at least two rows in each set.</summary>
    public static double Of(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int width)
    {
        var (mean1, covariance1) = Moments(a, width);
        var (mean2, covariance2) = Moments(b, width);
        double distance = 0;
        for (int i = 0; i < width; i++)
            distance += ((mean1[i] - mean2[i]) * (mean1[i] - mean2[i])) + covariance1[(i * width) + i] + covariance2[(i * width) + i];
        return distance - (2 * RootTrace(covariance1, covariance2, width));
    }

    static (double[] Mean, double[] Covariance) Moments(ReadOnlySpan<float> rows, int width)
    {
        int count = width > 0 ? rows.Length / width : 0;
        if (count < 2 || rows.Length != count * width) throw new ArgumentException($"{rows.Length} features came, expected at least two rows of {width}.");
        double[] mean = new double[width], covariance = new double[width * width], row = new double[width];
        for (int i = 0; i < rows.Length; i++) mean[i % width] += (double)rows[i] / count;
        for (int n = 0; n < count; n++)
        {
            for (int i = 0; i < width; i++) row[i] = rows[(n * width) + i] - mean[i];
            for (int i = 0; i < width; i++)
                for (int j = 0; j <= i; j++) covariance[(i * width) + j] += row[i] * row[j] / (count - 1);
        }
        for (int i = 0; i < width; i++)
            for (int j = 0; j < i; j++) covariance[(j * width) + i] = covariance[(i * width) + j];
        return (mean, covariance);
    }

    /// <summary>Tr (A B)^1/2: with A = L L^T, the roots of the eigenvalues of the symmetric L^T B L, which A B shares.</summary>
    static double RootTrace(double[] a, double[] b, int width)
    {
        var (values, vectors) = SymmetricEigen.Decompose(a, width);
        double[] root = new double[width * width]; // L, a column an eigenvector
        for (int i = 0; i < width; i++)
            for (int j = 0; j < width; j++) root[(i * width) + j] = vectors[(i * width) + j] * Math.Sqrt(Math.Max(0, values[j]));
        double[] turned = Product(root, Product(b, root, width, false), width, true);
        return SymmetricEigen.Decompose(turned, width).Values.Sum(value => Math.Sqrt(Math.Max(0, value)));
    }

    static double[] Product(double[] a, double[] b, int width, bool transposeA)
    {
        double[] y = new double[width * width];
        for (int i = 0; i < width; i++)
        {
            var target = y.AsSpan(i * width, width);
            for (int k = 0; k < width; k++)
            {
                double factor = transposeA ? a[(k * width) + i] : a[(i * width) + k];
                var row = b.AsSpan(k * width, width);
                for (int j = 0; j < width; j++) target[j] += factor * row[j];
            }
        }
        return y;
    }
}
