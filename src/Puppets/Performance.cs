using TalkingMachines.Media;
using TalkingMachines.Media.Speech;

namespace TalkingMachines.Puppets;

/// <summary>A voice and the motions that go with it.</summary>
/// <param name="Sound">16 kHz, exactly 1000 samples a frame.</param>
/// <param name="Poses">16 a second.</param>
/// <param name="Speaking">By frame; pauses within a phrase count as speaking, silence and noise do not.</param>
/// <param name="Closing">By frame: a p, b or m shuts the lips.</param>
public sealed record Performance(Sound Sound, PuppetPose[] Poses, bool[] Speaking, bool[] Closing)
{
    public const int SampleRate = 16_000;
    public const int FrameRate = 16;
    public const int SamplesPerFrame = SampleRate / FrameRate;

    // a stop's closure or a breath inside a phrase
    const int LongestInnerGap = 3 * SampleRate / 10;

    /// <summary>Whose voice it is; null where nobody's is known.</summary>
    public VoiceSpec? Voice { get; init; }

    /// <summary>Whether that voice is built from recordings of a person.</summary>
    public bool IsRecordedVoice => Voice?.Engine.SpeaksRecordings() == true;

    /// <summary>Speaks sentences with a pause before, between and after them.</summary>
    /// <param name="liveliness">Of the head and the brows, 0..1.</param>
    /// <exception cref="MediaException">the voice's engine is missing or refuses the text.</exception>
    public static Performance Speak(
        SpeechSynthesizer synthesizer, long seed, VoiceSpec voice, IReadOnlyList<string> sentences, VoiceEffects effects,
        double liveliness = .5, CancellationToken stop = default)
    {
        var random = new PerformanceRandom(seed);
        var timeline = new PerformanceTimeline();
        timeline.Pause(random.Between(.2, .8));
        foreach (var sentence in sentences)
        {
            timeline.Say(effects.Shifted(synthesizer.Speak(sentence, voice, stop), SampleRate));
            timeline.Pause(random.Between(.25, .9));
        }
        var line = timeline.Finish(1);
        return Act(line, random, effects, liveliness, 0, line.Sound.Samples.Length / SamplesPerFrame) with { Voice = voice };
    }

    /// <summary>The mouth follows the line; effects colour its sound afterwards, so that no noise moves the mouth.</summary>
    /// <param name="line">At 16 kHz, whole frames long.</param>
    internal static Performance Act(SpokenLine line, PerformanceRandom random, VoiceEffects effects, double liveliness, int firstFrame, int frames)
    {
        var sound = line.Sound.Samples;
        var track = VisemeTrack.Build(line, sound.Length);
        var mouths = track.At16();
        var speaking = SpeakingFrames(line);
        var gestures = new GestureSampler((long)random.NextBits(), liveliness);
        var poses = new PuppetPose[mouths.Length];
        for (int i = 0; i < poses.Length; i++) poses[i] = new(mouths[i], gestures.Next(speaking[i]));
        var heard = sound.ToArray();
        effects.Colour(random.Fork(), heard, SampleRate);
        return new(
            new Sound(heard.AsSpan(firstFrame * SamplesPerFrame, frames * SamplesPerFrame).ToArray(), SampleRate),
            poses.AsSpan(firstFrame, frames).ToArray(),
            speaking.AsSpan(firstFrame, frames).ToArray(),
            track.ClosedAt16().AsSpan(firstFrame, frames).ToArray());
    }

    static bool[] SpeakingFrames(SpokenLine line)
    {
        var speaking = new bool[line.Sound.Samples.Length / SamplesPerFrame];
        long before = long.MinValue / 2;
        foreach (var phoneme in line.Phonemes)
        {
            if (phoneme.IsPause) continue;
            long from = phoneme.StartSample - before <= LongestInnerGap ? before : phoneme.StartSample;
            int last = (int)Math.Min(speaking.Length - 1, (phoneme.EndSample - 1) / SamplesPerFrame);
            for (int i = (int)(from / SamplesPerFrame); i <= last; i++) speaking[i] = true;
            before = phoneme.EndSample;
        }
        return speaking;
    }
}
