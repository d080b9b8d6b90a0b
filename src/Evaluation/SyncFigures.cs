namespace TalkingMachines.Evaluation;

/// <summary>What one judge of lip sync found of one kind of frames. Figures of different judges can't be compared.</summary>
public sealed record SyncFigures
{
    /// <summary>Its name.</summary>
    public required string Judge { get; init; }

    /// <summary>What was judged, by a name of <see cref="RenditionScore"/>; against the clip's own sound always.</summary>
    public required string Name { get; init; }

    /// <summary>Sync-C: how far the best shift of the sound stands out; higher is better.</summary>
    public required Figure Confidence { get; init; }

    /// <summary>Sync-D: distance at the best shift; lower is better.</summary>
    public required Figure Distance { get; init; }

    /// <summary>Milliseconds by which the sound comes early: the mouth is late.</summary>
    public required Figure OffsetMilliseconds { get; init; }

    /// <summary>Milliseconds of sound between two shifts.</summary>
    public required double ShiftMilliseconds { get; init; }

    /// <summary>Mean distance by shift of the sound, -15 to 15 frames, over characters.</summary>
    public required IReadOnlyList<double> Distances { get; init; }

    /// <summary>Sync-C of each clip, in the order of the characters.</summary>
    public IReadOnlyList<double> ClipConfidences { get; init; } = [];

    /// <summary>Sync-D, likewise.</summary>
    public IReadOnlyList<double> ClipDistances { get; init; } = [];

    /// <summary>Sums up one score a character, at least one.</summary>
    public static SyncFigures Of(ISyncJudge judge, string name, IReadOnlyList<SyncScore> clips)
    {
        Figure Over(Func<SyncScore, double> value) => Figure.Of(clips.Select(clip => (double?)value(clip))) ?? throw new ArgumentException($"No clip came for '{name}', expected one or more.");
        double shift = 1000.0 / judge.FramesPerSecond;
        return new SyncFigures
        {
            Judge = judge.Name,
            Name = name,
            Confidence = Over(clip => clip.Confidence),
            Distance = Over(clip => clip.Distance),
            OffsetMilliseconds = Over(clip => shift * clip.Offset),
            ShiftMilliseconds = shift,
            ClipConfidences = [.. clips.Select(clip => clip.Confidence)],
            ClipDistances = [.. clips.Select(clip => clip.Distance)],
            Distances = [.. Enumerable.Range(0, SyncScore.Shifts).Select(i => clips.Average(clip => (double)clip.MeanDistances[i]))],
        };
    }
}
