using System.Buffers.Binary;

namespace TalkingMachines.WebRtc;

/// <summary>
/// Steps through an unprotected RTCP datagram, compound or of reduced size (RFC 3550, section 6.1; RFC 5506). Ends at the
/// first packet that is damaged; those in front of it stand.
/// </summary>
internal ref struct RtcpReader(ReadOnlySpan<byte> datagram)
{
    const byte PaddingBit = 0x20;
    ReadOnlySpan<byte> rest = datagram.Length <= RtpPacket.MostBytes ? datagram : [];

    /// <summary>Whether bytes were left that make no packet.</summary>
    public readonly bool IsDamaged => !rest.IsEmpty;

    public bool TryRead(out RtcpPacket packet)
    {
        packet = default;
        if (rest.Length < Rtcp.HeaderBytes || rest[0] >> 6 != 2) return false;
        int length = Rtcp.HeaderBytes + 4 * BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
        if (length > rest.Length) return false;
        var body = rest[Rtcp.HeaderBytes..length];
        if ((rest[0] & PaddingBit) != 0)
        {
            // Only the last packet may be padded, by whole words; the last byte counts them.
            if (length != rest.Length || body.IsEmpty || body[^1] is 0 || body[^1] % 4 != 0 || body[^1] > body.Length) return false;
            body = body[..^body[^1]];
        }
        if (!RtcpPacket.TryMake(rest[1], rest[0] & 0x1F, body, out packet)) return false;
        rest = rest[length..];
        return true;
    }
}
