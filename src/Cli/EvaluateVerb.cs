using System.CommandLine;
using TalkingMachines.Evaluation;
using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Puppets;

namespace TalkingMachines.Cli;

/// <summary>Measures lip sync, blinks, rest, pictures and drift of a model on characters, voices and sentences that it never met.</summary>
internal sealed class EvaluateVerb : Verb
{
    const string DefaultModel = "mini";
    const int MostRecordings = 200;

    static readonly EvaluationSettings Usual = new();

    readonly Option<string> model = Text("--model", "DIR", "The model's folder [default: the shipped mini]");
    readonly Option<int> characters = Number("--characters", "Held-out characters", Usual.Characters, 1, 1000);
    readonly Option<int> seconds = Number("--seconds", "Length of each character's clip", Usual.Seconds, 1, 60);
    readonly Option<int> drift = Number("--drift-seconds", "Length of the long rollout", Usual.DriftSeconds, 4, 600);
    readonly Option<int> steps = Number("--steps", "Measure this many denoising steps beside the model's own", 1, 64);
    readonly Option<string[]> speech = new("--speech")
    {
        Description = "Instead, film these recordings of human speech (files or folders) and tell whether mouths open when voices are loud",
        HelpName = "SOUND",
        AllowMultipleArgumentsPerToken = true,
    };
    readonly Option<string> output = Text("--out", "DIR", "Where report.json, report.txt and contact sheets go");
    readonly Option<bool> json = new("--json") { Description = "Print the report as JSON" };
    readonly Option<string> device = DeviceOption();

    public EvaluateVerb() : base(
        "evaluate",
        "Measure a model on characters and voices it never met.",
        "evaluate",
        "evaluate --characters 4 --steps 4 --out out/quick --json",
        "evaluate --speech /usr/share/asterisk/sounds/en_US_f_Allison")
    {
        output.DefaultValueFactory = _ => Path.Combine("out", "evaluation");
        foreach (var option in new Option[] { model, characters, seconds, drift, steps, speech, output, json, device }) Add(option);
    }

    protected override Task RunAsync(ParseResult values, Terminal terminal, CancellationToken stop)
    {
        string folder = values.GetValue(model) ?? Shipped();
        int count = values.GetRequiredValue(characters);
        var settings = Usual with
        {
            Characters = count,
            Seconds = values.GetRequiredValue(seconds),
            DriftCharacters = Math.Min(count, Usual.DriftCharacters),
            DriftSeconds = values.GetRequiredValue(drift),
        };
        using var computer = OpenDevice(values.GetRequiredValue(device));
        using var avatar = Avatar.Load(folder, computer, computer);
        using var reader = LipReader.Load(ReaderOf(folder), computer);
        if (values.GetValue(speech) is { Length: > 0 } recordings)
        {
            terminal.Result(Recorded(avatar, reader, recordings, values.GetValue(json), terminal, stop));
            return Task.CompletedTask;
        }
        using var other = values.GetResult(steps) is null ? null : Avatar.Load(folder, computer, computer, values.GetValue(steps));
        var target = new EvaluationFolder(values.GetRequiredValue(output));

        EvaluationReport report;
        using (var watch = new EvaluationWatch(terminal))
            report = new AvatarEvaluation(folder, avatar, reader, settings, other is null ? [] : [other]).Run(target, watch, stop);

        terminal.Result(values.GetValue(json) ? report.ToJson() : report.ToText().TrimEnd());
        terminal.Note($"Report and contact sheets are in {target.Path}.");
        return Task.CompletedTask;
    }

    static string Recorded(Avatar avatar, IFaceReader reader, string[] paths, bool asJson, Terminal terminal, CancellationToken stop)
    {
        var files = paths.SelectMany(path => Directory.Exists(path) ? Directory.GetFiles(path).Order(StringComparer.Ordinal).ToArray() : [path]).Take(MostRecordings);
        float[][] sounds = [.. files.Select(file => SoundFile.Read(file, Performance.SampleRate).Samples)];
        using var watch = new EvaluationWatch(terminal);
        try
        {
            var score = new SpeechEvaluation(avatar, reader).Run(sounds, watch, stop);
            return asJson ? Json(score) : score.ToString();
        }
        catch (ArgumentException e)
        {
            throw new VerbException($"--speech: {e.Message}");
        }
    }

    static string Shipped() => ShippedModels.Root() is { } root
        ? Path.Combine(root, DefaultModel)
        : throw new VerbException("No folder of shipped models was found: name one with --model DIR.");

    /// <summary>The model's own lip reader, or the shipped one: it knows drawn characters, whoever draws them.</summary>
    static string ReaderOf(string folder)
    {
        string own = Path.Combine(folder, LipReader.File);
        if (File.Exists(own) || ShippedModels.Root() is not { } root) return own;
        return Path.Combine(root, DefaultModel, LipReader.File);
    }

    /// <summary>A bar for each part of the measurement.</summary>
    sealed class EvaluationWatch(Terminal terminal) : IProgress<EvaluationProgress>, IDisposable
    {
        ProgressBar? bar;
        string doing = "";

        public void Report(EvaluationProgress value)
        {
            if (bar is null || doing != value.What)
            {
                bar?.Dispose();
                doing = value.What;
                bar = terminal.Progress(value.What, value.Total);
            }
            bar.Report(value.Done);
        }

        public void Dispose() => bar?.Dispose();
    }
}
