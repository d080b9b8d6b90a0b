using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Puppets;

namespace TalkingMachines.Evaluation;

/// <summary>A long rollout of some characters: do they stay who they are, and in time with their sound?</summary>
sealed class DriftEvaluation(Avatar avatar, IFaceReader reader, EvaluationSettings settings)
{
    /// <summary>What one character's rollout gave.</summary>
    sealed record Course(double[] Colours, double[] TrueColours, double[] Features, double[] TrueFeatures, double OpenFirst, double OpenLast);

    readonly List<Course> courses = [];
    readonly List<Picture> cells = [];
    readonly List<string> captions = [];

    /// <summary>Seconds that are looked at, from 1: the first, a third, two thirds and the last.</summary>
    int[] Marks { get; } = [.. new[] { 1, settings.DriftSeconds / 3, 2 * settings.DriftSeconds / 3, settings.DriftSeconds }.Distinct()];

    public IReadOnlyList<DriftPoint> Points => courses.Count == 0 ? [] :
    [
        .. Marks.Select((second, i) => new DriftPoint(
            second, Over(course => course.Colours[i]), Over(course => course.TrueColours[i]), Over(course => course.Features[i]), Over(course => course.TrueFeatures[i]))),
    ];

    public Figure? OpenFirst => courses.Count == 0 ? null : Over(course => course.OpenFirst);

    public Figure? OpenLast => courses.Count == 0 ? null : Over(course => course.OpenLast);

    Figure Over(Func<Course, double> value) => Figure.Of(courses.Select(course => (double?)value(course)))!.Value;

    /// <summary>Writes the sheet of all characters so far.</summary>
    public void WriteSheet(EvaluationFolder folder)
    {
        if (cells.Count > 0) folder.WriteDrift(cells, captions, Marks.Length + 1);
    }

    /// <summary>Rolls one character out and measures it.</summary>
    /// <param name="tick">Called after each chunk.</param>
    public void Run(int index, Action tick, CancellationToken stop)
    {
        var clip = HeldOutClip.DrawLong(index, settings.DriftSeconds * Performance.FrameRate, avatar.Config.Picture, stop);
        var kept = new Dictionary<int, Picture>();
        var readings = RollOut(clip, kept, tick, stop);
        var distance = new IdentityDistance(avatar.Autoencoder, avatar.Decoder, clip.Reference);
        var renderer = new PuppetRenderer();
        Picture[][] made = [.. Marks.Select(second => SecondOf(second).Select(frame => kept[frame]).ToArray())];
        Picture[][] truth = [.. Marks.Select(second => SecondOf(second).Select(frame => clip.Truth(renderer, frame)).ToArray())];
        int quarter = readings.Length / 4;
        courses.Add(new Course(
            Means(made, distance.Colours), Means(truth, distance.Colours), Means(made, distance.Features), Means(truth, distance.Features),
            Open(clip, readings, 0, quarter), Open(clip, readings, readings.Length - quarter, quarter)));
        cells.Add(clip.Reference);
        captions.Add("reference");
        for (int i = 0; i < Marks.Length; i++)
        {
            cells.Add(made[i][^1]);
            captions.Add($"second {Marks[i]}");
        }
    }

    static double[] Means(Picture[][] seconds, Func<Picture, double> distance) => [.. seconds.Select(pictures => pictures.Average(distance))];

    static IEnumerable<int> SecondOf(int second) => Enumerable.Range((second - 1) * Performance.FrameRate, Performance.FrameRate);

    // Frames are read as they come: a minute of them is not held in memory.
    FaceReading[] RollOut(HeldOutClip clip, Dictionary<int, Picture> kept, Action tick, CancellationToken stop)
    {
        var wanted = Marks.SelectMany(SecondOf).ToHashSet();
        var readings = new FaceReading[clip.Performance.Poses.Length];
        using var rollout = new ClipRollout(avatar, clip.Reference, clip.Performance, clip.Performance.Poses, (ulong)clip.Puppet.Seed);
        for (int first = 0; first < readings.Length;)
        {
            stop.ThrowIfCancellationRequested();
            var frames = rollout.Next();
            frames = frames[..Math.Min(frames.Length, readings.Length - first)];
            reader.Read(clip.Reference, clip.Puppet.Geometry, frames).CopyTo(readings, first);
            for (int i = 0; i < frames.Length; i++)
                if (wanted.Contains(first + i)) kept.TryAdd(first + i, frames[i]);
            first += frames.Length;
            tick();
        }
        return readings;
    }

    static double Open(HeldOutClip clip, FaceReading[] readings, int first, int count)
    {
        var frames = Enumerable.Range(first, count).ToArray();
        return Series.Correlation([.. frames.Select(i => (double)clip.Performance.Poses[i].Mouth.Open)], [.. frames.Select(i => (double)readings[i].Mouth.Open)]);
    }
}
