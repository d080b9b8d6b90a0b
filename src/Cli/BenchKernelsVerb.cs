using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using TalkingMachines.Bench;

namespace TalkingMachines.Cli;

/// <summary>Measures the kernels alone at the models' shapes: against the most that the processor can, and against PyTorch if asked.</summary>
internal sealed class BenchKernelsVerb : Verb
{
    readonly Option<int> threads = Number("--threads", "On so many cores [default: one, and all]", 1, Environment.ProcessorCount);
    readonly Option<string> only = Text("--only", "TEXT", "Only kernels whose name contains this, such as conv");
    readonly Option<string> against = Text("--against", "pytorch", "Measure PyTorch's CPU kernels in turn with ours (needs a python3 with torch)");
    readonly Option<bool> json = JsonOption();

    public BenchKernelsVerb() : base(
        "kernels",
        "Measure the kernels at the models' shapes, against the processor's peak.",
        "bench kernels",
        "bench kernels --threads 1 --only conv --against pytorch")
    {
        against.AcceptOnlyFromAmong("pytorch");
        foreach (var option in new Option[] { threads, only, against, json }) Add(option);
    }

    protected override Task RunAsync(ParseResult values, Terminal terminal, CancellationToken stop)
    {
        var options = new KernelBenchOptions { Filter = values.GetValue(only), Python = Python(values) };
        if (values.GetResult(threads) is not null) options = options with { Threads = [values.GetValue(threads)] };
        int count = KernelBench.Count(options);
        if (count == 0) throw new VerbException($"--only {options.Filter} fits no kernel, expected a part of a name such as linear, conv or attention.");
        var machine = BenchMachine.OfThis(TimeProvider.System, typeof(BenchKernelsVerb).Assembly); // before our own work loads it
        KernelReport report;
        using (var bar = terminal.Progress("measuring", count))
        {
            int done = 0;
            report = KernelBench.Run(options, machine, figure => bar.Report(++done, figure.Kernel), stop);
        }
        if (values.GetValue(json)) terminal.Result(Json(report));
        else Show(report, terminal);
        return Task.CompletedTask;
    }

    string? Python(ParseResult values) => values.GetValue(against) is null ? null
        : PythonChild.WithTorch() ?? throw new VerbException("--against pytorch needs a python3 that can import torch; on Debian: apt-get install python3-torch.");

    static void Show(KernelReport report, Terminal terminal)
    {
        terminal.Result($"{report.Machine}");
        foreach (var (threads, peak) in report.Peaks) terminal.Result(string.Create(CultureInfo.InvariantCulture, $"peak on {threads} core(s): {peak:0} GFLOP/s"));
        var table = new Table().RoundedBorder().AddColumn("kernel");
        string[] headings = ["cores", "us", "speed", "of peak", .. report.PyTorch is { } version ? new[] { $"{version}, us", "times as fast" } : []];
        foreach (string heading in headings) table.AddColumn(new TableColumn(Markup.Escape(heading)).RightAligned());
        foreach (var figure in report.Figures) table.AddRow([.. Cells(figure).Take(headings.Length + 1)]);
        terminal.Tables.Write(table);
        int disturbed = report.Figures.Count(figure => figure.IsDisturbed);
        if (disturbed > 0) terminal.Note($"Other work on these cores held up {disturbed} of {report.Figures.Count} rows, ours or PyTorch's: those are not to be relied upon.");
    }

    static string[] Cells(KernelFigure figure)
    {
        static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
        return
        [
            figure.Kernel, Text(figure.Threads, "0"), Text(figure.BestMicroseconds, "0.0"), $"{Text(figure.BestSpeed, "0")} {figure.Unit}",
            Text(figure.ShareOfPeak, "0%"), Text(figure.PyTorchBestMicroseconds, "0.0"), Text(figure.TimesPyTorch, "0.00"),
        ];
    }
}
