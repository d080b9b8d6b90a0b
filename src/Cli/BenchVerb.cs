using System.CommandLine;
using TalkingMachines.Bench;
using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Serving;

namespace TalkingMachines.Cli;

/// <summary>Honest figures of this machine, end to end: from sound to pixels, decoder included, nothing left out but the file.</summary>
internal sealed class BenchVerb : ModelVerb
{
    const int Interruptions = 10, TorchRounds = 9;

    static readonly TimeSpan SessionLength = TimeSpan.FromSeconds(12);

    readonly Option<string> model = ModelOption();
    readonly Option<int> steps = StepsOption();
    readonly Option<int> chunks = Number("--chunks", "Chunks to generate in each placement", 120, 5, 100_000);
    readonly Option<string[]> device = new("--device")
    {
        Description = "Placements to compare, such as cpu or cpu:0,cpu:1 [default: all cores, and the paper's four cases]",
        HelpName = "DEVICE",
        AllowMultipleArgumentsPerToken = true,
    };
    readonly Option<int> sessions = Number("--sessions", "Try so many calls at once, or fewer where real time is lost; 0 for none", 4, 0, 1000);
    readonly Option<string> against = Text("--against", "pytorch", "Instead, run the same network in PyTorch by turns with ours (needs a python3 with torch)");
    readonly Option<int> threads = Number("--threads", "Cores for --against [default: all]", Environment.ProcessorCount, 1, Environment.ProcessorCount);
    readonly Option<string[]> compare = new("--compare")
    {
        Description = "Instead, compare two reports, the older first",
        HelpName = "REPORT",
        Arity = new ArgumentArity(2, 2),
        AllowMultipleArgumentsPerToken = true,
    };
    readonly Option<string> output = Text("--out", "DIR", "Where report.json and the charts go, or pytorch.json");
    readonly Option<bool> json = JsonOption();

    /// <param name="parts">Other things to measure, each a verb below this one.</param>
    public BenchVerb(params ReadOnlySpan<Verb> parts) : base(
        "bench",
        "Measure speed, delay and memory end to end, decoder included.",
        "bench",
        "bench --device cpu cpu:0,cpu:1 --chunks 100 --json",
        "bench --against pytorch",
        "bench --compare before/report.json after/report.json")
    {
        output.DefaultValueFactory = _ => Path.Combine("out", "bench");
        against.AcceptOnlyFromAmong("pytorch");
        foreach (var option in new Option[] { model, steps, chunks, device, sessions, against, threads, compare, output, json }) Add(option);
        foreach (var part in parts) Add(part);
    }

    protected override async Task RunAsync(ParseResult values, Terminal terminal, CancellationToken stop)
    {
        if (values.GetValue(compare) is { Length: 2 } reports)
        {
            RefuseLost(values, "to --compare", model, steps, chunks, device, sessions, against, threads, output);
            Compare(reports[0], reports[1], values.GetValue(json), terminal);
            return;
        }
        bool isDuel = values.GetValue(against) is not null;
        if (isDuel) RefuseLost(values, "to --against", chunks, device, sessions);
        else RefuseLost(values, "without --against", threads);
        string folder = ModelFolder(values.GetValue(model));
        int? stepsAsked = values.GetResult(steps) is null ? null : values.GetValue(steps);
        var report = isDuel
            ? AgainstTorch(folder, stepsAsked, values.GetValue(threads), terminal, stop)
            : await MeasureAsync(folder, stepsAsked, values, terminal, stop);
        if (values.GetValue(json)) terminal.Result(report.ToJson());
        else BenchTables.Show(report, terminal);
        WriteFiles(report, values.GetRequiredValue(output), terminal);
    }

    static void Compare(string before, string after, bool asJson, Terminal terminal)
    {
        var comparison = BenchComparison.Of(BenchReport.Read(before), BenchReport.Read(after));
        if (comparison.Changes.Count == 0) throw new VerbException($"{before} and {after} have no case in common: nothing can be compared.");
        if (asJson) terminal.Result(Json(comparison));
        else BenchTables.Show(comparison, terminal);
    }

    async Task<BenchReport> MeasureAsync(string folder, int? stepsAsked, ParseResult values, Terminal terminal, CancellationToken stop)
    {
        var machine = BenchMachine.OfThis(TimeProvider.System, typeof(BenchVerb).Assembly); // before our own work loads it
        int count = values.GetValue(chunks);
        var settings = Settings(folder, stepsAsked, count);
        var plans = values.GetValue(device) is { Length: > 0 } named ? [.. named.Select(CasePlan.Named)] : PaperCases.On(Environment.ProcessorCount);
        foreach (var plan in plans) OpenPlacement(plan.Placement).Dispose(); // a wrong name is told before minutes have passed
        var bench = new CaseBench(folder, stepsAsked, settings);
        var cases = new List<CaseFigures>();
        foreach (var plan in plans) cases.Add(await CaseAsync(bench, plan, terminal, stop));
        var (interruption, calls) = await CallsAsync(folder, stepsAsked, plans[0], values.GetValue(sessions), terminal, stop);
        return new BenchReport { Machine = machine, Settings = settings, Cases = cases, Interruption = interruption, Sessions = calls };
    }

    static async Task<CaseFigures> CaseAsync(CaseBench bench, CasePlan plan, Terminal terminal, CancellationToken stop)
    {
        if (plan.IsRun)
        {
            using var watch = new Watch(terminal, plan.Name);
            return await bench.MeasureAsync(plan, watch, stop);
        }
        terminal.Note($"{plan.Name}: measuring each stage alone ...");
        return bench.Simulate(plan, stop);
    }

    static async Task<(InterruptFigures? Interruption, IReadOnlyList<SessionsFigures> Sessions)> CallsAsync(
        string folder, int? steps, CasePlan plan, int most, Terminal terminal, CancellationToken stop)
    {
        if (most == 0) return (null, []);
        using var placement = OpenPlacement(plan.Placement);
        using var avatar = Avatar.Load(folder, placement.Diffusion, placement.Decoder, steps);
        var portrait = CaseBench.Portrait(avatar);
        using var character = new CharacterReference(avatar, portrait);
        var bench = new SessionBench(avatar, character, portrait);
        terminal.Note($"interrupting a call {Interruptions} times ...");
        InterruptFigures? interruption = null;
        var counted = new List<SessionsFigures>(); // what was measured stays, however it ends
        try
        {
            interruption = await bench.InterruptAsync(Interruptions, stop);
            await bench.CountAsync(most, SessionLength, each =>
            {
                counted.Add(each);
                terminal.Note($"{each.Sessions} call(s) at once: measured.");
            }, stop);
        }
        catch (TimeoutException tooSlow)
        {
            terminal.Note(tooSlow.Message);
        }
        return (interruption, counted);
    }

    static BenchReport AgainstTorch(string folder, int? steps, int threads, Terminal terminal, CancellationToken stop)
    {
        string python = PythonChild.WithTorch() ?? throw new VerbException("--against pytorch needs a python3 that can import torch; on Debian: apt-get install python3-torch.");
        var machine = BenchMachine.OfThis(TimeProvider.System, typeof(BenchVerb).Assembly);
        using var bench = new ModelBench(folder, steps, threads);
        using var bar = terminal.Progress("by turns", 2 * TorchRounds);
        var comparison = bench.Run(python, TorchRounds, done => bar.Report(done), stop);
        return new BenchReport { Machine = machine, Settings = Settings(folder, steps, 0), Cases = [], PyTorch = comparison };
    }

    static BenchSettings Settings(string folder, int? steps, int chunks)
    {
        var config = Avatar.ReadConfig(Path.Combine(folder, Avatar.ConfigFile));
        return new BenchSettings(folder, steps ?? config.Steps.Length, chunks, config.ChunkFrames, config.Picture, 1000.0 * config.ChunkFrames / config.FramesPerSecond);
    }

    static void WriteFiles(BenchReport report, string folder, Terminal terminal)
    {
        Directory.CreateDirectory(folder);
        PendingFile.Write(Path.Combine(folder, report.PyTorch is null ? "report.json" : "pytorch.json"), report.ToJson());
        foreach (var (name, chart) in new[] { ("time-between-chunks", report.Cases.Count > 0 ? BenchCharts.TimeBetweenChunks(report) : null), ("sessions", BenchCharts.Sessions(report)) })
        {
            if (chart is null) continue;
            PendingFile.Write(Path.Combine(folder, $"{name}.svg"), chart.ToSvg());
            Png.Write(chart.ToPicture(), Path.Combine(folder, $"{name}.png"));
        }
        terminal.Note($"Report and charts are in {folder}.");
    }

    /// <summary>A bar for each placement.</summary>
    sealed class Watch(Terminal terminal, string placement) : IProgress<GenerationProgress>, IDisposable
    {
        ProgressBar? bar;

        public void Report(GenerationProgress value) => (bar ??= terminal.Progress(placement, value.TotalFrames)).Report(value.Frames);

        public void Dispose() => bar?.Dispose();
    }
}
