using System.Globalization;

namespace TalkingMachines.Calls;

/// <summary>Median, 95th percentile and largest of measured values, in milliseconds.</summary>
internal sealed record Spread(double Median, double P95, double Most, int Count)
{
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0) return new Spread(double.NaN, double.NaN, double.NaN, 0);
        return new Spread(At(sorted, 0.5), At(sorted, 0.95), sorted[^1], sorted.Length);
    }

    /// <summary>Of offsets to either side: their median, and how far from nought 95 % and all of them are.</summary>
    public static Spread OfOffsets(IReadOnlyCollection<double> offsets)
    {
        var far = Of(offsets.Select(Math.Abs));
        return far with { Median = Of(offsets).Median };
    }

    // The smallest value that a share of all does not exceed.
    static double At(double[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"median {Median:0} ms, p95 {P95:0} ms, most {Most:0} ms of {Count}");
}
