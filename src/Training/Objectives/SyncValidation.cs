using TalkingMachines.Evaluation;
using TalkingMachines.Media;
using TalkingMachines.Puppets;
using TalkingMachines.Training.Data;

namespace TalkingMachines.Training.Objectives;

/// <summary>
/// The judge at its own work, SyncNet's protocol on whole clips: validation characters with held-out voices and sentences, from
/// seeds that neither training nor the final measurement uses.
/// </summary>
internal sealed class SyncValidation
{
    const int Frames = 80, Size = 256;
    const int Delay = 8;        // frames, half a second
    const int FirstCharacter = CharacterSeeds.FirstValidation + 50_000, SeedStride = 100, MostSeeds = 400;

    readonly (float[] Mouths, float[] Samples)[] clips;

    SyncValidation((float[], float[])[] clips) => this.clips = clips;

    /// <summary>Draws the mouths of all clips.</summary>
    public static SyncValidation Draw(int count, IProgress<TrainingEvent> progress, CancellationToken cancel)
    {
        var renderer = new PuppetRenderer();
        var drawn = new (float[], float[])[count];
        for (int i = 0; i < count; i++)
        {
            drawn[i] = Draw(renderer, i, cancel);
            progress.Report(new Preparing($"speaking {count} clips to watch", (i + 1.0) / count));
        }
        return new SyncValidation(drawn);
    }

    static (float[], float[]) Draw(PuppetRenderer renderer, int index, CancellationToken cancel)
    {
        long character = FirstCharacter + index;
        var clip = HeldOutClip.Draw(character, [.. Enumerable.Range(0, MostSeeds).Select(attempt => character + ((long)attempt * SeedStride))], Frames, Size, cancel);
        var window = FaceWindows.Of(clip.Puppet.Geometry, Size).Mouth;
        float[] mouths = new float[Frames * PuppetSyncNet.MouthValues];
        for (int i = 0; i < Frames; i++)
            FaceWindows.MouthPlanes(renderer.Draw(clip.Puppet, clip.Performance.Poses[i], Size, window), mouths.AsSpan(i * PuppetSyncNet.MouthValues, PuppetSyncNet.MouthValues));
        return (mouths, clip.Performance.Sound.Samples);
    }

    /// <summary>Means over the clips with their own sound and with the next clip's; shares of clips whose offset is found, as they are and with the sound half a second early.</summary>
    public IReadOnlyList<Metric> Measure(PuppetSyncJudge judge, string chart)
    {
        SyncScore[] own = [.. clips.Select(clip => judge.Judge(clip.Mouths, clip.Samples))];
        SyncScore[] other = [.. clips.Select((clip, i) => judge.Judge(clip.Mouths, clips[(i + 1) % clips.Length].Samples))];
        SyncScore[] early = [.. clips.Select(clip => judge.Judge(clip.Mouths, clip.Samples.AsSpan(Delay * Performance.SamplesPerFrame)))];
        PendingFile.Write(chart, Chart(own, other).ToSvg());
        return
        [
            new("sync-c", own.Average(score => score.Confidence)),
            new("sync-d", own.Average(score => score.Distance)),
            new("sync-c with another sound", other.Average(score => score.Confidence)),
            new("sync-d with another sound", other.Average(score => score.Distance)),
            new("offset found", Found(own, 0)),
            new("half a second found", Found(early, Delay)),
        ];
    }

    static double Found(SyncScore[] scores, int offset) => scores.Average(score => Math.Abs(score.Offset - offset) <= 1 ? 1.0 : 0);

    static Chart Chart(SyncScore[] own, SyncScore[] other)
    {
        double[] shifts = [.. Enumerable.Range(-SyncScore.MostShift, SyncScore.Shifts).Select(shift => (double)shift)];
        ChartSeries Line(string name, SyncScore[] scores) => new(name, shifts, [.. shifts.Select((_, i) => scores.Average(score => (double)score.MeanDistances[i]))]);
        return new Chart
        {
            Title = "Distance of lips and sound",
            XLabel = "frames by which the sound is shifted",
            YLabel = "distance",
            FromZero = true,
            Headroom = 0.3,
            Series = [Line("own sound", own), Line("another sound", other)],
        };
    }
}
