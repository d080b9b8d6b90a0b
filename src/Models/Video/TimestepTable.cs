namespace TalkingMachines.Models.Video;

/// <summary>
/// The 1000 noise levels that few-step students were trained with (FACTS 4.2): sigma from 1 (noise) towards 0 (data), shifted
/// to s sigma / (1 + (s - 1) sigma); a timestep is 1000 sigma.
/// </summary>
public sealed class TimestepTable
{
    const int Count = 1000;

    readonly double[] sigmas = new double[Count];

    public TimestepTable(double shift)
    {
        for (int i = 0; i < Count; i++)
        {
            double sigma = 1 - ((double)i / Count);
            sigmas[i] = shift * sigma / (1 + ((shift - 1) * sigma));
        }
    }

    /// <summary>The noise level of the nearest timestep of the table; 0 for timestep 0.</summary>
    public double Sigma(double timestep) => timestep <= 0 ? 0 : sigmas.MinBy(sigma => Math.Abs((sigma * 1000) - timestep));

    /// <summary>The timestep that an entry 0..1000 of a warped step list stands for: 1000 is pure noise, 0 is data.</summary>
    public double Warp(int entry) => entry switch
    {
        0 => 0,
        > 0 and <= Count => 1000 * sigmas[Count - entry],
        _ => throw new ArgumentException($"A step is {entry}, expected 0 to {Count}."),
    };
}
