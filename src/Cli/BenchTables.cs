using System.Globalization;
using Spectre.Console;
using TalkingMachines.Bench;

namespace TalkingMachines.Cli;

/// <summary>A report of the bench as text.</summary>
internal static class BenchTables
{
    static readonly (string Name, string Format, Func<CaseFigures, double?> Value)[] Figures =
    [
        ("frames a second", "0.0", run => run.FramesPerSecond),
        ("times real time", "0.00", run => run.RealTimeFactor),
        ("TTBC median, ms", "0", run => run.TimeBetweenChunks.Median),
        ("TTBC p95, ms", "0", run => run.TimeBetweenChunks.P95),
        ("TTBC p99, ms", "0", run => run.TimeBetweenChunks.P99),
        ("TTBC max, ms", "0", run => run.TimeBetweenChunks.Max),
        ("TTBC median by simulation, ms", "0", run => run.SimulatedMedianMilliseconds),
        ("diffusion alone, ms a chunk", "0", run => Stage(run, StageFigures.Diffusion)),
        ("decoder alone, ms a chunk", "0", run => Stage(run, StageFigures.Decoder)),
        ("first frame, all warm, ms", "0", run => run.FirstFrameMilliseconds),
        ("peak memory of the process, MB", "0", run => run.PeakProcessBytes / 1e6),
        ("peak memory of tensors, MB", "0.0", run => run.PeakTensorBytes / 1e6),
        ("managed memory a chunk, KiB", "0.0", run => run.ManagedBytesPerChunk / 1024.0),
        ("joules a second of video", "0.0", run => run.JoulesPerVideoSecond),
    ];

    public static void Show(BenchReport report, Terminal terminal)
    {
        var settings = report.Settings;
        terminal.Result($"{report.Machine}");
        terminal.Result(Text($"{settings.Model}: {settings.Steps} steps, {settings.ChunkFrames} frames of {settings.Picture}x{settings.Picture} in a chunk of {settings.ChunkMilliseconds:0} ms, which the time between chunks (TTBC) must stay below"));
        if (report.Cases.Count > 0) Cases(report, terminal);
        if (report.Interruption is { } cut)
            terminal.Result(Text($"interrupted on {cut.Placement}: silent after {cut.Silence.Median:0} ms, {cut.Silence.Max:0} at most; a turn's first frame and sound after {cut.Answer.Median:0} ms, {cut.Answer.Max:0} at most"));
        if (report.Sessions.Count > 0) Sessions(report, terminal);
        if (report.PyTorch is { } torch) Torch(torch, terminal);
    }

    static void Cases(BenchReport report, Terminal terminal)
    {
        terminal.Result($"{report.Settings.Chunks} chunks in each case:");
        var table = Right("", [.. report.Cases.Select((run, i) => run.Source == FigureSource.Simulated ? $"{i + 1} (simulated)" : $"{i + 1}")]);
        foreach (var (name, format, value) in Figures)
            if (report.Cases.Any(run => value(run) is not null)) table.AddRow([name, .. report.Cases.Select(run => Text(value(run), format))]);
        terminal.Tables.Write(table);
        for (int i = 0; i < report.Cases.Count; i++)
        {
            var run = report.Cases[i];
            string source = (run.Source, run.Note) switch
            {
                (FigureSource.Measured, null) => "measured",
                (FigureSource.Measured, { } note) => $"measured; {note}",
                _ => run.Note ?? "simulated",
            };
            terminal.Result($"{i + 1}: {run.Name}, {run.Placement}: {source}.");
        }
        Histogram(report.Cases[0], terminal);
    }

    static double? Stage(CaseFigures run, string stage) => run.Stages.FirstOrDefault(each => each.Stage == stage)?.Time.Median;

    static void Histogram(CaseFigures run, Terminal terminal)
    {
        const int longest = 50;
        terminal.Result("TTBC of case 1, ms:");
        int most = run.TimeBetweenChunks.Histogram.Select(bin => bin.Count).DefaultIfEmpty(1).Max();
        foreach (var bin in run.TimeBetweenChunks.Histogram)
            if (bin.Count > 0) terminal.Result(Text($"{bin.From,6:0} - {bin.To,-6:0} {new string('#', Math.Max(1, bin.Count * longest / most))} {bin.Count}"));
    }

    static void Sessions(BenchReport report, Terminal terminal)
    {
        terminal.Result($"calls on {report.Sessions[0].Placement}:");
        var table = Right("calls at once", "chunk median, ms", "p95, ms", "max, ms", "frames repeated", "real time");
        foreach (var each in report.Sessions)
            table.AddRow(
                Text(each.Sessions, "0"), Text(each.ChunkTime.Median, "0"), Text(each.ChunkTime.P95, "0"), Text(each.ChunkTime.Max, "0"),
                Text(each.RepeatedFrames, "0.0%"), each.HoldsRealTime ? "held" : "lost");
        terminal.Tables.Write(table);
    }

    static void Torch(ModelComparison torch, Terminal terminal)
    {
        terminal.Result(Text($"{torch.PyTorch} on {torch.Threads} core(s): latents differ by {torch.LatentDifference:0.0e-0} at most, frames by {torch.FrameDifference:0.0e-0}"));
        var table = Right("a chunk's", "ours best, ms", "median", "PyTorch best, ms", "median", "times as fast");
        foreach (var part in torch.Parts)
            table.AddRow(
                part.Part, Text(part.BestMilliseconds, "0.0"), Text(part.MedianMilliseconds, "0.0"), Text(part.PyTorchBestMilliseconds, "0.0"),
                Text(part.PyTorchMedianMilliseconds, "0.0"), Text(part.TimesPyTorch, "0.00"));
        terminal.Tables.Write(table);
    }

    public static void Show(BenchComparison comparison, Terminal terminal)
    {
        terminal.Result($"before: {comparison.Before}");
        terminal.Result($"after:  {comparison.After}");
        foreach (string difference in comparison.Differences) terminal.Result($"not the same: {difference}");
        var table = Right("case", "figure", "before", "after", "ratio", "");
        foreach (var change in comparison.Changes)
            table.AddRow(
                Markup.Escape(change.Case), change.Figure, Text(change.Before, "0.0"), Text(change.After, "0.0"), Text(change.Ratio, "0.00"),
                change.IsBetter switch { true => "better", false => "worse", null => "same" });
        terminal.Tables.Write(table);
    }

    static Table Right(string first, params ReadOnlySpan<string> others)
    {
        var table = new Table().RoundedBorder().AddColumn(first);
        foreach (string each in others) table.AddColumn(new TableColumn(Markup.Escape(each)).RightAligned());
        return table;
    }

    static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
