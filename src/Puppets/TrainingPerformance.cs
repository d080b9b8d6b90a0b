using TalkingMachines.Media;
using TalkingMachines.Media.Speech;

namespace TalkingMachines.Puppets;

/// <summary>Endless distinct clips: voices, sentences, pauses, rooms and noises by seed.</summary>
public static class TrainingPerformance
{
    /// <summary>Longest clip, an hour.</summary>
    public const int MostFrames = 3600 * Performance.FrameRate;

    const double SpeechlessShare = .07;

    static readonly SpeechSynthesizer InstalledEngines = new();

    /// <summary>A clip of so many frames; the same arguments give the same clip, sample for sample.</summary>
    /// <param name="heldOut">Voices and sentences that training never uses.</param>
    /// <exception cref="MediaException">an engine is missing.</exception>
    public static Performance Draw(long seed, int frames, bool heldOut, SpeechSynthesizer? synthesizer = null, CancellationToken stop = default)
    {
        if (frames is < 1 or > MostFrames)
            throw new ArgumentOutOfRangeException(nameof(frames), frames, $"A clip has 1..{MostFrames} frames.");
        var random = new PerformanceRandom(seed);
        var effects = VoiceEffects.Draw(random);
        double liveliness = random.Between(.2, .9);
        if (random.Chance(SpeechlessShare)) return Speechless(random, effects, liveliness, frames);
        // half of the clips begin somewhere in a sentence, as a window cut from a call does
        int firstFrame = random.Chance(.5) ? random.Below(3 * Performance.FrameRate / 2) : 0;
        var (voice, language) = VoiceCatalog.Draw(random, heldOut);
        var line = Compose(random, synthesizer ?? InstalledEngines, voice, effects, firstFrame + frames, () => Sentences.Draw(random, language, heldOut), stop);
        return Performance.Act(line, random, effects, liveliness, firstFrame, frames) with { Voice = voice };
    }

    static SpokenLine Compose(
        PerformanceRandom random, SpeechSynthesizer synthesizer, VoiceSpec voice, VoiceEffects effects, int frames, Func<string> sentence, CancellationToken stop)
    {
        bool listensAfterwards = random.Chance(.15);
        var timeline = new PerformanceTimeline();
        timeline.Pause(random.Chance(.2) ? random.Between(.6, 1.5) : random.Between(0, .4));
        while (timeline.Samples < frames * Performance.SamplesPerFrame)
        {
            timeline.Say(effects.Shifted(synthesizer.Speak(sentence(), voice, stop), Performance.SampleRate));
            if (listensAfterwards) break;
            timeline.Pause(random.Chance(.2) ? random.Between(1, 3.5) : random.Between(.15, .9));
        }
        return timeline.Finish(frames);
    }

    /// <summary>Digital silence in a third of these clips, otherwise noise or music up to the loudness of speech.</summary>
    static Performance Speechless(PerformanceRandom random, VoiceEffects effects, double liveliness, int frames)
    {
        effects = effects with
        {
            Noise = random.Chance(.33) ? VoiceNoiseKind.None : (VoiceNoiseKind)(1 + random.Below(5)),
            SignalToNoise = random.Between(-6, 45),
        };
        var timeline = new PerformanceTimeline();
        return Performance.Act(timeline.Finish(frames), random, effects, liveliness, 0, frames);
    }
}
