using System.Numerics.Tensors;

namespace TalkingMachines.Evaluation;

/// <summary>
/// Eigenvalues and eigenvectors of a symmetric matrix: Householder's reflections leave three diagonals, of which QL steps with
/// Wilkinson's shift leave one (Golub and Van Loan, Matrix Computations, 8.3).
/// </summary>
public static class SymmetricEigen
{
    const int MostSteps = 60;           // for one value; a few suffice
    const double Rounding = 2.3e-16;    // of an f64

    /// <summary>matrix [size,size], row by row, = V diag(values) V^T; column j of vectors belongs to value j. In no order.</summary>
    public static (double[] Values, double[] Vectors) Decompose(ReadOnlySpan<double> matrix, int size)
    {
        double[] a = matrix.ToArray(), rows = new double[size * size]; // vectors by row while they turn
        for (int i = 0; i < size; i++) rows[(i * size) + i] = 1;
        for (int k = 0; k + 2 < size; k++) Reflect(a, rows, size, k);
        double[] diagonal = new double[size], beside = new double[size], vectors = new double[size * size];
        for (int i = 0; i < size; i++)
        {
            diagonal[i] = a[(i * size) + i];
            if (i + 1 < size) beside[i] = a[((i + 1) * size) + i];
        }
        double nothing = Rounding * diagonal.Zip(beside, (x, y) => Math.Abs(x) + Math.Abs(y)).DefaultIfEmpty().Max(); // of all: a matrix may lack ranks
        for (int first = 0; first < size; first++) Isolate(diagonal, beside, rows, first, nothing);
        for (int i = 0; i < size; i++)
            for (int j = 0; j < size; j++) vectors[(j * size) + i] = rows[(i * size) + j];
        return (diagonal, vectors);
    }

    /// <summary>Turns all of column k below its first subdiagonal to zero: A becomes H A H, with H = 1 - 2 v v^T / v^T v.</summary>
    static void Reflect(double[] a, double[] rows, int size, int k)
    {
        int start = k + 1, count = size - start;
        double[] v = new double[count], w = new double[count];
        for (int i = 0; i < count; i++) v[i] = a[((start + i) * size) + k];
        v[0] += v[0] < 0 ? -TensorPrimitives.Norm<double>(v) : TensorPrimitives.Norm<double>(v); // away from zero: nothing cancels
        double squares = TensorPrimitives.SumOfSquares<double>(v);
        if (squares == 0) return;
        double scale = 2 / squares;
        for (int i = 0; i < count; i++) w[i] = scale * TensorPrimitives.Dot<double>(a.AsSpan(((start + i) * size) + start, count), v);
        TensorPrimitives.MultiplyAdd(v, -scale / 2 * TensorPrimitives.Dot<double>(w, v), w, w);
        for (int i = 0; i < count; i++)
        {
            var row = a.AsSpan(((start + i) * size) + start, count);
            TensorPrimitives.MultiplyAdd<double>(w, -v[i], row, row);
            TensorPrimitives.MultiplyAdd<double>(v, -w[i], row, row);
        }
        double edge = a[(start * size) + k] - (scale * v[0] * Column(a, size, k, start, v));
        a[(start * size) + k] = edge;
        Array.Clear(w);
        Array.Resize(ref w, size);
        for (int i = 0; i < count; i++) TensorPrimitives.MultiplyAdd(rows.AsSpan((start + i) * size, size), v[i], w, w);
        for (int i = 0; i < count; i++)
        {
            var row = rows.AsSpan((start + i) * size, size);
            TensorPrimitives.MultiplyAdd<double>(w, -scale * v[i], row, row);
        }
    }

    static double Column(double[] a, int size, int k, int start, double[] v)
    {
        double product = 0;
        for (int i = 0; i < v.Length; i++) product += a[((start + i) * size) + k] * v[i];
        return product;
    }

    /// <summary>Steps until the value at <paramref name="first"/> stands alone.</summary>
    /// <param name="nothing">What counts as zero beside the diagonal.</param>
    static void Isolate(double[] diagonal, double[] beside, double[] rows, int first, double nothing)
    {
        for (int step = 0; step < MostSteps; step++)
        {
            int last = first;
            while (last + 1 < diagonal.Length && Math.Abs(beside[last]) > nothing) last++;
            if (last == first) return;
            Step(diagonal, beside, rows, first, last);
        }
        throw new ArithmeticException($"An eigenvalue of a matrix of {diagonal.Length} rows was not found in {MostSteps} steps: are all of its numbers finite?");
    }

    /// <summary>One implicit QL step on the block first..last: a bulge is chased from its lower end to its upper.</summary>
    static void Step(double[] diagonal, double[] beside, double[] rows, int first, int last)
    {
        int size = diagonal.Length;
        double half = (diagonal[first + 1] - diagonal[first]) / (2 * beside[first]);
        double shift = diagonal[first] - (beside[first] / (half + Math.CopySign(double.Hypot(half, 1), half)));
        double bulge = diagonal[last] - shift, sine = 1, cosine = 1, moved = 0;
        for (int i = last - 1; i >= first; i--)
        {
            double f = sine * beside[i], b = cosine * beside[i], length = double.Hypot(f, bulge);
            beside[i + 1] = length;
            if (length == 0)
            {
                diagonal[i + 1] -= moved; // the block falls apart here
                beside[last] = 0;
                return;
            }
            (sine, cosine) = (f / length, bulge / length);
            double rest = diagonal[i + 1] - moved, twist = ((diagonal[i] - rest) * sine) + (2 * cosine * b);
            moved = sine * twist;
            diagonal[i + 1] = rest + moved;
            bulge = (cosine * twist) - b;
            Turn(rows.AsSpan(i * size, size), rows.AsSpan((i + 1) * size, size), cosine, sine);
        }
        diagonal[first] -= moved;
        beside[first] = bulge;
        beside[last] = 0;
    }

    static void Turn(Span<double> upper, Span<double> lower, double cosine, double sine)
    {
        for (int k = 0; k < upper.Length; k++)
            (upper[k], lower[k]) = ((cosine * upper[k]) - (sine * lower[k]), (sine * upper[k]) + (cosine * lower[k]));
    }
}
