using System.CommandLine;
using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Serving;

namespace TalkingMachines.Cli;

/// <summary>A picture and a recorded voice become a video file of that character saying it.</summary>
internal sealed class GenerateVerb : ModelVerb
{
    readonly Option<string> picture = Text("--picture", "PICTURE", "The character: any picture, of which the middle square is taken");
    readonly Option<string> speech = Text("--speech", "SOUND", "What it says: WAV, or any sound or video that ffmpeg reads");
    readonly Option<string> output = Text("--out", "VIDEO", "The video: .mp4, .webm, .avi, or a folder of PNG frames");
    readonly Option<string> model = ModelOption();
    readonly Option<int> steps = StepsOption();
    readonly Option<long> seed = Number("--seed", "Of head motion and noise; the same number gives the same video", 0L, 0L, long.MaxValue);
    readonly Option<string> device = new("--device")
    {
        Description = "cpu, some of its cores such as cpu:0-1, or two for diffusion and decoder such as cpu:0,cpu:1",
        HelpName = "DEVICE",
        DefaultValueFactory = _ => "cpu",
    };
    readonly Option<int> mostMinutes = Number("--max-minutes", "Refuse a longer sound", (int)VideoGeneration.LongestEver.TotalMinutes, 1, (int)VideoGeneration.LongestEver.TotalMinutes);
    readonly Option<bool> json = JsonOption();

    public GenerateVerb() : base(
        "generate",
        "Film a character saying a recorded text.",
        "generate --picture ada.png --speech hello.wav --out hello.mp4",
        "generate --picture ada.png --speech hello.wav --out hello.mp4 --steps 1 --device cpu:0,cpu:1 --json")
    {
        picture.Required = speech.Required = output.Required = true;
        foreach (var option in new Option[] { picture, speech, output, model, steps, seed, device, mostMinutes, json }) Add(option);
    }

    protected override async Task RunAsync(ParseResult values, Terminal terminal, CancellationToken stop)
    {
        string path = values.GetRequiredValue(output);
        if (Directory.Exists(path) && Path.GetExtension(path).Length > 0) throw new VerbException($"--out {path} is a folder, expected the name of a video.");
        // What is cheap to check comes before the weights are read.
        var face = PictureFile.Read(values.GetRequiredValue(picture));
        string folder = ModelFolder(values.GetValue(model));
        var config = Avatar.ReadConfig(Path.Combine(folder, Avatar.ConfigFile));
        using var sound = SoundFile.Open(values.GetRequiredValue(speech), VideoGeneration.SampleRate, stop);
        using var video = VideoWriter.Create(path, config.Picture, config.Picture, config.FramesPerSecond, VideoGeneration.SampleRate);
        using var placement = OpenPlacement(values.GetRequiredValue(device));
        using var avatar = Load(folder, placement, values, steps);

        var generation = new VideoGeneration(avatar, (ulong)values.GetValue(seed)) { LongestSound = TimeSpan.FromMinutes(values.GetValue(mostMinutes)) };
        GenerationReport report;
        using (var watch = new GenerationWatch(terminal))
            report = await generation.RunAsync(face, sound, video, watch, stop);
        terminal.Note(FormattableString.Invariant(
            $"{report.Frames} frames in {report.WallSeconds:0.0} s: {report.FramesPerSecond:0.0} a second, {report.RealTimeFactor:0.00} times real time."));
        terminal.Result(values.GetValue(json) ? Json(report) : path);
    }

    /// <summary>One bar; where the sound does not tell its length, the frames so far.</summary>
    sealed class GenerationWatch(Terminal terminal) : IProgress<GenerationProgress>, IDisposable
    {
        ProgressBar? bar;

        public void Report(GenerationProgress value)
        {
            bar ??= terminal.Progress("filming", value.TotalFrames);
            bar.Report(value.Frames);
        }

        public void Dispose() => bar?.Dispose();
    }
}
