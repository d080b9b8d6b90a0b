using System.Globalization;

namespace TalkingMachines.Evaluation;

/// <summary>Says in words what a report's figures show to be wrong.</summary>
public static class EvaluationFindings
{
    const double ReaderFloor = 0.9, OpenFloor = 0.5, LeastAmplitude = 0.5, MostAmplitude = 1.5;
    const double LagFrames = 1.5, LagNeeds = 0.3; // without any agreement a best lag says nothing
    const double SyncFloor = 0.4; // of the true frames' Sync-C
    const double MovingCeiling = 0.1, OtherSoundCeiling = 0.2, AlikeCeiling = 0.6, BlinkFloor = 0.5, LosesSound = 0.3, LikenessCeiling = 0.2;

    /// <summary>Of the way to another character, so much may a character drift.</summary>
    internal const double MostDrift = 0.1;

    const int FewCharacters = 4; // fewer have intervals that hold everything

    /// <summary>One sentence a finding; none where all is well.</summary>
    public static IReadOnlyList<string> Of(EvaluationReport report)
    {
        var findings = new List<string>();
        if (report.Named(RenditionScore.Truth) is { } truth && truth.Open.Mean < ReaderFloor)
            Add(findings, $"The lip reader reads even true frames with {truth.Open.Mean:0.00} only, expected {ReaderFloor} or more: take the others relative to it.");
        foreach (var rendition in report.Renditions.Where(rendition => RenditionScore.IsOfModel(rendition.Name))) AddOf(findings, rendition);
        if (report.Named(RenditionScore.OtherSound) is { } other && other.Open.Mean > OtherSoundCeiling)
            Add(findings, $"Another clip's sound gives {other.Open.Mean:0.00}, expected {OtherSoundCeiling} at most: the mouth does not come from the sound alone.");
        if (report.AlikeWithOtherSound is { } alike && alike.Mean > AlikeCeiling)
            Add(findings, $"With another clip's sound the mouth moves as with its own, correlation {alike.Mean:0.00}, expected {AlikeCeiling} at most: the model ignores the sound.");
        foreach (var judged in report.Sync.GroupBy(figures => figures.Judge)) AddSync(findings, [.. judged]);
        AddDrift(findings, report.Drift, report.OtherCharacter);
        if (report is { LongOpenFirst: { } early, LongOpenLast: { } late } && late.Mean < OpenFloor && early.Mean - late.Mean > LosesSound && late.High < early.Mean)
            Add(findings, $"The sound is lost: at the end of the long rollout the mouth follows it with {late.Mean:0.00}, at its beginning with {early.Mean:0.00}.");
        return findings;
    }

    static void AddOf(List<string> findings, RenditionScore score)
    {
        if (score.Open.Mean < OpenFloor)
            Add(findings, $"{score.Name}: the mouth follows the sound with {score.Open.Mean:0.00}, expected {OpenFloor} or more.");
        if (score.OpenAtLag.Mean > LagNeeds && Math.Abs(score.Lag.Mean) >= LagFrames)
            Add(findings, $"{score.Name}: the mouth is {Math.Abs(score.Lag.Mean):0.0} frames too {(score.Lag.Mean > 0 ? "late" : "early")}.");
        if (score.Amplitude is { } amplitude && amplitude.Mean < LeastAmplitude)
            Add(findings, $"{score.Name}: the mouth hardly moves, {amplitude.Mean:0.00} of the truth.");
        if (score.Amplitude is { } wide && wide.Mean > MostAmplitude)
            Add(findings, $"{score.Name}: the mouth moves too much, {wide.Mean:0.00} of the truth.");
        if (score.MovingInSilence is { } moving && moving.Mean > MovingCeiling)
            Add(findings, $"{score.Name}: the mouth is open in {100 * moving.Mean:0} % of the listening frames.");
        if (score.BlinksAsked > 0 && score.BlinksMatched < BlinkFloor * score.BlinksAsked)
            Add(findings, $"{score.Name}: {score.BlinksMatched} of {score.BlinksAsked} blinks are seen at their time.");
    }

    static void AddSync(List<string> findings, SyncFigures[] judged)
    {
        if (Array.Find(judged, figures => figures.Name == RenditionScore.Truth) is not { } truth) return;
        foreach (var figures in judged.Where(figures => RenditionScore.IsOfModel(figures.Name)))
        {
            if (figures.Confidence.Mean < SyncFloor * truth.Confidence.Mean)
                Add(findings, $"{figures.Name}: {figures.Judge} hears the sound in the lips with Sync-C {figures.Confidence.Mean:0.00} only, true frames have {truth.Confidence.Mean:0.00}.");
            double late = figures.OffsetMilliseconds.Mean - truth.OffsetMilliseconds.Mean;
            if (figures.Confidence.Mean > LagNeeds * truth.Confidence.Mean && Math.Abs(late) >= LagFrames * truth.ShiftMilliseconds)
                Add(findings, $"{figures.Name}: by {figures.Judge} the mouth is {Math.Abs(late):0} ms too {(late > 0 ? "late" : "early")}.");
        }
    }

    static void AddDrift(List<string> findings, IReadOnlyList<DriftPoint> drift, IdentityScale? other)
    {
        if (drift.Count < 2) return;
        double unlike = drift[0].Colours.Mean - drift[0].TrueColours.Mean;
        if (unlike > LikenessCeiling) Add(findings, $"Colours are not the reference's from the start: {unlike:0.00} further from it than those of true frames.");
        if (other is null) return;
        if (Drifts(drift[^1].ColoursGrown, other.Colours) is { } colours)
            Add(findings, $"Colours drift: {colours:0.0000} further from the reference at {drift[^1].Second} s than at {drift[0].Second} s, where another character is {other.Colours.Mean:0.0000} away.");
        if (Drifts(drift[^1].FeaturesGrown, other.Features) is { } features)
            Add(findings, $"The face drifts: features {features:0.0000} further from the reference at {drift[^1].Second} s than at {drift[0].Second} s, where another character is {other.Features.Mean:0.0000} away.");
    }

    // Beyond what chance explains, and not little beside being someone else.
    static double? Drifts(Figure? grown, Figure other) =>
        grown is { } known && (known.Count < FewCharacters ? known.Least : known.Low) > 0 && known.Mean > MostDrift * other.Mean ? known.Mean : null;

    static void Add(List<string> findings, FormattableString sentence) => findings.Add(sentence.ToString(CultureInfo.InvariantCulture));
}
