using System.CommandLine;
using TalkingMachines.Bench;
using TalkingMachines.Evaluation;
using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli;

/// <summary>Measures lip sync, blinks, rest, pictures and drift of a model on characters, voices and sentences that it never met.</summary>
internal sealed class EvaluateVerb : Verb
{
    const int MostRecordings = 200;

    static readonly EvaluationSettings Usual = new();

    readonly Option<string> model = Text("--model", "DIR", "The model's folder, or the run folder of a teacher or student [default: the shipped mini]");
    readonly Option<int> characters = Number("--characters", "Held-out characters", Usual.Characters, 1, 1000);
    readonly Option<long> first = Number("--first-character", "Seed of the first; all from here on are held out", Usual.FirstCharacter, HeldOutClip.FirstCharacter, HeldOutClip.LastCharacter);
    readonly Option<int> seconds = Number("--seconds", "Length of each character's clip", Usual.Seconds, 1, 60);
    readonly Option<int> drift = Number("--drift-seconds", "Length of the long rollout", Usual.DriftSeconds, 4, 3600);
    readonly Option<int> steps = Number("--steps", "Measure this many denoising steps beside the model's own", 1, 64);
    readonly Option<string[]> beside = new("--beside")
    {
        Description = "Measure these beside: model folders, or run folders of teachers and students, such as runs/mini-teacher",
        HelpName = "DIR",
        AllowMultipleArgumentsPerToken = true,
    };
    readonly Option<string[]> speech = new("--speech")
    {
        Description = "Instead, film these recordings of human speech (files or folders) and tell whether mouths open when voices are loud",
        HelpName = "SOUND",
        AllowMultipleArgumentsPerToken = true,
    };
    readonly Option<string> syncNet = Text("--syncnet", "FILE", "Judge also by the public SyncNet v2: syncnet_v2.model (minutes)");
    readonly Option<string> kinetics = Text("--i3d", "FILE", "Measure also FVD with I3D's features: i3d_pretrained_400.pt (minutes)");
    readonly Option<bool> table = new("--table1") { Description = "Instead, measure the students of the paper's table 1: chunks of 3 and 7 latents, 2 and 4 steps" };
    readonly Option<string> students = Text("--students", "DIR", "Where --table1 finds mini-student-3x2, -3x4, -7x2, -7x4: run folders, or model folders [default: runs]");
    readonly Option<string> output = Text("--out", "DIR", "Where report.json, .txt, .html and contact sheets go, or the table");
    readonly Option<bool> json = new("--json") { Description = "Print the report as JSON" };
    readonly Option<string> device = DeviceOption();

    public EvaluateVerb() : base(
        "evaluate",
        "Measure a model on characters and voices it never met.",
        "evaluate",
        "evaluate --characters 4 --steps 4 --out out/quick --json",
        "evaluate --model runs/ablation-base --beside runs/ablation-no-matching runs/ablation-no-regression",
        "evaluate --speech /usr/share/pocketsphinx/test/data/librivox",
        "evaluate --table1 --students runs")
    {
        output.DefaultValueFactory = _ => Path.Combine("out", "evaluation");
        foreach (var option in new Option[] { model, characters, first, seconds, drift, steps, beside, speech, syncNet, kinetics, table, students, output, json, device }) Add(option);
    }

    protected override Task RunAsync(ParseResult values, Terminal terminal, CancellationToken stop)
    {
        if (values.GetValue(table)) RefuseLost(values, "to --table1", drift, beside, speech);
        else if (values.GetValue(speech) is { Length: > 0 }) RefuseLost(values, "to --speech", characters, first, seconds, drift, steps, beside, syncNet, kinetics, students, output);
        else RefuseLost(values, "without --table1", students);
        string folder = Measured(values.GetValue(model), values.GetRequiredValue(output));
        using var computer = OpenDevice(values.GetRequiredValue(device));
        if (values.GetValue(table)) Tabulate(folder, computer, values, terminal, stop);
        else if (values.GetValue(speech) is { Length: > 0 } recordings) Film(folder, computer, recordings, values.GetValue(json), terminal, stop);
        else Evaluate(folder, computer, values, terminal, stop);
        return Task.CompletedTask;
    }

    void Evaluate(string folder, Device computer, ParseResult values, Terminal terminal, CancellationToken stop)
    {
        int count = values.GetRequiredValue(characters);
        var settings = Settings(values) with { DriftCharacters = Math.Min(count, Usual.DriftCharacters), DriftSeconds = values.GetRequiredValue(drift) };
        using var avatar = Avatar.Load(folder, computer, computer);
        using var judges = Judges(folder, computer, values, terminal);
        var target = new EvaluationFolder(values.GetRequiredValue(output));
        using var others = new OpenActors(avatar.Config);
        if (values.GetResult(steps) is not null) others.Add(FormattableString.Invariant($"{RenditionScore.Generated}, {values.GetValue(steps)} steps"), folder, computer, values.GetValue(steps));
        var trained = new TrainedFolders(folder, Path.Combine(target.Path, "models"));
        foreach (string other in values.GetValue(beside) ?? [])
            others.Add(TrainedFolders.Name(other), trained.Find(other) ?? throw new VerbException($"--beside: {other} is neither a model folder nor a run folder that has weights."), computer);

        EvaluationReport report;
        using (var watch = new EvaluationWatch(terminal))
            report = new AvatarEvaluation(folder, avatar, judges.All, settings, others.All) { Machine = $"{Machine()}" }.Run(target, watch, stop);

        terminal.Result(values.GetValue(json) ? report.ToJson() : report.ToText().TrimEnd());
        terminal.Note($"Report and contact sheets are in {target.Path}: open {Path.Combine(target.Path, "report.html")}.");
    }

    void Tabulate(string folder, Device computer, ParseResult values, Terminal terminal, CancellationToken stop)
    {
        if (values.GetResult(steps) is not null) throw new VerbException("--steps would be lost: --table1 has students of its own for each number of steps.");
        var target = new EvaluationFolder(values.GetRequiredValue(output));
        var found = new TrainedFolders(folder, Path.Combine(target.Path, "models"));
        using var judges = Judges(folder, computer, values, terminal);
        PaperTable measured;
        using (var watch = new EvaluationWatch(terminal))
            measured = new PaperTableMeasurement(found, values.GetValue(students) ?? "runs", Settings(values) with { DriftCharacters = 0 }, computer, Machine(), watch).Run(target, judges.All, stop);
        terminal.Result(values.GetValue(json) ? measured.ToJson() : measured.ToMarkdown().TrimEnd());
        terminal.Note($"The table is in {Path.Combine(target.Path, "table1.md")}, each student's report beside.");
    }

    EvaluationSettings Settings(ParseResult values) =>
        Usual with { Characters = values.GetRequiredValue(characters), FirstCharacter = values.GetRequiredValue(first), Seconds = values.GetRequiredValue(seconds) };

    static BenchMachine Machine() => BenchMachine.OfThis(TimeProvider.System, typeof(EvaluateVerb).Assembly);

    OpenJudges Judges(string folder, Device computer, ParseResult values, Terminal terminal)
    {
        var judges = new OpenJudges(Own(folder, LipReader.File), Own(folder, PuppetSyncNet.File), values.GetValue(syncNet), values.GetValue(kinetics), computer);
        if (judges.All.Sync.Count == 0) terminal.Note($"{Own(folder, PuppetSyncNet.File)} does not exist: no Sync-C and Sync-D. The recipe mini-sync trains it.");
        return judges;
    }

    static void Film(string folder, Device computer, string[] paths, bool asJson, Terminal terminal, CancellationToken stop)
    {
        var files = paths.SelectMany(path => Directory.Exists(path) ? Directory.GetFiles(path).Where(IsSound).Order(StringComparer.Ordinal).ToArray() : [path]).Take(MostRecordings);
        float[][] sounds = [.. files.Select(file => Beginning(file, stop))];
        using var avatar = Avatar.Load(folder, computer, computer);
        using var reader = LipReader.Load(Own(folder, LipReader.File), computer);
        using var watch = new EvaluationWatch(terminal);
        try
        {
            var score = new SpeechEvaluation(avatar, reader).Run(sounds, watch, stop);
            terminal.Result(asJson ? Json(score) : score.ToString());
        }
        catch (ArgumentException e)
        {
            throw new VerbException($"--speech: {e.Message}");
        }
    }

    static float[] Beginning(string file, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        using var reader = SoundFile.Open(file, Performance.SampleRate, stop);
        float[] samples = new float[SpeechEvaluation.MostSamples];
        return samples[..reader.Read(samples)];
    }

    static bool IsSound(string path) => Path.GetExtension(path).ToUpperInvariant() is ".WAV" or ".FLAC" or ".MP3" or ".OGG" or ".OPUS" or ".M4A";

    /// <summary>The folder named, or the shipped one. What a run trained gets the rest from the shipped model with pictures of the size that recipes train with.</summary>
    static string Measured(string? named, string target)
    {
        if (named is null) return Shipped();
        var lender = ShippedModels.Find().FirstOrDefault(each => each.Config.Picture == AvatarConfig.Mini.Picture);
        return lender is null ? named : new TrainedFolders(lender.Folder, Path.Combine(target, "models")).Find(named) ?? named;
    }

    static string Shipped() => ShippedModels.Root() is { } root
        ? Path.Combine(root, ShippedModels.Default)
        : throw new VerbException("No folder of shipped models was found: name one with --model DIR.");

    /// <summary>A judge of the model's own folder, or the shipped one: it knows drawn characters, whoever draws them.</summary>
    static string Own(string folder, string file)
    {
        string own = Path.Combine(Avatar.WeightsFolder(folder, Avatar.ReadConfig(Path.Combine(folder, Avatar.ConfigFile))), file);
        if (File.Exists(own) || ShippedModels.Root() is not { } root) return own;
        return Path.Combine(root, ShippedModels.Default, file);
    }

    /// <summary>A bar for each part of the measurement.</summary>
    sealed class EvaluationWatch(Terminal terminal) : IProgress<EvaluationProgress>, IDisposable
    {
        ProgressBar? bar;
        string doing = "";
        int done;

        public void Report(EvaluationProgress value)
        {
            if (bar is null || doing != value.What || value.Done < done) // the next model begins anew
            {
                bar?.Dispose();
                doing = value.What;
                bar = terminal.Progress(value.What, value.Total);
            }
            done = value.Done;
            bar.Report(value.Done);
        }

        public void Dispose() => bar?.Dispose();
    }
}
