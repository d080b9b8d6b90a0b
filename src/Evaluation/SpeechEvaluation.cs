using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Models.Audio;
using TalkingMachines.Puppets;

namespace TalkingMachines.Evaluation;

/// <summary>
/// How well recorded human speech drives the mouth. There is no true mouth to compare with: what is measured is whether the
/// mouth opens when the voice is loud, which it does for vowels, and whether another recording's loudness agrees as well (chance).
/// </summary>
/// <param name="Seconds">Of sound that was filmed.</param>
/// <param name="Energy">Correlation of the opening with the sound's level, over frames.</param>
/// <param name="OtherEnergy">The same with the level of the next recording: chance.</param>
/// <param name="TrueEnergy">The same for synthesized speech and the true mouths of held-out clips: what there is to reach.</param>
/// <param name="OpenInSilence">Share of the frames without speech in which the mouth is open.</param>
public sealed record SpeechScore(int Recordings, double Seconds, Figure Energy, Figure OtherEnergy, Figure? TrueEnergy, Figure? OpenInSilence)
{
    public override string ToString() => FormattableString.Invariant(
        $"{Recordings} recordings, {Seconds:0} s: opening and level of the voice correlate {Text(Energy)}, with another's level {Text(OtherEnergy)}, true mouths of synthesized speech {Text(TrueEnergy)}; open in {Text(OpenInSilence)} of the silent frames.");

    static string Text(Figure? figure) => figure is { } known ? FormattableString.Invariant($"{known.Mean:0.00} [{known.Low:0.00}, {known.High:0.00}]") : "-";
}

/// <summary>Films recordings with held-out characters and reads their lips.</summary>
public sealed class SpeechEvaluation(Avatar avatar, IFaceReader reader)
{
    const int MostFrames = 20 * Performance.FrameRate;
    const int LeastFrames = 2 * Performance.FrameRate;
    const double Open = 0.15;
    const float Quietest = -60; // dB to full scale

    /// <summary>Samples of a recording that are filmed; more are not looked at.</summary>
    public const int MostSamples = MostFrames * Performance.SamplesPerFrame;

    /// <summary>Scores recordings, 16 kHz mono, each with a character of its own. Those shorter than two seconds are left out.</summary>
    public SpeechScore Run(IReadOnlyList<float[]> recordings, IProgress<EvaluationProgress>? progress = null, CancellationToken stop = default)
    {
        float[][] usable = [.. recordings.Where(sound => sound.Length >= LeastFrames * Performance.SamplesPerFrame)];
        if (usable.Length < 2) throw new ArgumentException($"{usable.Length} recordings last {LeastFrames / Performance.FrameRate} s or more, expected two at least: each is the other's control.");
        var openings = new List<double[]>();
        var levels = new List<double[]>();
        var truth = new List<double?>();
        var silent = new List<double?>();
        for (int i = 0; i < usable.Length; i++)
        {
            stop.ThrowIfCancellationRequested();
            var heard = Heard(usable[i]);
            double[] open = Openings(i, heard, stop);
            openings.Add(open);
            levels.Add(Levels(heard.Sound.Samples, open.Length));
            silent.Add(Moving(open, heard.Speaking));
            truth.Add(TrueEnergy(i, stop));
            progress?.Report(new("recordings", i + 1, usable.Length));
        }
        var own = openings.Select((open, i) => (double?)Series.Correlation(open, levels[i]));
        var other = openings.Select((open, i) => (double?)Common(open, levels[(i + 1) % levels.Count]));
        return new SpeechScore(usable.Length, openings.Sum(open => (double)open.Length) / Performance.FrameRate,
            Figure.Of(own)!.Value, Figure.Of(other)!.Value, Figure.Of(truth), Figure.Of(silent));
    }

    static double Common(double[] open, double[] level)
    {
        int count = Math.Min(open.Length, level.Length);
        return Series.Correlation(open.AsSpan(0, count), level.AsSpan(0, count));
    }

    // Speaking and silence as a call tells them.
    static Performance Heard(float[] samples)
    {
        int frames = Math.Min(MostFrames, samples.Length / Performance.SamplesPerFrame);
        float[] own = samples[..(frames * Performance.SamplesPerFrame)];
        return new Performance(new Sound(own, Performance.SampleRate), [.. Enumerable.Repeat(PuppetPose.Neutral, frames)], SpeechActivity.Of(own), new bool[frames]);
    }

    double[] Openings(int index, Performance heard, CancellationToken stop)
    {
        var puppet = Puppet.FromSeed(HeldOutClip.FirstCharacter + index);
        var clip = new HeldOutClip(puppet, heard, avatar.Config.Picture);
        return [.. reader.Read(clip.Reference, puppet.Geometry, ClipRollout.Film(avatar, clip, heard, stop: stop)).Select(reading => (double)reading.Mouth.Open)];
    }

    static double? TrueEnergy(int index, CancellationToken stop)
    {
        var performance = HeldOutClip.Draw(index, 7 * Performance.FrameRate, 64, stop).Performance;
        double[] open = [.. performance.Poses.Select(pose => (double)pose.Mouth.Open)];
        return Series.Correlation(open, Levels(performance.Sound.Samples, open.Length));
    }

    /// <summary>Level of each frame in dB, over the frame and half of each neighbour: a mouth is no faster.</summary>
    static double[] Levels(ReadOnlySpan<float> samples, int frames)
    {
        var levels = new double[frames];
        const int length = Performance.SamplesPerFrame, half = length / 2;
        for (int frame = 0; frame < frames; frame++)
        {
            int from = Math.Max(0, (frame * length) - half), to = Math.Min(samples.Length, ((frame + 1) * length) + half);
            double energy = 0;
            foreach (float sample in samples[from..to]) energy += sample * sample;
            levels[frame] = Math.Max(Quietest, 10 * Math.Log10((energy / Math.Max(1, to - from)) + 1e-12));
        }
        return levels;
    }

    static double? Moving(double[] open, bool[] speaking)
    {
        int silent = speaking.Count(speaks => !speaks);
        return silent < Performance.FrameRate / 2 ? null : (double)open.Where((value, i) => !speaking[i] && value > Open).Count() / silent;
    }
}
