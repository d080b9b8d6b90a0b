namespace TalkingMachines.Models.Video;

/// <summary>
/// The noise levels that few-step students were trained with (FACTS 4.2): sigma from 1 (noise) towards 0 (data), shifted
/// to s sigma / (1 + (s - 1) sigma); a timestep is 1000 sigma.
/// </summary>
public sealed class TimestepTable
{
    const int UsualCount = 1000;

    /// <summary>A timestep of pure noise.</summary>
    public const double Most = 1000;

    readonly double[] sigmas;

    public TimestepTable(double shift, int count = UsualCount) =>
        sigmas = [.. Enumerable.Range(0, count).Select(i => Shifted(1 - ((double)i / count), shift))];

    /// <summary>Noise levels, from 1 downwards; 0 is not among them.</summary>
    public IReadOnlyList<double> Sigmas => sigmas;

    /// <summary>A noise level moved towards noise: large pictures keep more of their structure at the same level.</summary>
    public static double Shifted(double sigma, double shift) => shift * sigma / (1 + ((shift - 1) * sigma));

    /// <summary>The noise level of the nearest timestep of the table; 0 for timestep 0.</summary>
    public double Sigma(double timestep) => timestep <= 0 ? 0 : sigmas.MinBy(sigma => Math.Abs((sigma * Most) - timestep));

    /// <summary>The timestep that an entry 0..1000 of a warped step list stands for: 1000 is pure noise, 0 is data.</summary>
    public double Warp(int entry) => entry == 0 ? 0 : entry > 0 && entry <= sigmas.Length
        ? Most * sigmas[sigmas.Length - entry]
        : throw new ArgumentException($"A step is {entry}, expected 0 to {sigmas.Length}.");

    /// <summary>
    /// Weights of a flow loss by level: exp(-2 ((t - 500) / 1000)^2), less the smallest, with mean 1. Middle levels teach most.
    /// </summary>
    public double[] TrainingWeights()
    {
        double[] weights = [.. sigmas.Select(sigma => Math.Exp(-2 * Math.Pow(sigma - 0.5, 2)))];
        double least = weights.Min(), mean = weights.Average() - least;
        return [.. weights.Select(weight => (weight - least) / mean)];
    }
}
