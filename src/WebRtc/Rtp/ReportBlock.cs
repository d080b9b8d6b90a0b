using System.Buffers.Binary;

namespace TalkingMachines.WebRtc;

/// <summary>What a receiver reports of one stream (RFC 3550, section 6.4.1).</summary>
/// <param name="Ssrc">The stream reported on.</param>
/// <param name="FractionLost">Part lost since the last report, in 1/256.</param>
/// <param name="PacketsLost">Lost since the beginning, 24 bits; negative when duplicates arrived.</param>
/// <param name="HighestSequence">Highest sequence number with its count of wraps in the upper half.</param>
/// <param name="Jitter">Jitter between arrivals in units of the RTP clock.</param>
/// <param name="LastReport">Compact NTP time of the last sender report received, 0 for none.</param>
/// <param name="DelaySinceLastReport">Since that report came, in 1/65536 s.</param>
internal readonly record struct ReportBlock(
    uint Ssrc, byte FractionLost, int PacketsLost, uint HighestSequence, uint Jitter, uint LastReport, uint DelaySinceLastReport)
{
    public const int Bytes = 24;
    const int MostLost = (1 << 23) - 1;

    /// <summary>Reads the first <see cref="Bytes"/>.</summary>
    public static ReportBlock Read(ReadOnlySpan<byte> from)
    {
        uint lost = BinaryPrimitives.ReadUInt32BigEndian(from[4..]);
        return new(
            BinaryPrimitives.ReadUInt32BigEndian(from),
            (byte)(lost >> 24),
            (int)(lost << 8) >> 8,         // sign of the 24 bits
            BinaryPrimitives.ReadUInt32BigEndian(from[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(from[12..]),
            BinaryPrimitives.ReadUInt32BigEndian(from[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(from[20..]));
    }

    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to, Ssrc);
        int lost = Math.Clamp(PacketsLost, -MostLost - 1, MostLost) & 0xFFFFFF;
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], (uint)(FractionLost << 24 | lost));
        BinaryPrimitives.WriteUInt32BigEndian(to[8..], HighestSequence);
        BinaryPrimitives.WriteUInt32BigEndian(to[12..], Jitter);
        BinaryPrimitives.WriteUInt32BigEndian(to[16..], LastReport);
        BinaryPrimitives.WriteUInt32BigEndian(to[20..], DelaySinceLastReport);
    }
}
