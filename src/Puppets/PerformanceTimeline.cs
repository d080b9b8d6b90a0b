using TalkingMachines.Media;
using TalkingMachines.Media.Speech;

namespace TalkingMachines.Puppets;

/// <summary>Lines and pauses one after the other, as one spoken line at 16 kHz.</summary>
sealed class PerformanceTimeline
{
    readonly List<float> samples = [];
    readonly List<TimedPhoneme> phonemes = [];

    public int Samples => samples.Count;

    public void Pause(double seconds)
    {
        int count = (int)(seconds * Performance.SampleRate);
        if (count <= 0) return;
        AddPhoneme(new(TimedPhoneme.Pause, samples.Count, samples.Count + count));
        samples.AddRange(Enumerable.Repeat(0f, count));
    }

    /// <param name="line">At 16 kHz.</param>
    public void Say(SpokenLine line)
    {
        long start = samples.Count;
        foreach (var phoneme in line.Phonemes)
            AddPhoneme(phoneme with { StartSample = start + phoneme.StartSample, EndSample = start + phoneme.EndSample });
        samples.AddRange(line.Sound.Samples);
    }

    /// <summary>Everything so far, with silence up to a whole number of frames and no fewer than those asked for.</summary>
    public SpokenLine Finish(int leastFrames)
    {
        int frames = Math.Max(leastFrames, (samples.Count + Performance.SamplesPerFrame - 1) / Performance.SamplesPerFrame);
        var padded = new float[frames * Performance.SamplesPerFrame];
        samples.CopyTo(padded);
        return new(new Sound(padded, Performance.SampleRate), phonemes);
    }

    void AddPhoneme(TimedPhoneme phoneme)
    {
        if (phoneme.IsPause && phonemes is [.., { IsPause: true } last] && last.EndSample == phoneme.StartSample)
            phonemes[^1] = last with { EndSample = phoneme.EndSample };
        else
            phonemes.Add(phoneme);
    }
}
