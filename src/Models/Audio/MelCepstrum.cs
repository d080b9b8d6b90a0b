namespace TalkingMachines.Models.Audio;

/// <summary>
/// Mel-frequency cepstral coefficients as SyncNet hears them (FACTS 6.1; the defaults of python_speech_features): 13 numbers
/// each 10 ms of 16 kHz sound, from frames of 25 ms without a window function. The first is the logarithm of the frame's energy.
/// </summary>
public sealed class MelCepstrum
{
    public const int SampleRate = 16000;
    public const int Hop = 160;
    public const int Coefficients = 13;

    const int Frame = 400;
    const int Size = 512;
    const int Bins = (Size / 2) + 1;
    const int Bands = 26;
    const double Emphasis = 0.97;
    const double Lifter = 22;
    const double Smallest = 2.220446049250313e-16; // f64's epsilon stands for zero before a logarithm

    readonly FourierTransform transform = new(Size);
    readonly double[] real = new double[Size];
    readonly double[] imaginary = new double[Size];
    readonly double[] power = new double[Bins];
    readonly double[] bands = new double[Bands];
    readonly int[] edges = Edges();

    /// <summary>Frames of so many samples: one, and one for each hop that begins behind it.</summary>
    public static int Frames(int samples) => samples <= Frame ? 1 : 1 + ((samples - Frame + Hop - 1) / Hop);

    /// <summary>Coefficients [Frames,13] of samples in steps of 16 bits (-32768 to 32767), as they are.</summary>
    public float[] Compute(ReadOnlySpan<float> samples)
    {
        float[] result = new float[Frames(samples.Length) * Coefficients];
        for (int frame = 0; frame < result.Length / Coefficients; frame++)
            Coefficient(Spectrum(samples, frame * Hop), result.AsSpan(frame * Coefficients, Coefficients));
        return result;
    }

    /// <summary>Power of each bin of the frame that begins at a sample; returns the energy.</summary>
    double Spectrum(ReadOnlySpan<float> samples, int start)
    {
        Array.Clear(real);
        Array.Clear(imaginary);
        for (int i = 0, at = start; i < Frame && at < samples.Length; i++, at++) real[i] = at == 0 ? samples[0] : samples[at] - (Emphasis * samples[at - 1]);
        transform.Forward(real, imaginary);
        double energy = 0;
        for (int i = 0; i < Bins; i++)
        {
            power[i] = ((real[i] * real[i]) + (imaginary[i] * imaginary[i])) / Size;
            energy += power[i];
        }
        return Positive(energy);
    }

    void Coefficient(double energy, Span<float> target)
    {
        for (int band = 0; band < Bands; band++) bands[band] = Math.Log(Positive(Band(band)));
        target[0] = (float)Math.Log(energy);
        for (int n = 1; n < target.Length; n++)
        {
            double sum = 0; // orthonormal cosine transform
            for (int band = 0; band < Bands; band++) sum += bands[band] * Math.Cos(Math.PI * n * ((2 * band) + 1) / (2 * Bands));
            target[n] = (float)(sum * Math.Sqrt(2.0 / Bands) * (1 + (Lifter / 2 * Math.Sin(Math.PI * n / Lifter))));
        }
    }

    double Band(int band)
    {
        int low = edges[band], peak = edges[band + 1], high = edges[band + 2];
        double sum = 0;
        for (int i = low; i < peak; i++) sum += power[i] * (i - low) / (peak - low);
        for (int i = peak; i < high; i++) sum += power[i] * (high - i) / (high - peak);
        return sum;
    }

    static double Positive(double value) => value == 0 ? Smallest : value;

    /// <summary>Bins where the triangles begin, peak and end: even on the mel scale from 0 to half the sample rate.</summary>
    static int[] Edges()
    {
        double top = 2595 * Math.Log10(1 + (SampleRate / 2 / 700.0));
        return [.. Enumerable.Range(0, Bands + 2).Select(i => 700 * (Math.Pow(10, top * i / (Bands + 1) / 2595) - 1)).Select(hertz => (int)Math.Floor((Size + 1) * hertz / SampleRate))];
    }
}
