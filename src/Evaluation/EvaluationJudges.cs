namespace TalkingMachines.Evaluation;

/// <summary>Who looks at the frames. They belong to the caller.</summary>
/// <param name="Reader">Reads lips and lids.</param>
public sealed record EvaluationJudges(IFaceReader Reader)
{
    /// <summary>Judges of lip sync by SyncNet's protocol; none where no weights are there.</summary>
    public IReadOnlyList<ISyncJudge> Sync { get; init; } = [];

    /// <summary>Features by whose distributions frames are compared with true ones.</summary>
    public IReadOnlyList<IVideoFeatures> Videos { get; init; } = [];
}
