using System.Globalization;
using System.Text;
using System.Text.Json;

namespace TalkingMachines.Evaluation;

/// <summary>A model's row in the paper's table 1: chunk of so many latents, so many denoising steps.</summary>
/// <param name="VideoDistance">FVD in the paper; ours by features of our own unless I3D's weights were given.</param>
/// <param name="Confidence">Sync-C.</param>
/// <param name="Distance">Sync-D.</param>
/// <param name="ScoreDevices">Devices for the diffusion that real time needs.</param>
/// <param name="DecoderDevices">Devices for the decoder that real time needs.</param>
public sealed record PaperTableRow(int ChunkLatents, int Steps, double? VideoDistance, double? Confidence, double? Distance, int ScoreDevices, int DecoderDevices)
{
    /// <summary>What the model is called among the recipes.</summary>
    public string Model => FormattableString.Invariant($"mini-student-{ChunkLatents}x{Steps}");

    /// <summary>Half the width of the video distance's 95 % interval over characters; null in the paper.</summary>
    public double? VideoMargin { get; init; }

    /// <summary>The same of Sync-C.</summary>
    public double? ConfidenceMargin { get; init; }

    /// <summary>The same of Sync-D.</summary>
    public double? DistanceMargin { get; init; }

    /// <summary>Sync-C of each clip: rows of the same clips compare clip by clip. Null in the paper.</summary>
    public IReadOnlyList<double>? Confidences { get; init; }

    /// <summary>Sync-D, likewise.</summary>
    public IReadOnlyList<double>? Distances { get; init; }

    /// <summary>Correlation of the mouth's opening with what was asked, as our lip reader sees it; null in the paper.</summary>
    public Figure? Opening { get; init; }

    /// <summary>Null in the paper.</summary>
    public ChunkTimes? Times { get; init; }

    /// <summary>A row of ours.</summary>
    /// <param name="report">Of the model.</param>
    public static PaperTableRow Of(int chunkLatents, int steps, EvaluationReport report, ChunkTimes times)
    {
        var sync = report.Sync.LastOrDefault(figures => figures.Name == RenditionScore.Generated);
        var distance = report.Videos.LastOrDefault(each => each.Name == RenditionScore.Generated);
        return new PaperTableRow(chunkLatents, steps, distance?.Distance, sync?.Confidence.Mean, sync?.Distance.Mean, Devices(times.Diffusion, times.Chunk), Devices(times.Decoder, times.Chunk))
        {
            VideoMargin = distance?.Margin,
            ConfidenceMargin = sync?.Confidence.High - sync?.Confidence.Mean,
            DistanceMargin = sync?.Distance.High - sync?.Distance.Mean,
            Confidences = sync?.ClipConfidences,
            Distances = sync?.ClipDistances,
            Opening = report.Named(RenditionScore.Generated)?.Open,
            Times = times,
        };
    }

    /// <summary>As many as would hold real time if the work divided without loss: at least one.</summary>
    public static int Devices(double milliseconds, double chunk) => Math.Max(1, (int)Math.Ceiling(milliseconds / chunk));
}

/// <summary>Medians in milliseconds: diffusion and decoder for one chunk, each alone on one device, and the length of the chunk.</summary>
public sealed record ChunkTimes(double Diffusion, double Decoder, double Chunk);

/// <summary>
/// The paper's ablation of chunk length and denoising steps (arXiv 2506.03099, table 1) beside ours. Ours are of another model, other
/// characters, other judges and other devices: only directions compare.
/// </summary>
/// <param name="VideoMeasure">Whose video distance ours is.</param>
/// <param name="SyncMeasure">Whose Sync-C and Sync-D ours are.</param>
/// <param name="Device">What one device is.</param>
/// <param name="Conditions">What was measured, on which machine, by which program.</param>
/// <param name="Rows">Ours, those that could be measured.</param>
public sealed record PaperTable(string VideoMeasure, string SyncMeasure, string Device, string Conditions, IReadOnlyList<PaperTableRow> Rows)
{
    static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    /// <summary>The published rows; devices are GPUs.</summary>
    public static IReadOnlyList<PaperTableRow> Published { get; } =
    [
        new(7, 4, 208.2, 6.28, 8.94, 4, 1),
        new(7, 2, 235.1, 6.13, 8.77, 2, 1),
        new(3, 4, 215.4, 5.89, 8.55, 2, 1),
        new(3, 2, 238.1, 5.83, 8.73, 1, 1),
    ];

    PaperTableRow? Ours(PaperTableRow published) => Rows.FirstOrDefault(row => row.ChunkLatents == published.ChunkLatents && row.Steps == published.Steps);

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>The table, what it was measured by, and in which directions it agrees.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        Table().WriteMarkdown(text);
        text.Append('\n').AppendJoin('\n', Notes).Append("\n\n");
        foreach (string line in Directions()) text.Append("- ").Append(line).Append('\n');
        return text.ToString();
    }

    /// <summary>A row a model in the paper's order, its figures beside the paper's.</summary>
    public ReportTable Table() => new(
        "chunk x steps",
        [VideoMeasure, "paper: FVD", $"Sync-C by {SyncMeasure}", "paper: Sync-C", $"Sync-D by {SyncMeasure}", "paper: Sync-D", "score + decoder devices", "paper: GPUs", "diffusion + decoder / chunk, ms", "mouth opening, correlation"],
        [.. Published.Select(published => Row(published, Ours(published)))]);

    static ReportRow Row(PaperTableRow published, PaperTableRow? ours) => new(Text($"{published.ChunkLatents} x {published.Steps}"),
    [
        Number(ours?.VideoDistance) + EvaluationTables.Margin(ours?.VideoMargin), Number(published.VideoDistance, "0.0"),
        Number(ours?.Confidence) + EvaluationTables.Margin(ours?.ConfidenceMargin), Number(published.Confidence),
        Number(ours?.Distance) + EvaluationTables.Margin(ours?.DistanceMargin), Number(published.Distance),
        ours is null ? "-" : Text($"{ours.ScoreDevices} + {ours.DecoderDevices}"), Text($"{published.ScoreDevices} + {published.DecoderDevices}"),
        ours?.Times is { } times ? Text($"{times.Diffusion:0} + {times.Decoder:0} / {times.Chunk:0}") : "-",
        EvaluationTables.Cell(ours?.Opening),
    ]);

    string[] Notes =>
    [
        $"Video distance and Sync-C, Sync-D are {VideoMeasure} and {SyncMeasure}'s on drawn held-out characters, not the paper's judges on its footage: their sizes don't compare.",
        $"Measured: {Conditions}.",
        $"One device of ours is {Device}; so many would hold real time if the work divided among them without loss.",
        .. Rows.Count == Published.Count ? Array.Empty<string>() : [$"Not measured, for want of weights: {string.Join(", ", Published.Where(row => Ours(row) is null).Select(row => row.Model))}."],
    ];

    /// <summary>What the paper's figures do from 2 steps to 4 and from chunks of 3 to 7, and whether ours do the same. A difference is none if zero is in its interval over the clips, or, where clips don't compare, if it is no larger than both margins together (the root of their squares' sum).</summary>
    public IReadOnlyList<string> Directions() =>
    [
        .. new (string Name, Func<PaperTableRow, Measured> Measure)[]
        {
            ("Video distance", row => new(row.VideoDistance, row.VideoMargin)), ("Sync-C", row => new(row.Confidence, row.ConfidenceMargin, row.Confidences)),
            ("Sync-D", row => new(row.Distance, row.DistanceMargin, row.Distances)), ("Score devices", row => new(row.ScoreDevices)),
        }.SelectMany(figure => new[]
        {
            Direction(figure.Name, "from 2 steps to 4", figure.Measure, (7, 2), (7, 4), (3, 2), (3, 4)),
            Direction(figure.Name, "from chunks of 3 to 7", figure.Measure, (3, 2), (7, 2), (3, 4), (7, 4)),
        }),
    ];

    /// <param name="Each">By clip.</param>
    readonly record struct Measured(double? Value, double? Margin = null, IReadOnlyList<double>? Each = null);

    string Direction(string name, string change, Func<PaperTableRow, Measured> measure, params (int Chunk, int Steps)[] pairs)
    {
        string Signs(Func<(int Chunk, int Steps), PaperTableRow?> find) => string.Join(" and ", Enumerable.Range(0, pairs.Length / 2).Select(i =>
            (find(pairs[2 * i]), find(pairs[(2 * i) + 1])) is ({ } before, { } after) ? Sign(measure(before), measure(after)) : "is unknown"));
        var (paper, ours) = (Signs(pair => Published.First(row => (row.ChunkLatents, row.Steps) == pair)), Signs(pair => Rows.FirstOrDefault(row => (row.ChunkLatents, row.Steps) == pair)));
        return $"{name} {change}: {paper} in the paper, {ours} here{(paper == ours ? "" : ours.Contains("unknown", StringComparison.Ordinal) ? "" : " (differs)")}.";
    }

    static string Sign(Measured before, Measured after)
    {
        if ((before.Value, after.Value) is not ({ } low, { } high)) return "is unknown";
        double difference = high - low, doubt = double.Hypot(before.Margin ?? 0, after.Margin ?? 0);
        if ((before.Each, after.Each) is ({ Count: > 1 } first, { } second) && first.Count == second.Count && Figure.Of(second.Zip(first, (b, a) => (double?)(b - a))) is { } paired)
            doubt = paired.High - paired.Mean;
        return difference > doubt ? "rises" : -difference > doubt ? "falls" : "stays";
    }

    static string Number(double? value, string format = "0.00") => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
