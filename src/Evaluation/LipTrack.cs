namespace TalkingMachines.Evaluation;

/// <summary>The opening of the mouth in each frame of one clip, 16 a second: asked for, or as the lip reader sees it.</summary>
public sealed record LipTrack(string Name, IReadOnlyList<double> Openings)
{
    /// <summary>What the clip's speech asks for.</summary>
    public const string Asked = "asked for";

    /// <summary>A mouth whose opening deviates less does not move.</summary>
    public const double Still = 0.02;
}
