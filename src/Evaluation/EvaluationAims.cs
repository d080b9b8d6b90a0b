using System.Globalization;

namespace TalkingMachines.Evaluation;

/// <summary>Something that is asked of a shipped model, and what was found; a bound that is null is not asked for.</summary>
public sealed record Aim(string What, double? Least, double? Most, double Found)
{
    public bool IsMet => Missed == 0;

    /// <summary>By how much it is missed; 0 where it is met.</summary>
    public double Missed => Math.Max(0, Math.Max((Least ?? Found) - Found, Found - (Most ?? Found)));

    /// <summary>Such as "0.85 to 1.15" or ">= 0.9".</summary>
    public string Bounds => this switch
    {
        { Least: { } least, Most: { } most } => $"{Number(least)} to {Number(most)}",
        { Least: { } least } => $">= {Number(least)}",
        { Most: { } most } => $"<= {Number(most)}",
        _ => "",
    };

    /// <summary>With up to four places: 0.7499 is not 0.75.</summary>
    public static string Number(double value) => value.ToString("0.0###;-0.0###;0.0", CultureInfo.InvariantCulture);
}

/// <summary>What is asked of a shipped model: more than that nothing is wrong with it.</summary>
public static class EvaluationAims
{
    const double OfTeacher = 0.95; // of the teacher's figure

    // A minute: people blink 17 times at rest and 26 times while they talk (Bentivoglio et al., Movement Disorders 12, 1997), some twice as often as others.
    const double FewestBlinks = 10, MostBlinks = 35;

    /// <summary>Those that the report has figures for.</summary>
    public static IReadOnlyList<Aim> Of(EvaluationReport report)
    {
        var aims = new List<Aim>();
        if (report.Named(RenditionScore.Generated) is { } generated)
        {
            AddOf(aims, generated);
            if (report.Teacher is { } name && report.Named(name) is { } teacher) AddBeside(aims, generated, teacher);
        }
        AddMost(aims, "opening with another's sound", report.Named(RenditionScore.OtherSound)?.Open.Mean, 0.1);
        var decoded = report.Quality.FirstOrDefault(quality => quality.Name == RenditionScore.Autoencoder);
        AddLeast(aims, "PSNR of the autoencoder, dB", decoded?.Whole.Mean, 34);
        AddLeast(aims, "PSNR of its mouths, dB", decoded?.Mouth.Mean, 29);
        if (report is { Drift: [.., var last], OtherCharacter: { } other })
        {
            AddMost(aims, "colours grown apart", last.ColoursGrown?.Mean, EvaluationFindings.MostDrift * other.Colours.Mean);
            AddMost(aims, "features grown apart", last.FeaturesGrown?.Mean, EvaluationFindings.MostDrift * other.Features.Mean);
        }
        return aims;
    }

    static void AddOf(List<Aim> aims, RenditionScore score)
    {
        AddLeast(aims, "opening, correlation", score.Open.Mean, 0.9);
        AddLeast(aims, "opening, worst character", score.Open.Least, 0.6);
        AddLeast(aims, "width, correlation", score.Width.Mean, 0.75);
        AddLeast(aims, "rounding, correlation", score.Round.Mean, 0.75);
        if (score.Amplitude is { } amplitude) aims.Add(new("amplitude of the opening", 0.85, 1.15, amplitude.Mean));
        AddLeast(aims, "p, b, m seen shut", ShareShut(score), 0.8);
        AddMost(aims, "open while listening", score.MovingInSilence?.Mean, 0.01);
        AddLeast(aims, "blinks at their time", score.BlinksAsked > 0 ? (double)score.BlinksMatched / score.BlinksAsked : null, 0.9);
        if (score.BlinksAsked > 0) aims.Add(new("blinks a minute", FewestBlinks, MostBlinks, score.BlinksAMinute));
    }

    static void AddBeside(List<Aim> aims, RenditionScore score, RenditionScore teacher)
    {
        AddLeast(aims, "opening, by the teacher's", score.Open.Mean, OfTeacher * teacher.Open.Mean);
        AddLeast(aims, "width, by the teacher's", score.Width.Mean, OfTeacher * teacher.Width.Mean);
        AddLeast(aims, "rounding, by the teacher's", score.Round.Mean, OfTeacher * teacher.Round.Mean);
        if (ShareShut(teacher) is { } shut) AddLeast(aims, "p, b, m, by the teacher's", ShareShut(score), OfTeacher * shut);
    }

    // Of the frames of all characters: some have two, some thirty.
    static double? ShareShut(RenditionScore score) => score.ClosingFrames > 0 ? (double)score.ClosuresSeen / score.ClosingFrames : null;

    static void AddLeast(List<Aim> aims, string what, double? found, double least)
    {
        if (found is { } known) aims.Add(new(what, least, null, known));
    }

    static void AddMost(List<Aim> aims, string what, double? found, double most)
    {
        if (found is { } known) aims.Add(new(what, null, most, known));
    }
}
