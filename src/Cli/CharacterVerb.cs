using System.CommandLine;
using TalkingMachines.Media;
using TalkingMachines.Media.Speech;
using TalkingMachines.Puppets;

namespace TalkingMachines.Cli;

/// <summary>
/// Draws a character from a seed, and lets it speak a text with the mouth that its phonemes ask for: the truth that
/// the model learns from, a picture and a voice to try it on, and the video to hold its work against.
/// </summary>
internal sealed class CharacterVerb : Verb
{
    const string DefaultVoice = "flite:slt";

    readonly Option<int> seed = Number("--seed", "Which character; the same number draws the same one for ever", 0, int.MaxValue);
    readonly Option<string> output = Text("--out", "PATH", "The picture (.png), or with --say the video (.mp4, .webm, .avi)");
    readonly Option<int> size = Number("--size", "Side of the picture in pixels", 512, 16, 2048);
    readonly Option<int?> beside = new("--beside") { Description = "Draws this character too, to the right: a picture for generate --turns", HelpName = "N" };
    readonly Option<string> say = Text("--say", "TEXT", "What the character says");
    readonly Option<string> voice = Text("--voice", "NAME", "flite:slt, flite:awb, flite:kal, flite:rms, a voice of festival such as festival:ked_diphone, or one of espeak-ng such as en-us+f3");
    readonly Option<string> speechOutput = Text("--speech-out", "S.wav", "Also writes what is heard");

    public CharacterVerb() : base(
        "character",
        "Draw a character; with --say, film it speaking.",
        "character --seed 7 --out ada.png",
        "character --seed 7 --beside 8 --out two.png",
        "character --seed 7 --out ada.png --say \"Hello, how are you?\" --speech-out hello.wav",
        "character --seed 7 --out ada.mp4 --say \"Hello, how are you?\" --voice en-us+f3")
    {
        seed.Required = output.Required = true;
        voice.DefaultValueFactory = _ => DefaultVoice;
        foreach (var option in new Option[] { seed, beside, output, size, say, voice, speechOutput }) Add(option);
    }

    protected override Task RunAsync(ParseResult values, Terminal terminal, CancellationToken stop)
    {
        string path = values.GetRequiredValue(output);
        bool isPicture = Path.GetExtension(path).Equals(".png", StringComparison.OrdinalIgnoreCase);
        if (values.GetValue(say) is null) RefuseLost(values, "without --say", voice);
        Check(isPicture, path, values.GetValue(say), values.GetValue(speechOutput));
        if (values.GetValue(beside) is { } other && (other < 0 || !isPicture)) throw new VerbException($"--beside is {other}, expected 0 or more, for a picture alone.");
        var puppet = Puppet.FromSeed(values.GetValue(seed));
        var performance = Perform(values, stop);

        if (isPicture) Png.Write(Draw(puppet, values.GetValue(beside), values.GetValue(size)), path);
        else Film(path, puppet, performance!, values.GetValue(size), terminal, stop);
        terminal.Result(path);

        if (values.GetValue(speechOutput) is { } speechPath)
        {
            Wav.Write(speechPath, performance!.Sound);
            terminal.Result(speechPath);
        }
        return Task.CompletedTask;
    }

    static Picture Draw(Puppet puppet, int? beside, int size)
    {
        var renderer = new PuppetRenderer();
        var alone = renderer.Draw(puppet, PuppetPose.Neutral, size);
        if (beside is not { } seed) return alone;
        var both = new Picture(2 * size, size);
        both.Draw(alone, 0, 0);
        both.Draw(renderer.Draw(Puppet.FromSeed(seed), PuppetPose.Neutral, size), size, 0);
        return both;
    }

    static void Check(bool isPicture, string path, string? text, string? speechPath)
    {
        if (text is null && !isPicture) throw new VerbException($"--out is {path}: a picture ends in .png; a video needs --say TEXT.");
        if (text is null && speechPath is not null) throw new VerbException("--speech-out needs --say TEXT.");
        if (text is not null && isPicture && speechPath is null)
            throw new VerbException($"--say would be lost: --out {path} is a picture. Give --out a name in .mp4, or add --speech-out S.wav.");
    }

    Performance? Perform(ParseResult values, CancellationToken stop)
    {
        if (values.GetValue(say) is not { } text) return null;
        using var synthesizer = new SpeechSynthesizer();
        return Performance.Speak(synthesizer, values.GetValue(seed), Voice(values.GetRequiredValue(voice)), [text], VoiceEffects.Clean, stop: stop);
    }

    static VoiceSpec Voice(string name)
    {
        const string flite = "flite:", festival = "festival:";
        if (name.StartsWith(flite, StringComparison.Ordinal)) return new VoiceSpec(VoiceEngine.Flite, name[flite.Length..]);
        if (name.StartsWith(festival, StringComparison.Ordinal)) return new VoiceSpec(VoiceEngine.Festival, name[festival.Length..]);
        return new VoiceSpec(VoiceEngine.EspeakNg, name);
    }

    static void Film(string path, Puppet puppet, Performance performance, int size, Terminal terminal, CancellationToken stop)
    {
        using var video = VideoWriter.Create(path, size, size, Performance.FrameRate, Performance.SampleRate);
        using var progress = terminal.Progress("drawing", performance.Poses.Length);
        var renderer = new PuppetRenderer();
        byte[] frame = new byte[size * size * 3];
        for (int i = 0; i < performance.Poses.Length; i++)
        {
            stop.ThrowIfCancellationRequested();
            renderer.Draw(puppet, performance.Poses[i], size, PixelRegion.Whole(size), frame);
            video.WriteFrame(frame);
            video.WriteSound(performance.Sound.Samples.AsSpan(i * Performance.SamplesPerFrame, Performance.SamplesPerFrame));
            progress.Report(i + 1);
        }
        video.Complete(stop);
    }
}
