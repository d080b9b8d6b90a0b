namespace TalkingMachines.Puppets;

/// <summary>Second-order Butterworth filters, run in place (R. Bristow-Johnson, Audio EQ Cookbook).</summary>
static class VoiceFilter
{
    public static void LowPass(Span<float> samples, int rate, double hertz)
    {
        var (cos, alpha) = Turn(rate, hertz);
        Run(samples, (1 - cos) / 2, 1 - cos, (1 - cos) / 2, 1 + alpha, -2 * cos, 1 - alpha);
    }

    public static void HighPass(Span<float> samples, int rate, double hertz)
    {
        var (cos, alpha) = Turn(rate, hertz);
        Run(samples, (1 + cos) / 2, -1 - cos, (1 + cos) / 2, 1 + alpha, -2 * cos, 1 - alpha);
    }

    static (double Cos, double Alpha) Turn(int rate, double hertz)
    {
        double turn = 2 * Math.PI * hertz / rate;
        return (Math.Cos(turn), Math.Sin(turn) / Math.Sqrt(2));
    }

    static void Run(Span<float> samples, double b0, double b1, double b2, double a0, double a1, double a2)
    {
        (b0, b1, b2, a1, a2) = (b0 / a0, b1 / a0, b2 / a0, a1 / a0, a2 / a0);
        double early = 0, late = 0;             // transposed direct form II
        foreach (ref float sample in samples)
        {
            double x = sample, y = b0 * x + early;
            early = b1 * x - a1 * y + late;
            late = b2 * x - a2 * y;
            sample = (float)y;
        }
    }
}
