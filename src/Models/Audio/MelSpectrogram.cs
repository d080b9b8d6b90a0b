namespace TalkingMachines.Models.Audio;

/// <summary>
/// Log-mel features of 16 kHz sound: 40 triangles from 60 to 7,600 Hz of a Hann-windowed 512-sample power spectrum every
/// 250 samples: exactly 64 a second, 4 a video frame of 16 a second. Feature m sees samples 250 m - 131 .. 250 m + 380,
/// zeros before the start. Values are (ln(power + 1e-6) + 6) / 4: -1.95 in silence, 0 to 3 in speech.
/// </summary>
public sealed class MelSpectrogram
{
    public const int SampleRate = 16000;
    public const int Hop = 250;
    public const int Bands = 40;
    public const int Window = 512;
    public const int Before = (Window - Hop) / 2;

    /// <summary>What every band of silence is.</summary>
    public static readonly float Silence = (float)((Math.Log(Floor) + 6) / 4);

    const double Floor = 1e-6;

    readonly float[] hann = new float[Window];
    readonly FourierTransform transform = new(Window);
    readonly (int First, float[] Weights)[] triangles;
    readonly double[] real = new double[Window];
    readonly double[] imaginary = new double[Window];

    public MelSpectrogram()
    {
        for (int i = 0; i < Window; i++) hann[i] = (float)(0.5 - (0.5 * Math.Cos(2 * Math.PI * i / Window)));
        triangles = Triangles();
    }

    /// <summary>
    /// Features first .. first + count of a sound, band by band: target[band * count + m]. <paramref name="samples"/> starts at
    /// sample <paramref name="origin"/> of the sound; what lies outside counts as zero.
    /// </summary>
    public void Compute(ReadOnlySpan<float> samples, long origin, long first, int count, Span<float> target)
    {
        for (int m = 0; m < count; m++)
        {
            long start = ((first + m) * Hop) - Before - origin;
            for (int i = 0; i < Window; i++)
            {
                long at = start + i;
                real[i] = at >= 0 && at < samples.Length ? samples[(int)at] * hann[i] : 0;
            }
            Array.Clear(imaginary);
            transform.Forward(real, imaginary);
            for (int band = 0; band < Bands; band++) target[(band * count) + m] = Band(triangles[band]);
        }
    }

    float Band((int First, float[] Weights) triangle)
    {
        double power = 0;
        for (int i = 0; i < triangle.Weights.Length; i++)
        {
            int bin = triangle.First + i;
            power += triangle.Weights[i] * ((real[bin] * real[bin]) + (imaginary[bin] * imaginary[bin]));
        }
        return (float)((Math.Log(power + Floor) + 6) / 4);
    }

    static (int, float[])[] Triangles()
    {
        static double Mel(double hertz) => 2595 * Math.Log10(1 + (hertz / 700));
        static double Hertz(double mel) => 700 * (Math.Pow(10, mel / 2595) - 1);
        double low = Mel(60), high = Mel(7600);
        double[] edges = [.. Enumerable.Range(0, Bands + 2).Select(i => Hertz(low + ((high - low) * i / (Bands + 1))) * Window / SampleRate)];
        var result = new (int, float[])[Bands];
        for (int band = 0; band < Bands; band++)
        {
            int first = (int)Math.Ceiling(edges[band]), last = (int)Math.Floor(edges[band + 2]);
            if (last < first) first = last = (int)Math.Round(edges[band + 1]); // low bands are narrower than a bin
            float[] weights = new float[last - first + 1];
            for (int bin = first; bin <= last; bin++)
            {
                double rise = (bin - edges[band]) / (edges[band + 1] - edges[band]), fall = (edges[band + 2] - bin) / (edges[band + 2] - edges[band + 1]);
                weights[bin - first] = (float)Math.Max(Math.Min(rise, fall), first == last ? 1 : 0);
            }
            result[band] = (first, weights);
        }
        return result;
    }
}
