using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Spectre.Console;
using TalkingMachines.Models;
using TalkingMachines.Puppets;
using TalkingMachines.Serving;

namespace TalkingMachines.Cli;

/// <summary>Honest figures of this machine, end to end: from sound to pixels, decoder included, nothing left out but the file.</summary>
internal sealed class BenchVerb : ModelVerb
{
    const int WarmChunks = 3; // grows the pools and compiles the code, as a call does before it says that it is ready

    readonly Option<string> model = ModelOption();
    readonly Option<int> steps = StepsOption();
    readonly Option<int> chunks = Number("--chunks", "Chunks to generate in each placement", 40, 5, 100_000);
    readonly Option<string[]> device = new("--device")
    {
        Description = "Placements to compare, such as cpu or cpu:0,cpu:1 [default: all cores for both, and the decoder on its own]",
        HelpName = "DEVICE",
        AllowMultipleArgumentsPerToken = true,
    };
    readonly Option<bool> json = JsonOption();

    /// <param name="parts">Other things to measure, each a verb below this one.</param>
    public BenchVerb(params ReadOnlySpan<Verb> parts) : base(
        "bench",
        "Measure speed, delay and memory end to end, decoder included.",
        "bench",
        "bench --device cpu cpu:0,cpu:1 --chunks 100 --json")
    {
        foreach (var option in new Option[] { model, steps, chunks, device, json }) Add(option);
        foreach (var part in parts) Add(part);
    }

    protected override async Task RunAsync(ParseResult values, Terminal terminal, CancellationToken stop)
    {
        string folder = ModelFolder(values.GetValue(model));
        var placements = values.GetValue(device) is { Length: > 0 } named ? named : Placement.Usual(Environment.ProcessorCount);
        var runs = new List<GenerationReport>();
        foreach (string each in placements)
        {
            using var placement = OpenPlacement(each);
            using var avatar = Load(folder, placement, values, steps);
            using var watch = new Watch(terminal, each);
            await Generate(avatar, WarmChunks, null, stop);
            runs.Add(await Generate(avatar, values.GetValue(chunks), watch, stop));
        }
        var report = BenchReport.OfThisMachine(folder, values.GetValue(chunks), runs);
        if (values.GetValue(json)) terminal.Result(Json(report));
        else Show(report, terminal);
    }

    static Task<GenerationReport> Generate(Avatar avatar, int chunks, IProgress<GenerationProgress>? progress, CancellationToken stop)
    {
        var config = avatar.Config;
        var picture = new PuppetRenderer().Draw(Puppet.FromSeed(1), PuppetPose.Neutral, config.Picture);
        var sound = new VoiceLikeSound((long)chunks * config.ChunkFrames * VideoGeneration.SampleRate / config.FramesPerSecond);
        return new VideoGeneration(avatar).RunAsync(picture, sound, null, progress, stop);
    }

    static void Show(BenchReport report, Terminal terminal)
    {
        var first = report.Runs[0];
        terminal.Result($"{report.Processor}, {report.Cores} cores, {report.System}; version {report.Version}");
        terminal.Result(string.Create(CultureInfo.InvariantCulture,
            $"{report.Model}: {first.Steps} steps, {report.Chunks} chunks of {first.ChunkMilliseconds:0} ms, which the time between chunks (TTBC) must stay below"));
        var table = new Table().RoundedBorder().AddColumn("diffusion | decoder");
        foreach (var run in report.Runs)
            table.AddColumn(new TableColumn(Markup.Escape(run.DiffusionDevice == run.DecoderDevice ? run.DiffusionDevice : $"{run.DiffusionDevice} | {run.DecoderDevice}")).RightAligned());
        foreach (var (name, format, value) in Figures)
            table.AddRow([name, .. report.Runs.Select(run => value(run).ToString(format, CultureInfo.InvariantCulture))]);
        terminal.Tables.Write(table);
    }

    static readonly (string Name, string Format, Func<GenerationReport, double> Value)[] Figures =
    [
        ("frames a second", "0.0", run => run.FramesPerSecond),
        ("times real time", "0.00", run => run.RealTimeFactor),
        ("TTBC median, ms", "0", run => run.TimeBetweenChunksMilliseconds.Median),
        ("TTBC p95, ms", "0", run => run.TimeBetweenChunksMilliseconds.P95),
        ("TTBC p99, ms", "0", run => run.TimeBetweenChunksMilliseconds.P99),
        ("TTBC max, ms", "0", run => run.TimeBetweenChunksMilliseconds.Max),
        ("first frame, ms", "0", run => run.FirstFrameMilliseconds),
        ("peak memory of the process, MB", "0", run => run.PeakProcessBytes / 1e6),
        ("peak memory of tensors, MB", "0.0", run => run.PeakTensorBytes / 1e6),
        ("managed memory a chunk, KiB", "0.0", run => run.ManagedBytesPerChunk / 1024.0),
    ];

    /// <summary>What was measured, and on what.</summary>
    /// <param name="Version">Of the program, with the commit that it was built from.</param>
    /// <param name="Chunks">Generated in each run.</param>
    /// <param name="Runs">One a placement. Peak memory of the process counts from its start.</param>
    sealed record BenchReport(string Processor, int Cores, string System, string Version, string Model, int Chunks, IReadOnlyList<GenerationReport> Runs)
    {
        public static BenchReport OfThisMachine(string model, int chunks, IReadOnlyList<GenerationReport> runs) => new(
            DoctorVerb.ProcessorName(), Environment.ProcessorCount, $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}",
            typeof(BenchVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
            model, chunks, runs);
    }

    /// <summary>A bar for each placement.</summary>
    sealed class Watch(Terminal terminal, string placement) : IProgress<GenerationProgress>, IDisposable
    {
        ProgressBar? bar;

        public void Report(GenerationProgress value) => (bar ??= terminal.Progress(placement, value.TotalFrames)).Report(value.Frames);

        public void Dispose() => bar?.Dispose();
    }
}
