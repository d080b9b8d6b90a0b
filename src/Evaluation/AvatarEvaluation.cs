using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Models.Image;
using TalkingMachines.Models.Vae;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;

namespace TalkingMachines.Evaluation;

/// <summary>
/// Measures an avatar on characters, voices and sentences that no training saw: lip sync, blinks and rest as a lip reader
/// sees them on generated frames, beside true frames, decoded true frames and frames driven by another clip's sound.
/// </summary>
/// <param name="name">Of the model, for the report.</param>
/// <param name="others">The same model with other numbers of steps, to compare.</param>
public sealed class AvatarEvaluation(string name, Avatar avatar, IFaceReader reader, EvaluationSettings settings, params IReadOnlyList<Avatar> others)
{
    readonly EvaluationSettings settings = settings.Checked();
    readonly OrderedDictionary<string, List<ClipScore>> scores = [];
    readonly OrderedDictionary<string, List<PictureQuality>> quality = [];
    readonly DriftEvaluation drift = new(avatar, reader, settings);

    /// <summary>One clip's frames of a kind, and what was read off them.</summary>
    sealed record Take(string Name, Picture[] Frames, FaceReading[] Readings);

    /// <summary>Measures everything, once. Pictures go to the folder as they are made, the report at the end.</summary>
    public EvaluationReport Run(EvaluationFolder? folder, IProgress<EvaluationProgress>? progress = null, CancellationToken stop = default)
    {
        if (scores.Count > 0) throw new InvalidOperationException("An evaluation runs once.");
        // Each clip is also driven by the sound of the one after.
        var next = HeldOutClip.Draw(0, settings.Frames, avatar.Config.Picture, stop);
        for (int i = 0; i < settings.Characters; i++)
        {
            progress?.Report(new("characters", i, settings.Characters));
            var clip = next;
            next = HeldOutClip.Draw(i + 1, settings.Frames, avatar.Config.Picture, stop);
            Measure(clip, next.Performance, folder, stop);
        }
        progress?.Report(new("characters", settings.Characters, settings.Characters));
        RunDrift(folder, progress, stop);
        var report = Report();
        folder?.Write(report);
        return report;
    }

    void Measure(HeldOutClip clip, Performance otherSound, EvaluationFolder? folder, CancellationToken stop)
    {
        Take Seen(string kind, Picture[] frames) => new(kind, frames, reader.Read(clip.Reference, clip.Puppet.Geometry, frames));

        var truth = Seen(RenditionScore.Truth, clip.Truth());
        var takes = new List<Take>
        {
            truth,
            Seen(RenditionScore.Autoencoder, Reconstruct(clip.Reference, truth.Frames, stop)),
            Seen(RenditionScore.Generated, ClipRollout.Film(avatar, clip, clip.Performance, stop)),
        };
        foreach (var other in others) takes.Add(Seen(StepsName(other), ClipRollout.Film(other, clip, clip.Performance, stop)));
        takes.Add(Seen(RenditionScore.OtherSound, ClipRollout.Film(avatar, clip, otherSound, stop)));

        foreach (var take in takes)
        {
            Entry(scores, take.Name).Add(ClipScore.Of(clip.Performance, take.Readings, truth.Readings));
            if (take != truth && take.Name != RenditionScore.OtherSound) Compare(take.Name, clip, truth.Frames, take.Frames);
        }
        Compare(QualityScore.Still, clip, truth.Frames, [.. Enumerable.Repeat(clip.Reference, truth.Frames.Length)]);
        folder?.WriteClip(clip.Puppet.Seed, [.. takes.Where(take => take.Name != RenditionScore.OtherSound).Select(take => (take.Name, take.Frames, take.Readings))]);
    }

    void Compare(string kind, HeldOutClip clip, Picture[] truth, Picture[] made)
    {
        var measured = new PictureQuality();
        for (int i = 0; i < truth.Length; i++) measured.Add(truth[i], made[i], clip.Puppet.Geometry);
        Entry(quality, kind).Add(measured);
    }

    static List<T> Entry<T>(OrderedDictionary<string, List<T>> lists, string key) => lists.TryGetValue(key, out var list) ? list : lists[key] = [];

    static string StepsName(Avatar other) => FormattableString.Invariant($"generated, {other.Config.Steps.Length} steps");

    Picture[] Reconstruct(Picture reference, Picture[] frames, CancellationToken stop)
    {
        const int batch = 12; // as a chunk: bounds memory
        using var scope = Tensor.Scope();
        var features = avatar.Autoencoder.Reference(PixelPlanes.ToTensor(avatar.Decoder, reference.Pixels, reference.Width, reference.Height));
        var decoded = new List<Picture>(frames.Length);
        foreach (var part in frames.Chunk(batch))
        {
            stop.ThrowIfCancellationRequested();
            decoded.AddRange(Reconstruct(features, part));
        }
        return [.. decoded];
    }

    Picture[] Reconstruct(ReferenceFeatures features, Picture[] frames)
    {
        using var scope = Tensor.Scope();
        int side = avatar.Config.Picture, values = 3 * side * side;
        float[] planes = new float[frames.Length * values];
        for (int i = 0; i < frames.Length; i++) PixelPlanes.FromBytes(frames[i].Pixels, planes.AsSpan(i * values, values));
        var (mean, _) = avatar.Autoencoder.Moments(Tensor.From(avatar.Decoder, [frames.Length, 3, side, side], planes), features);
        return ClipRollout.ToPictures(avatar.Autoencoder.Decode(mean, features));
    }

    void RunDrift(EvaluationFolder? folder, IProgress<EvaluationProgress>? progress, CancellationToken stop)
    {
        int chunks = ((settings.DriftSeconds * Performance.FrameRate) + avatar.Config.ChunkFrames - 1) / avatar.Config.ChunkFrames;
        int done = 0, total = chunks * settings.DriftCharacters;
        for (int i = 0; i < settings.DriftCharacters; i++)
            drift.Run(i, () => progress?.Report(new("long rollout", ++done, total)), stop);
        if (folder is not null) drift.WriteSheet(folder);
    }

    EvaluationReport Report() => new()
    {
        Model = name,
        Characters = settings.Characters,
        FirstCharacter = HeldOutClip.FirstCharacter,
        FramesEach = settings.Frames,
        Conditions =
        [
            $"Causal rollout in chunks of {avatar.Config.ChunkFrames} frames, {avatar.Config.Steps.Length} steps, from the reference picture; held-out characters, voices and sentences.",
            "Gestures are the clip's own, blinks included; of the mouth the model gets the sound alone, and by latent whether there is speech, as in a call.",
            $"'{RenditionScore.OtherSound}' takes sound and speech of another clip: what is left of the correlation is chance.",
        ],
        Renditions = [.. scores.Select(entry => RenditionScore.Of(entry.Key, entry.Value))],
        Quality = [.. quality.Select(entry => QualityScore.Of(entry.Key, entry.Value))],
        Drift = drift.Points,
        LongOpenFirst = drift.OpenFirst,
        LongOpenLast = drift.OpenLast,
    };
}
