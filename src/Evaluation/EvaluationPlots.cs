using TalkingMachines.Media;
using TalkingMachines.Puppets;

namespace TalkingMachines.Evaluation;

/// <summary>The plots of a report as SVG.</summary>
static class EvaluationPlots
{
    /// <summary>Each with a name for its file.</summary>
    public static IEnumerable<(string File, string Svg)> Of(EvaluationReport report)
    {
        yield return ("opening.svg", IntervalPlot.ToSvg(
            "Opening of the mouth: correlation with what was asked for",
            [.. report.Renditions.Select(score => (score.Name, score.Open, (IReadOnlyList<double>)[.. score.Clips.Select(clip => clip.Open)]))]));
        foreach (var judged in report.Sync.GroupBy(figures => figures.Judge))
            yield return ($"sync-{judged.Key.Replace(' ', '-').ToLowerInvariant()}.svg", Sync(judged.Key, [.. judged]).ToSvg());
        if (report.Tracks.Count > 0) yield return ("first-character.svg", Openings(report.Tracks).ToSvg());
        if (report.Drift.Count > 1) yield return ("drift.svg", Drift(report.Drift).ToSvg());
    }

    static Chart Sync(string judge, SyncFigures[] all) => new()
    {
        Title = $"Distance of lips and sound by {judge}: Sync-D at the lowest, Sync-C below the median",
        XLabel = "milliseconds by which the sound is shifted",
        YLabel = "distance",
        Headroom = 0.3,
        Series = [.. all.Select(figures => new ChartSeries(figures.Name, [.. Enumerable.Range(0, SyncScore.Shifts).Select(i => (i - SyncScore.MostShift) * figures.ShiftMilliseconds)], figures.Distances))],
    };

    static Chart Openings(IReadOnlyList<LipTrack> tracks) => new()
    {
        Title = "Opening of the first character's mouth",
        XLabel = "second",
        YLabel = "opening",
        Headroom = 0.4,
        Series = [.. tracks.Select(track => new ChartSeries(track.Name, [.. Enumerable.Range(0, track.Openings.Count).Select(i => (double)i / Performance.FrameRate)], track.Openings))],
    };

    static Chart Drift(IReadOnlyList<DriftPoint> points)
    {
        double[] seconds = [.. points.Select(point => (double)point.Second)];
        ChartSeries Line(string name, Func<DriftPoint, Figure> figure) => new(name, seconds, [.. points.Select(point => figure(point).Mean)]);
        return new()
        {
            Title = "Distance to the reference picture in a long rollout",
            XLabel = "second",
            YLabel = "distance",
            FromZero = true,
            Headroom = 0.5,
            Series =
            [
                Line("colours", point => point.Colours), Line("colours of true frames", point => point.TrueColours),
                Line("features", point => point.Features), Line("features of true frames", point => point.TrueFeatures),
            ],
        };
    }
}
