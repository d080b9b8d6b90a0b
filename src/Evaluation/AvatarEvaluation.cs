using TalkingMachines.Models;
using TalkingMachines.Models.Audio;
using TalkingMachines.Puppets;

namespace TalkingMachines.Evaluation;

/// <summary>
/// Measures an avatar on characters, voices and sentences that no training saw: lip sync, blinks and rest as a lip reader
/// sees them on generated frames, beside true frames, decoded true frames and frames driven by another clip's sound; and
/// what becomes of a face in a long rollout.
/// </summary>
/// <param name="name">Of the model, for the report.</param>
/// <param name="others">Other models, or this with another number of steps: their figures stand beside.</param>
public sealed class AvatarEvaluation(string name, Avatar avatar, EvaluationJudges judges, EvaluationSettings settings, params IReadOnlyList<RolloutActor> others)
{
    readonly EvaluationSettings settings = settings.Checked();
    readonly ClipEvaluation clips = new(avatar.Config.Picture, Actors(avatar, others), judges, settings, clip => HeardScore.Hear(avatar, clip));
    readonly DriftEvaluation drift = new(avatar, judges.Reader, settings);

    static IActor[] Actors(Avatar avatar, IReadOnlyList<RolloutActor> others) =>
    [
        new ReconstructingActor(avatar), new RolloutActor(RenditionScore.Generated, avatar),
        .. avatar.Config.Bidirectional ? Array.Empty<IActor>() : [new RolloutActor(RenditionScore.Live, avatar, HearingStream.LiveFrames)], .. others,
    ];

    /// <summary>Measures everything, once. Pictures go to the folder as they are made, the report at the end.</summary>
    public EvaluationReport Run(EvaluationFolder? folder, IProgress<EvaluationProgress>? progress = null, CancellationToken stop = default)
    {
        clips.Run(folder, progress, stop);
        RunDrift(folder, progress, stop);
        var report = clips.Report(name, Conditions) with
        {
            Drift = drift.Points,
            OtherCharacter = drift.OtherCharacter,
            LongOpenFirst = drift.OpenFirst,
            LongOpenLast = drift.OpenLast,
            Teacher = IsCausal ? others.FirstOrDefault(other => other.IsTeacher)?.Name : null,
        };
        folder?.Write(report);
        return report;
    }

    void RunDrift(EvaluationFolder? folder, IProgress<EvaluationProgress>? progress, CancellationToken stop)
    {
        int chunks = ((settings.DriftSeconds * Performance.FrameRate) + avatar.Config.ChunkFrames - 1) / avatar.Config.ChunkFrames;
        int done = 0, total = chunks * settings.DriftCharacters;
        for (int i = 0; i < settings.DriftCharacters; i++)
            drift.Run(settings.FirstIndex + i, () => progress?.Report(new("long rollout", ++done, total)), stop);
        if (folder is not null) drift.WriteSheet(folder);
    }

    /// <summary>What it is measured on and by, a line for the report.</summary>
    public string? Machine { get; init; }

    bool IsCausal => !avatar.Config.Bidirectional;

    static string Microphone => $"'{RenditionScore.Live}' hears {HearingStream.LiveFrames} frames beyond each chunk, as a call does of a microphone; the others all of the clip's sound, as of a text or a file.";

    string[] Conditions =>
    [
        .. Machine is { } machine ? new[] { $"{machine}." } : [],
        $"{(IsCausal ? "Causal rollout in chunks" : "Both ways over windows")} of {avatar.Config.ChunkFrames} frames, {avatar.Config.Steps.Length} steps, from the reference picture; held-out characters, voices and sentences.",
        "Gestures are the clip's own, blinks included; of the mouth the model gets the sound alone, and by latent whether a call's detector hears speech.",
        .. IsCausal ? new[] { Microphone } : [],
        $"'{RenditionScore.OtherSound}' takes the sound of another clip: what is left of the correlation is chance.",
    ];
}
