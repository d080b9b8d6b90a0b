namespace TalkingMachines.Evaluation;

/// <summary>Eigenvalues and eigenvectors of a symmetric matrix by Jacobi's rotations: slow and exact.</summary>
public static class SymmetricEigen
{
    const int MostSweeps = 60;
    const double Enough = 1e-30; // squares off the diagonal, relative to all

    /// <summary>matrix [size,size], row by row, = V diag(values) V^T; column j of vectors belongs to value j.</summary>
    public static (double[] Values, double[] Vectors) Decompose(ReadOnlySpan<double> matrix, int size)
    {
        double[] a = matrix.ToArray(), vectors = new double[size * size]; // vectors by row while they turn
        for (int i = 0; i < size; i++) vectors[(i * size) + i] = 1;
        double all = 0;
        foreach (double value in a) all += value * value;
        for (int sweep = 0; sweep < MostSweeps && OffDiagonal(a, size) > Enough * all; sweep++)
            for (int p = 0; p < size; p++)
                for (int q = p + 1; q < size; q++) Rotate(a, vectors, size, p, q);
        double[] values = new double[size], columns = new double[size * size];
        for (int i = 0; i < size; i++)
        {
            values[i] = a[(i * size) + i];
            for (int j = 0; j < size; j++) columns[(j * size) + i] = vectors[(i * size) + j];
        }
        return (values, columns);
    }

    static double OffDiagonal(double[] a, int size)
    {
        double sum = 0;
        for (int i = 0; i < size; i++)
            for (int j = 0; j < i; j++) sum += 2 * a[(i * size) + j] * a[(i * size) + j];
        return sum;
    }

    /// <summary>Turns rows and columns p and q so that their product becomes 0.</summary>
    static void Rotate(double[] a, double[] vectors, int size, int p, int q)
    {
        double off = a[(p * size) + q];
        if (off == 0) return;
        double theta = (a[(q * size) + q] - a[(p * size) + p]) / (2 * off);
        double t = (theta < 0 ? -1 : 1) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1)), c = 1 / Math.Sqrt((t * t) + 1), s = t * c;
        for (int k = 0; k < size; k++)
        {
            int kp = (k * size) + p, kq = (k * size) + q;
            (a[kp], a[kq]) = ((c * a[kp]) - (s * a[kq]), (s * a[kp]) + (c * a[kq]));
        }
        Turn(a.AsSpan(p * size, size), a.AsSpan(q * size, size), c, s);
        Turn(vectors.AsSpan(p * size, size), vectors.AsSpan(q * size, size), c, s);
    }

    static void Turn(Span<double> p, Span<double> q, double c, double s)
    {
        for (int k = 0; k < p.Length; k++) (p[k], q[k]) = ((c * p[k]) - (s * q[k]), (s * p[k]) + (c * q[k]));
    }
}
