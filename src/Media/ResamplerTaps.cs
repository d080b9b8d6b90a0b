using System.Numerics;
using System.Runtime.InteropServices;

namespace TalkingMachines.Media;

/// <summary>
/// The taps of a <see cref="Resampler"/>: a low-pass at the lower of the two rates, sampled at every phase.
/// Rates with a small common divisor have too many phases to tabulate; a coarser table is then interpolated.
/// </summary>
internal sealed class ResamplerTaps
{
    // 64 zero crossings a side with beta 9 stop 90 dB from the lower Nyquist frequency on and pass up to 0.91
    // of it: the transition is (90 - 8) / (2.285 * 128) rad = 0.09 Nyquist wide (Kaiser), centred at 0.955.
    const int ZeroCrossings = 64;
    const double Beta = 9, Cutoff = 0.955;
    const int MaxTableFloats = 1 << 20;
    const int CoarsePhases = 2048;      // linear interpolation errs by (pi / 2048)^2 / 8, -110 dB

    readonly float[] table;             // [tablePhases + 1, Count], the last row only for interpolation
    readonly int phases, tablePhases;

    public ResamplerTaps(int step, int phases)
    {
        double shrink = Math.Max(1, (double)step / phases);     // taps widen when the rate falls
        int half = (int)Math.Ceiling(ZeroCrossings * shrink);
        Count = 2 * half;
        this.phases = phases;
        tablePhases = (long)phases * Count <= MaxTableFloats ? phases : Math.Max(4, (int)(CoarsePhases / shrink));
        table = new float[(tablePhases + 1) * Count];
        for (int row = 0; row <= tablePhases; row++)
            Fill(table.AsSpan(row * Count, Count), (double)row / tablePhases, half, Cutoff / shrink);
    }

    /// <summary>Taps of each output.</summary>
    public int Count { get; }

    /// <summary>One output, <paramref name="phase"/> / phases after the sample in the middle of the window.</summary>
    public float Apply(ReadOnlySpan<float> window, int phase)
    {
        if (tablePhases == phases) return Dot(window, Row(phase));
        double position = (double)phase * tablePhases / phases;
        int row = (int)position;
        float blend = (float)(position - row);
        return Dot(window, Row(row)) * (1 - blend) + Dot(window, Row(row + 1)) * blend;
    }

    ReadOnlySpan<float> Row(int row) => table.AsSpan(row * Count, Count);

    /// <summary>Sinc times window around <paramref name="offset"/>; the sum is one, so silence and offset stay exact.</summary>
    static void Fill(Span<float> taps, double offset, int half, double cutoff)
    {
        double sum = 0;
        var exact = new double[taps.Length];
        for (int i = 0; i < exact.Length; i++)
        {
            double t = i - (half - 1) - offset;
            double edge = 1 - t * t / ((double)half * half);
            exact[i] = edge <= 0 ? 0 : Sinc(cutoff * t) * BesselI0(Beta * Math.Sqrt(edge));
            sum += exact[i];
        }
        for (int i = 0; i < exact.Length; i++) taps[i] = (float)(exact[i] / sum);
    }

    static double Sinc(double x) => Math.Abs(x) < 1e-9 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);

    // Power series (Abramowitz and Stegun 9.6.12).
    static double BesselI0(double x)
    {
        double sum = 1, term = 1;
        for (int k = 1; term > sum * 1e-17; k++)
        {
            term *= x * x / (4.0 * k * k);
            sum += term;
        }
        return sum;
    }

    static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sums = Vector<float>.Zero;
        var wideA = MemoryMarshal.Cast<float, Vector<float>>(a);
        var wideB = MemoryMarshal.Cast<float, Vector<float>>(b);
        for (int i = 0; i < wideA.Length; i++) sums += wideA[i] * wideB[i];
        float sum = Vector.Sum(sums);
        for (int i = wideA.Length * Vector<float>.Count; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
