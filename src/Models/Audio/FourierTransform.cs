namespace TalkingMachines.Models.Audio;

/// <summary>The radix-2 fast Fourier transform of a power of two of real numbers.</summary>
public sealed class FourierTransform
{
    readonly int size;
    readonly double[] cosines;
    readonly double[] sines;

    public FourierTransform(int size)
    {
        if (!int.IsPow2(size)) throw new ArgumentException($"A Fourier transform of {size} was asked for, expected a power of two.");
        this.size = size;
        (cosines, sines) = (new double[size / 2], new double[size / 2]);
        for (int i = 0; i < size / 2; i++) (sines[i], cosines[i]) = Math.SinCos(-2 * Math.PI * i / size);
    }

    /// <summary>In place; the imaginary parts are all 0 on entry.</summary>
    public void Forward(Span<double> real, Span<double> imaginary)
    {
        for (int i = 1, j = 0; i < size; i++)
        {
            int bit = size >> 1;
            for (; (j & bit) != 0; bit >>= 1) j ^= bit;
            j ^= bit;
            if (i < j) (real[i], real[j]) = (real[j], real[i]);
        }
        for (int span = 2; span <= size; span <<= 1)
        {
            int half = span >> 1, step = size / span;
            for (int start = 0; start < size; start += span)
                for (int k = 0; k < half; k++) Butterfly(real, imaginary, start + k, start + k + half, k * step);
        }
    }

    void Butterfly(Span<double> real, Span<double> imaginary, int a, int b, int angle)
    {
        double cos = cosines[angle], sin = sines[angle];
        double x = (real[b] * cos) - (imaginary[b] * sin), y = (real[b] * sin) + (imaginary[b] * cos);
        (real[b], imaginary[b]) = (real[a] - x, imaginary[a] - y);
        (real[a], imaginary[a]) = (real[a] + x, imaginary[a] + y);
    }
}
