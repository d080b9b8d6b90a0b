namespace TalkingMachines.Evaluation;

/// <summary>A figure over characters: its mean with the 95 % confidence interval by Student's t, and its extremes.</summary>
/// <param name="Low">Equal to the mean where there is one character alone.</param>
/// <param name="Least">The worst or best single character.</param>
public readonly record struct Figure(double Mean, double Low, double High, double Least, double Most, int Count)
{
    // 97.5 % quantiles of Student's t for 1, 2, ... degrees of freedom.
    static readonly double[] Quantiles =
    [
        12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
        2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
    ];

    /// <summary>The figure of one value a character; null where no character has one.</summary>
    public static Figure? Of(IEnumerable<double?> values)
    {
        double[] known = [.. values.Where(value => value.HasValue).Select(value => value!.Value)];
        if (known.Length == 0) return null;
        double mean = Series.Mean(known), margin = 0;
        if (known.Length > 1)
        {
            double deviation = Series.Deviation(known) * Math.Sqrt(known.Length / (known.Length - 1.0)); // of the population, from a sample
            margin = Quantile(known.Length - 1) * deviation / Math.Sqrt(known.Length);
        }
        return new Figure(mean, mean - margin, mean + margin, known.Min(), known.Max(), known.Length);
    }

    /// <summary>97.5 % quantile of Student's t; beyond the table the first terms of its expansion about the normal one (Abramowitz and Stegun 26.7.5).</summary>
    public static double Quantile(int degrees)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degrees, 1);
        if (degrees <= Quantiles.Length) return Quantiles[degrees - 1];
        const double z = 1.959964;
        double n = degrees;
        return z + (((z * z * z) + z) / (4 * n)) + (((5 * z * z * z * z * z) + (16 * z * z * z) + (3 * z)) / (96 * n * n));
    }
}
