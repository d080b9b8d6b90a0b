namespace TalkingMachines.WebRtc;

/// <summary>
/// The newest packets of a stream as they went out, by sequence number, for resending when a receiver reports them
/// missing (RFC 4585, section 6.2.1). Keep the protected bytes: an SRTP packet must be repeated bit for bit, and a second
/// pass through the cipher would be work for nothing.
/// </summary>
internal sealed class SendHistory
{
    /// <summary>Longest packet that fits: header, payload and SRTP's tag.</summary>
    public const int MostPacketBytes = 1200;

    /// <summary>A receiver that asks forever multiplies what we send by no more than this.</summary>
    public const int MostResends = 8;

    readonly byte[] bytes;
    readonly Slot[] slots;

    /// <param name="packets">How many packets are kept: a power of two up to 32,768, or 0 for none.</param>
    public SendHistory(int packets)
    {
        if (packets is < 0 or > 32768 || (packets & (packets - 1)) != 0)
            throw new ArgumentOutOfRangeException(nameof(packets), $"The history was to hold {packets} packets, expected 0 or a power of two up to 32768.");
        bytes = new byte[packets * MostPacketBytes];
        slots = new Slot[packets];
    }

    struct Slot
    {
        public ushort Sequence;
        public short Length;               // 0 while the slot is free
        public short Resends;
        public TimeSpan LastResent;
    }

    public void Keep(ushort sequence, ReadOnlySpan<byte> packet)
    {
        if (slots.Length == 0) return;
        if (packet.Length is 0 or > MostPacketBytes)
            throw new ArgumentException($"A packet of {packet.Length} bytes was to be kept, expected 1 to {MostPacketBytes}.", nameof(packet));
        int place = sequence & (slots.Length - 1);
        packet.CopyTo(bytes.AsSpan(place * MostPacketBytes, MostPacketBytes));
        slots[place] = new Slot { Sequence = sequence, Length = (short)packet.Length };
    }

    /// <summary>
    /// The packet to send again: false if it is no longer here, was repeated less than <paramref name="interval"/> ago (so
    /// that the answer to an earlier request may still be under way), or was repeated <see cref="MostResends"/> times.
    /// </summary>
    /// <param name="packet">Valid until the next <see cref="Keep"/>.</param>
    public bool TryTake(ushort sequence, TimeSpan now, TimeSpan interval, out ReadOnlySpan<byte> packet)
    {
        packet = default;
        if (slots.Length == 0) return false;
        int place = sequence & (slots.Length - 1);
        ref var slot = ref slots[place];
        if (slot.Length == 0 || slot.Sequence != sequence || slot.Resends >= MostResends) return false;
        if (slot.Resends > 0 && now - slot.LastResent < interval) return false;
        slot.LastResent = now;
        slot.Resends++;
        packet = bytes.AsSpan(place * MostPacketBytes, slot.Length);
        return true;
    }
}
