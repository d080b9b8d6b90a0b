namespace TalkingMachines.Models.Audio;

/// <summary>A Butterworth filter of second order by the bilinear transform, 12 dB an octave beyond its cutoff. Cutoffs are parts of the sample rate, below a half.</summary>
internal sealed class Butterworth
{
    readonly double b0, b1, b2, a1, a2;
    double x1, x2, y1, y2;

    Butterworth(double cutoff, bool isHighPass)
    {
        double w = Math.Tan(Math.PI * cutoff), scale = 1 / (1 + (Math.Sqrt(2) * w) + (w * w));
        b0 = b2 = isHighPass ? scale : w * w * scale;
        b1 = isHighPass ? -2 * b0 : 2 * b0;
        a1 = 2 * ((w * w) - 1) * scale;
        a2 = (1 - (Math.Sqrt(2) * w) + (w * w)) * scale;
    }

    public static Butterworth HighPass(double cutoff) => new(cutoff, isHighPass: true);

    public static Butterworth LowPass(double cutoff) => new(cutoff, isHighPass: false);

    public double Next(double x)
    {
        double y = (b0 * x) + (b1 * x1) + (b2 * x2) - (a1 * y1) - (a2 * y2);
        (x2, x1, y2, y1) = (x1, x, y1, y);
        return y;
    }

    public void Clear() => x1 = x2 = y1 = y2 = 0;
}
