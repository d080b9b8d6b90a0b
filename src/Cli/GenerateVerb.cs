using System.CommandLine;
using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Models.Wan;
using TalkingMachines.Serving;

namespace TalkingMachines.Cli;

/// <summary>A picture and a recorded voice become a video file of that character saying it.</summary>
internal sealed class GenerateVerb : ModelVerb
{
    readonly Option<string> picture = Text("--picture", "PICTURE", "The character: any picture; the shipped model takes its middle square");
    readonly Option<string> speech = Text("--speech", "SOUND", "What it says: WAV, or any sound or video that ffmpeg reads");
    readonly Option<string> turns = Text("--turns", "FILE", "Two faces side by side in the picture take turns: lines START END left or START END right, in seconds");
    readonly Option<string> secondSpeech = Text("--second-speech", "SOUND", "What a second character says, from the same moment on; of MultiTalk");
    readonly Option<string[]> region = new("--region")
    {
        Description = "Given twice: where each of two speakers is, LEFT,TOP,RIGHT,BOTTOM in the picture's pixels or a mask, white there [default: left and right half]",
        HelpName = "BOX|MASK",
    };
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
    readonly Option<string> prompt = Text("--prompt", "TEXT", "What happens in the video; of public checkpoints");
    readonly Option<string> negativePrompt = Text("--negative-prompt", "TEXT", "What the video is to be unlike [default: the model's own]");
    readonly Option<string> size = Text("--size", "WxH", "Area in pixels that the picture is fitted into [default: the model's own]");
    readonly Option<int> frames = Number("--frames", "Frames of the video; of public checkpoints [default: as long as the sound]", 1, 1 << 24);
    readonly Option<int> mostMinutes = Number("--max-minutes", "Refuse a longer sound; not of public checkpoints", (int)VideoGeneration.LongestEver.TotalMinutes, 1, (int)VideoGeneration.LongestEver.TotalMinutes);
    readonly Option<bool> json = JsonOption();

    public GenerateVerb() : base(
        "generate",
        "Film a character saying a recorded text.",
        "generate --picture ada.png --speech hello.wav --out hello.mp4",
        "generate --picture ada.png --speech hello.wav --out hello.mp4 --steps 1 --device cpu:0,cpu:1 --json",
        "generate --picture two.png --speech dialogue.wav --turns turns.txt --out dialogue.mp4",
        "generate --model Wan2.1-I2V-14B-480P --picture ada.png --prompt \"A woman speaks\" --speech hello.wav --out hello.mp4",
        "generate --model multitalk --picture two.png --speech left.wav --second-speech right.wav --out two.mp4")
    {
        output.Required = true;
        foreach (var option in new Option[] { picture, speech, turns, secondSpeech, region, output, model, prompt, negativePrompt, size, frames, steps, seed, device, mostMinutes, json }) Add(option);
    }

    protected override async Task RunAsync(ParseResult values, Terminal terminal, CancellationToken stop)
    {
        string path = values.GetRequiredValue(output);
        if (Directory.Exists(path) && Path.GetExtension(path).Length > 0) throw new VerbException($"--out {path} is a folder, expected the name of a video.");
        foreach (string? read in (string?[])[values.GetValue(picture), values.GetValue(speech), values.GetValue(turns), values.GetValue(secondSpeech), .. values.GetValue(region) ?? []])
            if (read is { Length: > 0 } && path.Length > 0 && Path.GetFullPath(read) == Path.GetFullPath(path)) throw new VerbException($"--out {path} is read, too: the video would replace it.");
        string folder = ModelFolder(values.GetValue(model));
        var report = WanFolder.IsOne(folder) ? await FilmAsync(folder, path, values, terminal, stop) : await GenerateAsync(folder, path, values, terminal, stop);
        terminal.Note(FormattableString.Invariant(
            $"{report.Frames} frames in {report.WallSeconds:0.0} s: {report.FramesPerSecond:0.0} a second, {report.RealTimeFactor:0.00} times real time."));
        terminal.Result(values.GetValue(json) ? Json(report) : path);
    }

    /// <summary>By a model of ours. What is cheap to check comes before the weights are read.</summary>
    async Task<GenerationReport> GenerateAsync(string folder, string path, ParseResult values, Terminal terminal, CancellationToken stop)
    {
        foreach (var needed in new[] { picture, speech })
            if (values.GetValue(needed) is null) throw new VerbException($"{needed.Name} is missing, which {folder} needs.");
        RefuseLost(values, $"to {folder}, which is not of the Wan family", prompt, negativePrompt, size, frames, secondSpeech, region);
        var face = PictureFile.Read(values.GetValue(picture)!);
        var speaking = values.GetValue(turns) is { } file ? SpeakingTurns.Read(file) : null;
        int faces = speaking is null ? 1 : SpeakingTurns.Faces;
        if (faces > 1 && 2 * face.Width < 3 * face.Height)
            throw new VerbException($"{values.GetValue(picture)} is {face.Width}x{face.Height}, expected two faces side by side for --turns: twice as wide as tall.");
        var config = Avatar.ReadConfig(Path.Combine(folder, Avatar.ConfigFile));
        using var sound = SoundFile.Open(values.GetValue(speech)!, VideoGeneration.SampleRate, stop);
        using var video = VideoWriter.Create(path, faces * config.Picture, config.Picture, config.FramesPerSecond, VideoGeneration.SampleRate);
        using var placement = OpenPlacement(values.GetRequiredValue(device));
        using var avatar = Load(folder, placement, values, steps);
        var generation = new VideoGeneration(avatar, (ulong)values.GetValue(seed)) { LongestSound = TimeSpan.FromMinutes(values.GetValue(mostMinutes)) };
        using var watch = new GenerationWatch(terminal);
        if (speaking is null) return await generation.RunAsync(face, sound, video, watch, stop);
        int half = face.Width / 2;
        return await generation.RunAsync(face.Crop(0, 0, half, face.Height), face.Crop(half, 0, half, face.Height), speaking, sound, video, watch, stop);
    }

    /// <summary>By a public checkpoint.</summary>
    async Task<GenerationReport> FilmAsync(string folder, string path, ParseResult values, Terminal terminal, CancellationToken stop)
    {
        RefuseLost(values, $"to {folder}, which is of the Wan family", turns, mostMinutes);
        var filming = new WanFilming
        {
            Folder = folder,
            Output = path,
            Device = values.GetRequiredValue(device),
            Prompt = values.GetValue(prompt) ?? "",
            NegativePrompt = values.GetValue(negativePrompt),
            Picture = values.GetValue(picture),
            Speech = values.GetValue(speech),
            SecondSpeech = values.GetValue(secondSpeech),
            Regions = values.GetValue(region) ?? [],
            Size = values.GetValue(size),
            Frames = values.GetResult(frames) is null ? null : values.GetValue(frames),
            Steps = values.GetResult(steps) is null ? null : values.GetValue(steps),
            Seed = (ulong)values.GetValue(seed),
        };
        using var watch = new GenerationWatch(terminal);
        return await filming.RunAsync(OpenPlacement, terminal, watch, stop);
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
