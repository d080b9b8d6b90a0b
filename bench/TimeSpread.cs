namespace TalkingMachines.Bench;

/// <summary>So many durations of <paramref name="From"/> up to <paramref name="To"/> milliseconds.</summary>
public sealed record HistogramBin(double From, double To, int Count);

/// <summary>How durations spread, in milliseconds; the histogram has bins of one width, the last of which takes all that is longer.</summary>
public sealed record TimeSpread
{
    const int BinsAChunk = 20, MostBins = 100;

    public required int Count { get; init; }

    public required double Median { get; init; }

    public required double P95 { get; init; }

    public required double P99 { get; init; }

    public required double Max { get; init; }

    public required IReadOnlyList<HistogramBin> Histogram { get; init; }

    /// <param name="milliseconds">Any number of durations; none gives zeros.</param>
    /// <param name="chunkMilliseconds">Length of a chunk: its twentieth is the width of a bin, so that two runs have the same bins.</param>
    public static TimeSpread Of(IEnumerable<double> milliseconds, double chunkMilliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        return new TimeSpread
        {
            Count = sorted.Length,
            Median = Quantile(sorted, 0.5),
            P95 = Quantile(sorted, 0.95),
            P99 = Quantile(sorted, 0.99),
            Max = sorted.Length == 0 ? 0 : sorted[^1],
            Histogram = Bins(sorted, chunkMilliseconds / BinsAChunk),
        };
    }

    /// <summary>The smallest value that a share of all does not exceed; 0 of nothing.</summary>
    internal static double Quantile(double[] sorted, double share) =>
        sorted.Length == 0 ? 0 : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];

    static List<HistogramBin> Bins(double[] sorted, double width)
    {
        var bins = new List<HistogramBin>();
        if (sorted.Length == 0) return bins;
        int first = Bin(sorted[0]), last = Bin(sorted[^1]);
        for (int bin = first; bin <= last; bin++)
            bins.Add(new HistogramBin(bin * width, bin == MostBins ? Math.Max(sorted[^1], bin * width) : (bin + 1) * width, sorted.Count(value => Bin(value) == bin)));
        return bins;

        int Bin(double value) => (int)Math.Min(MostBins, value / width);
    }
}
