using TalkingMachines.Puppets;

namespace TalkingMachines.Evaluation;

/// <summary>How much is measured.</summary>
public sealed record EvaluationSettings
{
    public int Characters { get; init; } = 16;

    /// <summary>Seed of the first; the others follow it.</summary>
    public long FirstCharacter { get; init; } = HeldOutClip.FirstCharacter;

    internal int FirstIndex => (int)(FirstCharacter - HeldOutClip.FirstCharacter);

    /// <summary>Length of each character's clip.</summary>
    public int Seconds { get; init; } = 7;

    /// <summary>Characters of the long rollout; 0 leaves it out.</summary>
    public int DriftCharacters { get; init; } = 4;

    public int DriftSeconds { get; init; } = 60;

    /// <summary>Frames at each moment of the long rollout that is looked at: a second of a minute, a minute of an hour.</summary>
    public int DriftFrames => Math.Max(DriftSeconds / 60, 1) * Performance.FrameRate;

    /// <summary>Frames at either end of the long rollout whose mouths are read: a quarter of it, five minutes at most.</summary>
    public int LongOpenFrames => Math.Min(DriftSeconds * Performance.FrameRate / 4, 5 * 60 * Performance.FrameRate);

    /// <summary>Frames of each clip.</summary>
    public int Frames => Seconds * Performance.FrameRate;

    /// <summary>This, if it can be measured.</summary>
    public EvaluationSettings Checked()
    {
        Expect(Characters is >= 1 and <= 1000, $"Characters are {Characters}, expected 1 to 1000.");
        Expect(FirstCharacter is >= HeldOutClip.FirstCharacter and <= HeldOutClip.LastCharacter, $"The first character is {FirstCharacter}, expected {HeldOutClip.FirstCharacter} to {HeldOutClip.LastCharacter}.");
        Expect(Seconds is >= 1 and <= 60, $"Seconds are {Seconds}, expected 1 to 60.");
        Expect(DriftCharacters is >= 0 and <= 100, $"Characters of the long rollout are {DriftCharacters}, expected 0 to 100.");
        Expect(DriftSeconds is >= 4 and <= 3600, $"Seconds of the long rollout are {DriftSeconds}, expected 4 to 3600.");
        return this;
    }

    static void Expect(bool condition, string message)
    {
        if (!condition) throw new ArgumentException(message);
    }
}

/// <summary>How far an evaluation is.</summary>
/// <param name="What">What is measured now.</param>
public readonly record struct EvaluationProgress(string What, int Done, int Total);
