namespace TalkingMachines.WebRtc;

/// <summary>One packet of the browser's microphone, in order; valid during the call that hands it over.</summary>
/// <param name="packet">Opus; empty for a packet that was lost, which the one behind it may hold a copy of.</param>
public readonly ref struct ReceivedSound(ReadOnlySpan<byte> packet)
{
    /// <summary>Opus; empty where <see cref="IsLost"/>.</summary>
    public ReadOnlySpan<byte> Packet { get; } = packet;

    /// <summary>Whether a packet is missing here.</summary>
    public bool IsLost => Packet.IsEmpty;
}
