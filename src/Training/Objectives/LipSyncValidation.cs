using TalkingMachines.Evaluation;
using TalkingMachines.Models;
using TalkingMachines.Tensors;
using TalkingMachines.Training.Data;

namespace TalkingMachines.Training.Objectives;

/// <summary>
/// Lip sync of a model in training: what the evaluation measures at the end, on few short clips. Validation characters speak
/// with held-out voices and sentences, from seeds that the final measurement leaves alone.
/// </summary>
internal sealed class LipSyncValidation : IDisposable
{
    const int Clips = 6;

    const int Frames = 84; // 21 latents, a teacher's clip

    const int SeedStride = 1000; // from clip to clip of a character

    readonly LipReader reader;
    readonly Watched[] clips;

    /// <summary>A clip, and what the reader sees on its true frames.</summary>
    sealed record Watched(HeldOutClip Clip, FaceReading[] Truth);

    LipSyncValidation(LipReader reader, Watched[] clips) => (this.reader, this.clips) = (reader, clips);

    /// <summary>Draws and reads the true clips; null, with a notice, where the lip reader's run beside <paramref name="run"/> has no weights and none are shipped.</summary>
    public static LipSyncValidation? Open(RunFolder run, Device device, int picture, IProgress<TrainingEvent> progress, CancellationToken cancel)
    {
        string name = Recipes.MiniLipReader().Name;
        if (ClipFiles.FindWeights(run, name) is not { } file)
        {
            progress.Report(new Notice($"{ClipFiles.OfRun(run, name)} does not exist: validations tell nothing of lips. To see them, run the recipe {name} first."));
            return null;
        }
        var reader = LipReader.Load(file, device);
        try
        {
            var clips = new Watched[Clips];
            for (int i = 0; i < Clips; i++)
            {
                clips[i] = Draw(i, picture, reader, cancel);
                progress.Report(new Preparing($"speaking {Clips} clips to watch", (i + 1.0) / Clips));
            }
            return new LipSyncValidation(reader, clips);
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    static Watched Draw(int index, int picture, LipReader reader, CancellationToken cancel)
    {
        var seeds = Seeds(index);
        var clip = HeldOutClip.Draw(seeds[0], seeds, Frames, picture, cancel);
        return new Watched(clip, reader.Read(clip.Reference, clip.Puppet.Geometry, clip.Truth()));
    }

    /// <summary>The seed of a character, which is also that of its first clip, and seeds of further clips: none reaches the final measurement's.</summary>
    internal static long[] Seeds(int index)
    {
        const int most = (CharacterSeeds.FirstHeldOut - CharacterSeeds.FirstValidation) / SeedStride;
        return [.. Enumerable.Range(0, most).Select(attempt => CharacterSeeds.FirstValidation + (attempt * (long)SeedStride) + index)];
    }

    /// <summary>Means over the clips of what the lips do with their own sound, and of the opening with the next clip's: chance.</summary>
    public IReadOnlyList<Metric> Measure(Avatar avatar)
    {
        var own = new ClipScore[Clips];
        var other = new ClipScore[Clips];
        for (int i = 0; i < Clips; i++)
        {
            own[i] = Score(avatar, clips[i], clips[i]);
            other[i] = Score(avatar, clips[i], clips[(i + 1) % Clips]);
        }
        var metrics = new List<Metric>();
        Add("lips: opening", own, score => score.Open);
        Add("lips: width", own, score => score.Width);
        Add("lips: rounding", own, score => score.Round);
        Add("lips: amplitude", own, score => score.Amplitude);
        Add("lips: opening with another sound", other, score => score.Open);
        return metrics;

        void Add(string name, ClipScore[] scores, Func<ClipScore, double?> value)
        {
            if (Figure.Of(scores.Select(value)) is { } figure) metrics.Add(new Metric(name, figure.Mean));
        }
    }

    ClipScore Score(Avatar avatar, Watched watched, Watched heard)
    {
        var clip = watched.Clip;
        var frames = ClipRollout.Film(avatar, clip, heard.Clip.Performance);
        return ClipScore.Of(clip.Performance, reader.Read(clip.Reference, clip.Puppet.Geometry, frames), watched.Truth);
    }

    public void Dispose() => reader.Dispose();
}
