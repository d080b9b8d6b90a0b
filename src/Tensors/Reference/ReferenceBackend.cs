namespace TalkingMachines.Tensors.Reference;

/// <summary>
/// The definition of every op: plain loops in double on the calling thread, as in a textbook. Slow on purpose.
/// Fast devices are compared with it, and its own gradients with finite differences.
/// </summary>
internal sealed partial class ReferenceBackend : Backend
{
    /// <summary>Rows of a tensor seen as a matrix of its last axis.</summary>
    static int Rows(Tensor x) => x.Shape.Product(0, x.Shape.Rank - 1);

    /// <summary>Row <paramref name="n"/> of a tensor seen as a matrix of its last axis.</summary>
    static Span<double> Row(Tensor x, int n) => x.Doubles.Slice(n * x.Shape.Last, x.Shape.Last);

    /// <summary>The row that serves row <paramref name="n"/> of <paramref name="rows"/> where <paramref name="shared"/> rows serve equal runs of them.</summary>
    static int SharedRow(int n, int rows, int shared) => (int)((long)n * shared / rows);

    static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    /// <summary>y += x * scale</summary>
    static void Accumulate(ReadOnlySpan<double> x, double scale, Span<double> y)
    {
        for (int i = 0; i < x.Length; i++) y[i] += x[i] * scale;
    }
}
