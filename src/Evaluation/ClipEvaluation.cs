using TalkingMachines.Media;
using TalkingMachines.Puppets;

namespace TalkingMachines.Evaluation;

/// <summary>
/// Lets actors perform the same held-out clips and judges what is seen beside true frames. The actor called
/// <see cref="RenditionScore.Generated"/> also performs each clip to the sound of the next one: what is left then is chance.
/// </summary>
/// <param name="size">Side of the pictures.</param>
/// <param name="hear">Tells the mouth that the model hears in each frame of a clip; null: that is not asked.</param>
public sealed class ClipEvaluation(int size, IReadOnlyList<IActor> actors, EvaluationJudges judges, EvaluationSettings settings, Func<Performance, MouthShape[]>? hear = null)
{
    readonly EvaluationSettings settings = settings.Checked();
    readonly OrderedDictionary<string, List<ClipScore>> scores = [];
    readonly OrderedDictionary<string, List<PictureQuality>> quality = [];
    readonly OrderedDictionary<(ISyncJudge Judge, string Name), List<SyncScore>> sync = [];
    readonly OrderedDictionary<(IVideoFeatures Eyes, string Name), List<float[]>> features = [];
    readonly List<double?> alike = [];
    readonly List<LipTrack> tracks = [];
    readonly List<(Performance, MouthShape[])> heard = [];

    /// <summary>One clip's frames of a kind, and what was read off them.</summary>
    sealed record Take(string Name, Picture[] Frames, FaceReading[] Readings)
    {
        public bool IsControl => Name == RenditionScore.OtherSound;

        public double[] Openings => [.. Readings.Select(reading => (double)reading.Mouth.Open)];
    }

    /// <summary>Measures all clips, once. Pictures go to the folder as they are made.</summary>
    public void Run(EvaluationFolder? folder, IProgress<EvaluationProgress>? progress = null, CancellationToken stop = default)
    {
        if (scores.Count > 0) throw new InvalidOperationException("An evaluation runs once.");
        var next = HeldOutClip.Draw(settings.FirstIndex, settings.Frames, size, stop);
        for (int i = 0; i < settings.Characters; i++)
        {
            progress?.Report(new("characters", i, settings.Characters));
            var clip = next;
            next = HeldOutClip.Draw(settings.FirstIndex + i + 1, settings.Frames, size, stop);
            Measure(clip, next.Performance, folder, stop);
        }
        progress?.Report(new("characters", settings.Characters, settings.Characters));
    }

    void Measure(HeldOutClip clip, Performance otherSound, EvaluationFolder? folder, CancellationToken stop)
    {
        if (hear is not null) heard.Add((clip.Performance, hear(clip.Performance)));
        var takes = Film(clip, otherSound, stop);
        var truth = takes[0];
        foreach (var take in takes)
        {
            Entry(scores, take.Name).Add(ClipScore.Of(clip.Performance, take.Readings, truth.Readings));
            foreach (var judge in judges.Sync) Entry(sync, (judge, take.Name)).Add(judge.Judge(clip.Puppet.Geometry, take.Frames, clip.Performance.Sound));
            if (take.IsControl) continue;
            AddFeatures(take.Name, clip, take.Frames);
            if (take != truth) Compare(take.Name, clip, truth.Frames, take.Frames);
        }
        Picture[] still = [.. Enumerable.Repeat(clip.Reference, truth.Frames.Length)];
        Compare(QualityScore.Still, clip, truth.Frames, still);
        AddFeatures(QualityScore.Still, clip, still);
        if (takes.Find(take => take.IsControl) is { } control)
            alike.Add(Alike(takes.Find(take => take.Name == RenditionScore.Generated)!.Openings, control.Openings));
        if (tracks.Count == 0) Keep(clip, takes);
        folder?.WriteClip(clip.Puppet.Seed, [.. takes.Where(take => !take.IsControl && take.Name != RenditionScore.Live).Select(take => (take.Name, take.Frames, take.Readings))]);
    }

    /// <summary>The truth first, the control last.</summary>
    List<Take> Film(HeldOutClip clip, Performance otherSound, CancellationToken stop)
    {
        Take Seen(string kind, Picture[] frames) => new(kind, frames, judges.Reader.Read(clip.Reference, clip.Puppet.Geometry, frames));

        var takes = new List<Take> { Seen(RenditionScore.Truth, clip.Truth()) };
        foreach (var actor in actors) takes.Add(Seen(actor.Name, actor.Film(clip, clip.Performance, stop)));
        if (actors.FirstOrDefault(actor => actor.Name == RenditionScore.Generated) is { } generating)
            takes.Add(Seen(RenditionScore.OtherSound, generating.Film(clip, otherSound, stop)));
        return takes;
    }

    // A mouth that stays as it is says nothing of what it hears.
    static double? Alike(double[] own, double[] other) =>
        Math.Min(Series.Deviation(own), Series.Deviation(other)) < LipTrack.Still ? null : Series.Correlation(own, other);

    void Keep(HeldOutClip clip, List<Take> takes)
    {
        tracks.Add(new LipTrack(LipTrack.Asked, [.. clip.Performance.Poses.Select(pose => (double)pose.Mouth.Open)]));
        tracks.AddRange(takes.Select(take => new LipTrack(take.Name, take.Openings)));
    }

    void AddFeatures(string kind, HeldOutClip clip, Picture[] frames)
    {
        foreach (var eyes in judges.Videos) Entry(features, (eyes, kind)).Add(eyes.Of(clip.Reference, clip.Puppet.Geometry, frames));
    }

    void Compare(string kind, HeldOutClip clip, Picture[] truth, Picture[] made)
    {
        var measured = new PictureQuality();
        for (int i = 0; i < truth.Length; i++) measured.Add(truth[i], made[i], clip.Puppet.Geometry);
        Entry(quality, kind).Add(measured);
    }

    static List<T> Entry<TKey, T>(OrderedDictionary<TKey, List<T>> lists, TKey key) where TKey : notnull => lists.TryGetValue(key, out var list) ? list : lists[key] = [];

    /// <summary>Of all kinds of frames from true ones; none where the clips are too short for two pieces.</summary>
    IEnumerable<VideoDistance> Distances(IVideoFeatures eyes)
    {
        var truth = features[(eyes, RenditionScore.Truth)];
        return features.Where(entry => entry.Key.Eyes == eyes && entry.Value != truth)
            .Select(entry => VideoDistance.Of(eyes.Name, entry.Key.Name, truth, entry.Value, eyes.Width)).OfType<VideoDistance>();
    }

    /// <summary>What the clips showed, without a long rollout.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="conditions">How the frames came about.</param>
    public EvaluationReport Report(string model, params IReadOnlyList<string> conditions) => new()
    {
        Model = model,
        Characters = settings.Characters,
        FirstCharacter = settings.FirstCharacter,
        FramesEach = settings.Frames,
        Conditions = conditions,
        Heard = heard.Count > 0 ? HeardScore.Of(heard) : null,
        Renditions = [.. scores.Select(entry => RenditionScore.Of(entry.Key, entry.Value))],
        Sync = [.. sync.GroupBy(entry => entry.Key.Judge).SelectMany(judged => judged).Select(entry => SyncFigures.Of(entry.Key.Judge, entry.Key.Name, entry.Value))],
        Videos = [.. judges.Videos.SelectMany(Distances)],
        AlikeWithOtherSound = Figure.Of(alike),
        Quality = [.. quality.Select(entry => QualityScore.Of(entry.Key, entry.Value))],
        Tracks = tracks,
        Drift = [],
        OtherCharacter = null,
        LongOpenFirst = null,
        LongOpenLast = null,
    };
}
