using System.Globalization;

namespace TalkingMachines.Evaluation;

/// <summary>Something that is asked of a shipped model, and what was found; a bound that is null is not asked for.</summary>
public sealed record Aim(string What, double? Least, double? Most, double Found)
{
    public bool IsMet => (Least is not { } least || Found >= least) && (Most is not { } most || Found <= most);

    public string Bounds => this switch
    {
        { Least: { } least, Most: { } most } => string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"),
        { Least: { } least } => string.Create(CultureInfo.InvariantCulture, $">= {least}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"<= {Most}"),
    };

    /// <summary>By how much it is missed; 0 where it is met.</summary>
    public double Missed => IsMet ? 0 : Math.Max((Least ?? Found) - Found, Found - (Most ?? Found));
}

/// <summary>What is asked of a shipped model: more than that nothing is wrong with it.</summary>
public static class EvaluationAims
{
    const double OfTeacher = 0.95; // of the teacher's figure
    const double OfAnother = 0.1;  // of another character's distance

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
        AddLeast(aims, "  mouth", decoded?.Mouth.Mean, 29);
        if (report is { Drift: [.., var last], OtherCharacter: { } other })
        {
            AddMost(aims, "drift of colours, of another's distance", last.ColoursGrown?.Mean / other.Colours.Mean, OfAnother);
            AddMost(aims, "drift of features, likewise", last.FeaturesGrown?.Mean / other.Features.Mean, OfAnother);
        }
        return aims;
    }

    static void AddOf(List<Aim> aims, RenditionScore score)
    {
        AddLeast(aims, "opening, correlation", score.Open.Mean, 0.9);
        AddLeast(aims, "  worst character", score.Open.Least, 0.6);
        AddLeast(aims, "width, correlation", score.Width.Mean, 0.75);
        AddLeast(aims, "rounding, correlation", score.Round.Mean, 0.75);
        if (score.Amplitude is { } amplitude) aims.Add(new("amplitude of the opening", 0.85, 1.15, amplitude.Mean));
        AddLeast(aims, "p, b, m seen shut", score.Closures?.Mean, 0.8);
        AddMost(aims, "open while listening", score.MovingInSilence?.Mean, 0.01);
        AddLeast(aims, "blinks at their time", score.BlinksAsked > 0 ? (double)score.BlinksMatched / score.BlinksAsked : null, 0.9);
    }

    static void AddBeside(List<Aim> aims, RenditionScore score, RenditionScore teacher)
    {
        AddLeast(aims, "opening, of the teacher's", score.Open.Mean / teacher.Open.Mean, OfTeacher);
        AddLeast(aims, "width, of the teacher's", score.Width.Mean / teacher.Width.Mean, OfTeacher);
        AddLeast(aims, "rounding, of the teacher's", score.Round.Mean / teacher.Round.Mean, OfTeacher);
        AddLeast(aims, "closures, of the teacher's", score.Closures?.Mean / teacher.Closures?.Mean, OfTeacher);
    }

    static void AddLeast(List<Aim> aims, string what, double? found, double least)
    {
        if (found is { } known && double.IsFinite(known)) aims.Add(new(what, least, null, known));
    }

    static void AddMost(List<Aim> aims, string what, double? found, double most)
    {
        if (found is { } known && double.IsFinite(known)) aims.Add(new(what, null, most, known));
    }
}
