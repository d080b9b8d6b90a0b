namespace TalkingMachines.WebRtc;

/// <summary>
/// Decides which wishes for a key frame are granted. Receivers repeat theirs until one comes, and a key frame is many times
/// longer than others, so one is granted in <see cref="LeastInterval"/>.
/// </summary>
internal sealed class KeyFrameRequests
{
    public static readonly TimeSpan LeastInterval = TimeSpan.FromMilliseconds(300);
    TimeSpan? granted;
    byte? lastCommand;

    /// <summary>A PLI (RFC 4585, section 6.3.1).</summary>
    public bool OnPictureLoss(TimeSpan now)
    {
        if (granted is { } before && now - before < LeastInterval) return false;
        granted = now;
        return true;
    }

    /// <summary>A FIR: a command number seen before is a repetition (RFC 5104, section 4.3.1.2).</summary>
    public bool OnFullIntra(byte command, TimeSpan now)
    {
        if (command == lastCommand || !OnPictureLoss(now)) return false;
        lastCommand = command;
        return true;
    }
}
