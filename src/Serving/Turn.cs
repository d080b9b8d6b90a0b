namespace TalkingMachines.Serving;

/// <summary>One turn of a session: what is to be said, and how it began.</summary>
/// <param name="sound">What is to be said; a completed, empty queue for listening.</param>
/// <param name="resumeMotionAt">Where the character's motion goes on.</param>
/// <param name="began">Timestamp.</param>
internal sealed class Turn(SoundQueue sound, long? resumeMotionAt, long began)
{
    long played;

    public int Number => Sound.Turn;

    public SoundQueue Sound { get; } = sound;

    public long? ResumeMotionAt { get; } = resumeMotionAt;

    public long Began { get; } = began;

    /// <summary>Samples of the turn, padding included, that were played.</summary>
    public long Played => Volatile.Read(ref played);

    /// <summary>Whether there is something left to hear.</summary>
    public bool IsSpeaking => !Sound.IsCompleted || Played < Sound.ToHear;

    public void AddPlayed(int samples) => Volatile.Write(ref played, played + samples);
}
