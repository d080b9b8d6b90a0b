namespace TalkingMachines.Evaluation;

/// <summary>Statistics of two series of equal length, such as an opening that was asked for and one that was seen.</summary>
public static class Series
{
    // Below this a series counts as constant: a reader's rounding is no motion.
    const double Still = 1e-6;

    public static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values) sum += value;
        return values.Length == 0 ? 0 : sum / values.Length;
    }

    /// <summary>Standard deviation of the values at hand (divided by their number).</summary>
    public static double Deviation(ReadOnlySpan<double> values)
    {
        double mean = Mean(values), squares = 0;
        foreach (double value in values) squares += (value - mean) * (value - mean);
        return values.Length == 0 ? 0 : Math.Sqrt(squares / values.Length);
    }

    /// <summary>Pearson's correlation; 0 where a series does not move, for it tells nothing of the other.</summary>
    public static double Correlation(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        if (a.Length != b.Length) throw new ArgumentException($"Series have {a.Length} and {b.Length} values, expected equal lengths.");
        double deviationA = Deviation(a), deviationB = Deviation(b);
        if (deviationA < Still || deviationB < Still) return 0;
        double meanA = Mean(a), meanB = Mean(b), products = 0;
        for (int i = 0; i < a.Length; i++) products += (a[i] - meanA) * (b[i] - meanB);
        return Math.Clamp(products / (a.Length * deviationA * deviationB), -1, 1);
    }

    /// <summary>By how many places <paramref name="seen"/> comes after <paramref name="truth"/> where they agree best, at most <paramref name="reach"/> either way; the smallest of equals.</summary>
    public static (int Lag, double Correlation) BestLag(ReadOnlySpan<double> truth, ReadOnlySpan<double> seen, int reach)
    {
        var best = (Lag: 0, Correlation: Correlation(truth, seen));
        for (int distance = 1; distance <= Math.Min(reach, truth.Length - 2); distance++)
        {
            int overlap = truth.Length - distance;
            double late = Correlation(truth[..overlap], seen[distance..]), early = Correlation(truth[distance..], seen[..overlap]);
            if (late > best.Correlation) best = (distance, late);
            if (early > best.Correlation) best = (-distance, early);
        }
        return best;
    }
}
