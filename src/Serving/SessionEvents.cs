namespace TalkingMachines.Serving;

/// <summary>Where the pictures and the sound of a session go. Called on the session's own thread, which nothing may hold up.</summary>
public interface ISessionOutput
{
    /// <summary>A frame [height,width,3], sixteen a second.</summary>
    /// <param name="time">On the one clock of pictures and sound, which starts with the session.</param>
    void Show(ReadOnlySpan<byte> rgb, TimeSpan time);

    /// <summary>The next 20 ms of sound, <see cref="Session.PacketSamples"/> samples at 48 kHz.</summary>
    void Play(ReadOnlySpan<float> sound, TimeSpan time);
}

/// <summary>What a session tells whoever watches it.</summary>
public abstract record SessionEvent(int Turn);

/// <summary>The character began or ended to speak.</summary>
public sealed record StateChanged(int Turn, bool IsSpeaking) : SessionEvent(Turn);

/// <summary>What it says from now on.</summary>
public sealed record CaptionShown(int Turn, string Text) : SessionEvent(Turn);

/// <summary>A turn could not be said; the session goes on.</summary>
public sealed record TurnFailed(int Turn, string Detail) : SessionEvent(Turn);

/// <summary>The session is over.</summary>
public sealed record SessionEnded(int Turn, string Reason) : SessionEvent(Turn);

/// <summary>How a session has fared so far.</summary>
/// <param name="Chunks">Chunks made.</param>
/// <param name="NewestChunks">How long the newest took, from request to finished frames, oldest first: what must stay below a chunk's own length.</param>
/// <param name="FirstFrame">From the session's start to the first generated frame.</param>
/// <param name="LastTurn">From the newest turn's beginning to its first frame.</param>
/// <param name="FramesRepeated">Frames shown again because the next was late; not those between an interruption and the new turn.</param>
/// <param name="LongestRepeat">The longest such stop.</param>
public sealed record SessionFigures(
    long Frames, long Chunks, IReadOnlyList<TimeSpan> NewestChunks, TimeSpan Median, TimeSpan P95, TimeSpan P99,
    TimeSpan FirstFrame, TimeSpan LastTurn, long FramesRepeated, TimeSpan LongestRepeat);
