namespace TalkingMachines.WebRtc;

/// <summary>Which of the newest 1,024 packet indices came already (RFC 3711, section 3.3.2).</summary>
internal sealed class ReplayWindow
{
    public const int Size = 1024;

    readonly ulong[] seen = new ulong[Size / 64];
    bool started;

    /// <summary>The highest index that came; 0 before the first.</summary>
    public ulong Highest { get; private set; }

    /// <summary>Whether a packet of this index may still be taken.</summary>
    public bool IsFresh(ulong index)
    {
        if (!started || index > Highest) return true;
        return Highest - index < Size && (seen[(index % Size) / 64] & (1UL << (int)(index % 64))) == 0;
    }

    /// <summary>Takes an authenticated packet's index.</summary>
    public void Take(ulong index)
    {
        if (!started || index > Highest)
        {
            if (!started || index - Highest >= Size) Array.Clear(seen);
            else for (ulong between = Highest + 1; between < index; between++) Clear(between);
            (started, Highest) = (true, index);
        }
        seen[(index % Size) / 64] |= 1UL << (int)(index % 64);
    }

    void Clear(ulong index) => seen[(index % Size) / 64] &= ~(1UL << (int)(index % 64));
}
