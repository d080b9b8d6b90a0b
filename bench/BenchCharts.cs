using TalkingMachines.Media;

namespace TalkingMachines.Bench;

/// <summary>Pictures of a report.</summary>
public static class BenchCharts
{
    /// <summary>As in the paper's comparison of placements: time between chunks by chunk, and the length of a chunk, which each line must stay below.</summary>
    public static Chart TimeBetweenChunks(BenchReport report)
    {
        int longest = report.Cases.Max(run => run.Series.Count);
        var lines = report.Cases.Select(run => new ChartSeries(
            run.Source == FigureSource.Simulated ? $"{run.Name} (simulated)" : run.Name,
            [.. Enumerable.Range(1, run.Series.Count).Select(i => (double)i)], run.Series));
        var limit = new ChartSeries("real time: a chunk's length", [0, longest], [report.Settings.ChunkMilliseconds, report.Settings.ChunkMilliseconds]);
        return new Chart
        {
            Title = "Time between chunks, decoder included",
            XLabel = "chunk",
            YLabel = "milliseconds",
            Height = 520,
            FromZero = true,
            Headroom = 0.4,
            Series = [.. lines, limit],
        };
    }

    /// <summary>How long chunks take with so many sessions at once; null where only one was measured.</summary>
    public static Chart? Sessions(BenchReport report)
    {
        if (report.Sessions.Count < 2) return null;
        double[] counts = [.. report.Sessions.Select(each => (double)each.Sessions)];
        double limit = report.Settings.ChunkMilliseconds;
        return new Chart
        {
            Title = "Time of a chunk by sessions at once",
            XLabel = "sessions",
            YLabel = "milliseconds",
            FromZero = true,
            Headroom = 0.3,
            Series =
            [
                new("median", counts, [.. report.Sessions.Select(each => each.ChunkTime.Median)]),
                new("p95", counts, [.. report.Sessions.Select(each => each.ChunkTime.P95)]),
                new("real time: a chunk's length", [counts[0], counts[^1]], [limit, limit]),
            ],
        };
    }
}
