using System.Buffers.Binary;

namespace TalkingMachines.WebRtc;

/// <summary>
/// A view of one RTP packet (RFC 3550, section 5.1). Contributing sources and the header extension are stepped over,
/// padding is cut off.
/// </summary>
internal readonly ref struct RtpPacket
{
    /// <summary>Bytes of the header without contributing sources and extension: all that we write.</summary>
    public const int HeaderBytes = 12;

    /// <summary>No packet of ours or of a browser is longer, SRTP's tag included.</summary>
    public const int MostBytes = 1500;

    const int Version = 2;
    const byte PaddingBit = 0x20, ExtensionBit = 0x10, MarkerBit = 0x80;

    RtpPacket(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
    {
        Marker = (header[1] & MarkerBit) != 0;
        PayloadType = header[1] & 0x7F;
        SequenceNumber = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
        Timestamp = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        Ssrc = BinaryPrimitives.ReadUInt32BigEndian(header[8..]);
        Payload = payload;
    }

    public bool Marker { get; }
    public int PayloadType { get; }
    public ushort SequenceNumber { get; }
    public uint Timestamp { get; }
    public uint Ssrc { get; }
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Whether a datagram of version 2 is RTCP: its second byte is 192 to 223 (RFC 5761, section 4).</summary>
    public static bool IsRtcp(ReadOnlySpan<byte> datagram) => datagram.Length >= 2 && datagram[1] is >= 192 and <= 223;

    /// <summary>Reads an unprotected packet; false for anything that is not RTP, whatever its length.</summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out RtpPacket packet)
    {
        packet = default;
        int header = HeaderLength(datagram);
        if (header == 0 || datagram.Length > MostBytes) return false;
        var payload = datagram[header..];
        if ((datagram[0] & PaddingBit) != 0)
        {
            // The last byte counts the padding, itself included.
            if (payload.IsEmpty || payload[^1] == 0 || payload[^1] > payload.Length) return false;
            payload = payload[..^payload[^1]];
        }
        packet = new RtpPacket(datagram, payload);
        return true;
    }

    /// <summary>Bytes in front of the payload, contributing sources and extension included; 0 if this is not RTP.</summary>
    public static int HeaderLength(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < HeaderBytes || datagram[0] >> 6 != Version) return 0;
        int length = HeaderBytes + 4 * (datagram[0] & 0x0F);
        if ((datagram[0] & ExtensionBit) != 0)
        {
            if (datagram.Length < length + 4) return 0;
            length += 4 + 4 * BinaryPrimitives.ReadUInt16BigEndian(datagram[(length + 2)..]);
        }
        return length <= datagram.Length ? length : 0;
    }

    /// <summary>Writes the <see cref="HeaderBytes"/> in front of a payload.</summary>
    public static void WriteHeader(Span<byte> packet, int payloadType, bool marker, ushort sequenceNumber, uint timestamp, uint ssrc)
    {
        packet[0] = Version << 6;
        packet[1] = (byte)(payloadType | (marker ? MarkerBit : 0));
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], sequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(packet[4..], timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(packet[8..], ssrc);
    }
}
