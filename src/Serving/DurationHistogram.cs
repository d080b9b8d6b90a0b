namespace TalkingMachines.Serving;

/// <summary>Quantiles of endlessly many durations in constant memory: counts in bins a hundredth wide, from 10 microseconds to 1000 s.</summary>
public sealed class DurationHistogram
{
    const double Shortest = 1e-5, Longest = 1e3, Growth = 1.01;

    readonly long[] bins = new long[Bin(Longest) + 1];

    public long Count { get; private set; }

    /// <summary>The longest, exactly.</summary>
    public TimeSpan Max { get; private set; }

    public void Add(TimeSpan duration)
    {
        bins[Bin(duration.TotalSeconds)]++;
        Count++;
        if (duration > Max) Max = duration;
    }

    /// <summary>The smallest duration that a share of all does not exceed, half a percent more or less; zero where none came.</summary>
    /// <param name="share">0.5 is the median.</param>
    public TimeSpan Quantile(double share)
    {
        long wanted = Math.Max(1, (long)Math.Ceiling(share * Count)), seen = 0;
        for (int bin = 0; bin < bins.Length; bin++)
            if ((seen += bins[bin]) >= wanted) return TimeSpan.FromSeconds(Math.Min(Shortest * Math.Pow(Growth, bin + 0.5), Max.TotalSeconds));
        return TimeSpan.Zero;
    }

    static int Bin(double seconds) => (int)(Math.Log(Math.Clamp(seconds, Shortest, Longest) / Shortest) / Math.Log(Growth));
}
