namespace TalkingMachines.Bench;

/// <summary>One figure of two runs.</summary>
/// <param name="Ratio">After by before.</param>
/// <param name="IsBetter">True where it is better by more than noise, false where worse, null within noise.</param>
public sealed record FigureChange(string Case, string Figure, double Before, double After, double Ratio, bool? IsBetter);

/// <summary>Two runs of the bench side by side.</summary>
/// <param name="Differences">What else than the program differs, a line each: with any, a change may not be the program's.</param>
public sealed record BenchComparison(string Before, string After, IReadOnlyList<string> Differences, IReadOnlyList<FigureChange> Changes)
{
    /// <summary>Two runs of the same on a quiet machine agree within this share.</summary>
    public const double Noise = 0.1;

    static readonly (string Name, bool MoreIsBetter, Func<CaseFigures, double?> Value)[] Figures =
    [
        ("frames a second", true, run => run.FramesPerSecond),
        ("TTBC median, ms", false, run => run.TimeBetweenChunks.Median),
        ("TTBC p95, ms", false, run => run.TimeBetweenChunks.P95),
        ("diffusion alone, ms", false, run => Stage(run, StageFigures.Diffusion)),
        ("decoder alone, ms", false, run => Stage(run, StageFigures.Decoder)),
        ("first frame, ms", false, run => run.FirstFrameMilliseconds),
        ("peak memory of tensors, MB", false, run => run.PeakTensorBytes / 1e6),
        ("managed memory a chunk, KiB", false, run => run.ManagedBytesPerChunk / 1024.0),
    ];

    public static BenchComparison Of(BenchReport before, BenchReport after) => new(
        Title(before), Title(after), [.. Unequal(before, after)], [.. Cases(before, after), .. Interruption(before, after), .. Sessions(before, after), .. Torch(before, after)]);

    static string Title(BenchReport report)
    {
        const int enough = 8;
        string[] commit = report.Machine.Commit.Split('-', 2); // what follows says that the sources were not those of the commit
        commit[0] = commit[0][..Math.Min(enough, commit[0].Length)];
        return FormattableString.Invariant($"{report.Machine.Date:yyyy-MM-dd HH:mm} UTC, commit {string.Join('-', commit)}");
    }

    static IEnumerable<string> Unequal(BenchReport before, BenchReport after)
    {
        var (a, b) = (before.Machine, after.Machine);
        if (a.Processor != b.Processor) yield return $"processor: {a.Processor}, then {b.Processor}";
        if (a.Cores != b.Cores) yield return $"cores: {a.Cores}, then {b.Cores}";
        if (a.VectorBits != b.VectorBits) yield return $"vectors: {a.VectorBits} bits, then {b.VectorBits}";
        if (a.Runtime != b.Runtime) yield return $"runtime: {a.Runtime}, then {b.Runtime}";
        if (before.PyTorch is { } x && after.PyTorch is { } y && x.PyTorch != y.PyTorch) yield return $"rival: {x.PyTorch}, then {y.PyTorch}";
        if (before.Settings != after.Settings) yield return $"settings: {before.Settings}, then {after.Settings}";
        if (Math.Abs((a.LoadBefore ?? 0) - (b.LoadBefore ?? 0)) > 0.5)
            yield return FormattableString.Invariant($"load of the machine: {a.LoadBefore:0.0}, then {b.LoadBefore:0.0}");
    }

    static IEnumerable<FigureChange> Cases(BenchReport before, BenchReport after) =>
        from a in before.Cases
        join b in after.Cases on (a.Name, a.Placement, a.Source) equals (b.Name, b.Placement, b.Source)
        from figure in Figures
        let pair = (Before: figure.Value(a) ?? 0, After: figure.Value(b) ?? 0)
        where pair.Before > 0 && pair.After > 0
        select Change(a.Source == FigureSource.Simulated ? $"{a.Name} (simulated)" : a.Name, figure.Name, pair.Before, pair.After, figure.MoreIsBetter);

    static double? Stage(CaseFigures run, string stage) => run.Stages.FirstOrDefault(each => each.Stage == stage)?.Time.Median;

    static IEnumerable<FigureChange> Interruption(BenchReport before, BenchReport after)
    {
        if ((before.Interruption, after.Interruption) is ({ } a, { } b) && a.Placement == b.Placement && a.Answer.Median > 0 && b.Answer.Median > 0)
            yield return Change($"a turn on {a.Placement}", "first sound, ms", a.Answer.Median, b.Answer.Median, moreIsBetter: false);
    }

    static IEnumerable<FigureChange> Sessions(BenchReport before, BenchReport after) =>
        from a in before.Sessions
        join b in after.Sessions on (a.Placement, a.Sessions) equals (b.Placement, b.Sessions)
        where a.ChunkTime.P95 > 0 && b.ChunkTime.P95 > 0
        select Change($"{a.Sessions} session(s) on {a.Placement}", "chunk p95, ms", a.ChunkTime.P95, b.ChunkTime.P95, moreIsBetter: false);

    static IEnumerable<FigureChange> Torch(BenchReport before, BenchReport after) =>
        from a in before.PyTorch?.Parts ?? []
        join b in after.PyTorch?.Parts ?? [] on a.Part equals b.Part
        where before.PyTorch!.Threads == after.PyTorch!.Threads
        select Change(a.Part, "times PyTorch", a.TimesPyTorch, b.TimesPyTorch, moreIsBetter: true);

    static FigureChange Change(string of, string figure, double before, double after, bool moreIsBetter)
    {
        double ratio = after / before;
        bool isNoise = Math.Max(ratio, 1 / ratio) <= 1 + Noise;
        return new FigureChange(of, figure, before, after, ratio, isNoise ? null : ratio > 1 == moreIsBetter);
    }
}
