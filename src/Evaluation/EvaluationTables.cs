using System.Globalization;

namespace TalkingMachines.Evaluation;

/// <summary>The tables of a report: a row a figure, a column a kind of frames.</summary>
static class EvaluationTables
{
    const string OfRecordedVoices = "  of recorded voices", WorstCharacter = "  worst character";
    const string TwoPlaces = "0.00;-0.00;0.00", FourPlaces = "0.0000;-0.0000;0.0000"; // what rounds to nothing has no sign

    /// <summary>Those that the report has something for.</summary>
    public static IReadOnlyList<ReportTable> Of(EvaluationReport report)
    {
        var tables = new List<ReportTable> { Lips(report.Renditions) };
        if (Differences(report) is { } differences) tables.Add(differences);
        if (report.Heard is { } heard) tables.Add(Heard(heard));
        tables.AddRange(report.Sync.GroupBy(figures => figures.Judge).Select(judged => Sync(judged.Key, [.. judged])));
        if (report.Quality.Count > 0) tables.Add(Quality(report.Quality));
        tables.AddRange(report.Videos.GroupBy(distance => distance.Measure).Select(measured => Videos(measured.Key, [.. measured])));
        if (report.Drift.Count > 0) tables.Add(Drift(report));
        if (report.Aims is { Count: > 0 } aims) tables.Add(Aims(aims));
        return tables;
    }

    static ReportTable Lips(IReadOnlyList<RenditionScore> all)
    {
        ReportRow Row(string name, Func<RenditionScore, string> cell) => new(name, [.. all.Select(cell)]);

        return new("as the lip reader sees it", [.. all.Select(score => score.Name)],
        [
            Row("opening, correlation", score => Cell(score.Open)),
            Row(WorstCharacter, score => Number(score.Open.Least)),
            Row("  in speech alone", score => Cell(score.OpenInSpeech)),
            Row("  at the best lag", score => Cell(score.OpenAtLag)),
            Row("  best lag, frames", score => Cell(score.Lag)),
            Row("width, correlation", score => Cell(score.Width)),
            Row(WorstCharacter, score => Number(score.Width.Least)),
            Row(OfRecordedVoices, score => Cell(score.RecordedWidth)),
            Row("rounding, correlation", score => Cell(score.Round)),
            Row(WorstCharacter, score => Number(score.Round.Least)),
            Row(OfRecordedVoices, score => Cell(score.RecordedRound)),
            Row("amplitude of the opening", score => Cell(score.Amplitude)),
            Row("p, b, m seen shut", score => Cell(score.Closures)),
            Row("  frames of all characters", score => $"{score.ClosuresSeen} of {score.ClosingFrames}"),
            Row("open while listening", score => Cell(score.MovingInSilence)),
            Row("blinks at their time/seen", score => $"{score.BlinksMatched} of {score.BlinksAsked} / {score.BlinksSeen}"),
            Row("  a minute", score => Number(score.BlinksAMinute)),
        ]);
    }

    // Of the same clips: what a choice does is seen better clip by clip than in two means with an interval each.
    static ReportTable? Differences(EvaluationReport report)
    {
        RenditionScore[] others = [.. report.Renditions.Where(score => RenditionScore.IsOfModel(score.Name) && score.Name != RenditionScore.Generated)];
        if (report.Named(RenditionScore.Generated) is not { } measured || others.Length == 0) return null;
        ReportRow Row(string name, Func<ClipScore, double?> figure) =>
            new(name, [.. others.Select(score => Cell(Figure.Of(score.Clips.Zip(measured.Clips, (other, own) => figure(other) - figure(own))), "+0.000;-0.000;0.000"))]);

        return new($"less what is {RenditionScore.Generated}", [.. others.Select(score => score.Name)],
        [
            Row("opening, correlation", clip => clip.Open),
            Row("  in speech alone", clip => clip.OpenInSpeech),
            Row("width, correlation", clip => clip.Width),
            Row("rounding, correlation", clip => clip.Round),
            Row("amplitude of the opening", clip => clip.Amplitude),
        ]);
    }

    static ReportTable Heard(HeardScore heard) => new("what is heard", ["mouth values of the sound network"],
    [
        new("opening, correlation", [Cell(heard.Open)]),
        new("width, correlation", [Cell(heard.Width)]),
        new(WorstCharacter, [Number(heard.Width.Least)]),
        new(OfRecordedVoices, [Cell(heard.RecordedWidth)]),
        new("rounding, correlation", [Cell(heard.Round)]),
        new(WorstCharacter, [Number(heard.Round.Least)]),
        new(OfRecordedVoices, [Cell(heard.RecordedRound)]),
    ]);

    static ReportTable Sync(string judge, SyncFigures[] all)
    {
        ReportRow Row(string name, Func<SyncFigures, Figure> figure) => new(name, [.. all.Select(figures => Cell(figure(figures)))]);

        return new($"as {judge} judges", [.. all.Select(figures => figures.Name)],
        [
            Row("Sync-C, higher is better", figures => figures.Confidence),
            Row("Sync-D, lower is better", figures => figures.Distance),
            Row("sound early by, ms", figures => figures.OffsetMilliseconds),
        ]);
    }

    static ReportTable Quality(IReadOnlyList<QualityScore> all)
    {
        ReportRow Row(string name, Func<QualityScore, Figure> figure) => new(name, [.. all.Select(score => Cell(figure(score)))]);

        return new("beside true frames", [.. all.Select(score => score.Name)],
        [
            Row("PSNR, dB", score => score.Whole),
            Row("  mouth", score => score.Mouth),
            Row("  eyes", score => score.Eyes),
            Row("SSIM", score => score.Ssim),
            Row("  mouth", score => score.MouthSsim),
        ]);
    }

    static ReportTable Videos(string measure, VideoDistance[] all) => new(measure, [.. all.Select(distance => distance.Name)],
    [
        new("distance from true frames", [.. all.Select(distance => Number(distance.Distance) + Margin(distance.Margin))]),
        new("  pieces of 16 frames", [.. all.Select(distance => distance.Pieces.ToString(CultureInfo.InvariantCulture))]),
    ]);

    static ReportTable Drift(EvaluationReport report)
    {
        ReportRow Row(string name, Func<DriftPoint, Figure?> figure, Figure? other = null) =>
            new(name, [.. report.Drift.Select(point => Cell(figure(point), FourPlaces)), other is null ? "" : Cell(other, FourPlaces)]);

        return new("distance to the reference", [.. report.Drift.Select(point => string.Create(CultureInfo.InvariantCulture, $"second {point.Second}")), "another character"],
        [
            Row("colours", point => point.Colours, report.OtherCharacter?.Colours),
            Row("  of true frames", point => point.TrueColours),
            Row("  grown beyond these", point => point.ColoursGrown),
            Row("features", point => point.Features, report.OtherCharacter?.Features),
            Row("  of true frames", point => point.TrueFeatures),
            Row("  grown beyond these", point => point.FeaturesGrown),
        ]);
    }

    static ReportTable Aims(IReadOnlyList<Aim> aims) => new("asked of a shipped model", ["aim", "found", ""],
        [.. aims.Select(aim => new ReportRow(aim.What, [aim.Bounds, Aim.Number(aim.Found), aim.IsMet ? "met" : $"missed by {Aim.Number(aim.Missed)}"]))]);

    /// <summary>Mean and interval, which one character alone has not; a dash for what could not be measured.</summary>
    public static string Cell(Figure? figure, string format = TwoPlaces)
    {
        string Number(double value) => value.ToString(format, CultureInfo.InvariantCulture);

        return figure switch
        {
            null => "-",
            { Count: 1 } alone => Number(alone.Mean),
            { } known => $"{Number(known.Mean)} [{Number(known.Low)}, {Number(known.High)}]",
        };
    }

    /// <summary>Half the width of an interval, behind its figure; nothing where there is none.</summary>
    public static string Margin(double? value) => value is { } known ? string.Create(CultureInfo.InvariantCulture, $" +- {known:0.00}") : "";

    static string Number(double value) => value.ToString(TwoPlaces, CultureInfo.InvariantCulture);
}
