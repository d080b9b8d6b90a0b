using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace TalkingMachines.WebRtc;

/// <summary>A received STUN message (RFC 8489), viewed in place: 20 bytes of header, then attributes padded to 4 bytes.</summary>
internal readonly ref struct StunMessage
{
    public const int HeaderLength = 20, TransactionLength = 12, IntegrityLength = 20;
    /// <summary>Longer ones than a datagram's usual room are refused; browsers send about 100 bytes.</summary>
    public const int MostBytes = 1280;
    public const uint MagicCookie = 0x2112A442, FingerprintMask = 0x5354554E;

    readonly ReadOnlySpan<byte> bytes;
    readonly int integrity, fingerprint;        // where their attribute headers stand, 0 where missing

    StunMessage(ReadOnlySpan<byte> bytes, int integrity, int fingerprint)
    {
        this.bytes = bytes;
        this.integrity = integrity;
        this.fingerprint = fingerprint;
    }

    public StunType Type => (StunType)BinaryPrimitives.ReadUInt16BigEndian(bytes);
    public ReadOnlySpan<byte> Transaction => bytes.Slice(8, TransactionLength);

    /// <summary>Whether the attributes tile the datagram; neither integrity nor fingerprint is judged yet.</summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out StunMessage message)
    {
        message = default;
        if (!HasHeader(datagram)) return false;
        int integrity = 0, fingerprint = 0;
        for (int at = HeaderLength; at < datagram.Length;)
        {
            if (at + 4 > datagram.Length || fingerprint != 0) return false;      // the fingerprint is the last
            var type = (StunAttribute)BinaryPrimitives.ReadUInt16BigEndian(datagram[at..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(datagram[(at + 2)..]);
            int next = at + 4 + ((length + 3) & ~3);
            if (next > datagram.Length) return false;
            if (type == StunAttribute.MessageIntegrity && integrity == 0)
            {
                if (length != IntegrityLength) return false;
                integrity = at;
            }
            else if (type == StunAttribute.Fingerprint)
            {
                if (length != 4) return false;
                fingerprint = at;
            }
            at = next;
        }
        message = new(datagram, integrity, fingerprint);
        return true;
    }

    static bool HasHeader(ReadOnlySpan<byte> datagram) =>
        datagram.Length is >= HeaderLength and <= MostBytes && datagram.Length % 4 == 0 && datagram[0] < 0x40
        && BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]) == MagicCookie
        && BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]) == datagram.Length - HeaderLength;

    /// <summary>The first such attribute; one that MESSAGE-INTEGRITY does not cover is not found.</summary>
    public bool TryFind(StunAttribute wanted, out ReadOnlySpan<byte> value)
    {
        int end = integrity != 0 ? integrity : fingerprint != 0 ? fingerprint : bytes.Length;
        for (int at = HeaderLength; at < end;)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
            if (BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]) == (ushort)wanted)
            {
                value = bytes.Slice(at + 4, length);
                return true;
            }
            at += 4 + ((length + 3) & ~3);
        }
        value = default;
        return false;
    }

    /// <summary>The address that the other side saw (RFC 8489, section 14.2).</summary>
    public bool TryFindAddress([NotNullWhen(true)] out IPEndPoint? address)
    {
        address = null;
        if (!TryFind(StunAttribute.XorMappedAddress, out var value) || value.Length is not (8 or 20)) return false;
        if (value[1] != (value.Length == 8 ? 1 : 2)) return false;
        Span<byte> plain = stackalloc byte[16];
        plain = plain[..(value.Length - 4)];
        for (int i = 0; i < plain.Length; i++) plain[i] = (byte)(value[4 + i] ^ bytes[4 + i]);
        address = new(new IPAddress(plain), BinaryPrimitives.ReadUInt16BigEndian(value[2..]) ^ (int)(MagicCookie >> 16));
        return true;
    }

    /// <summary>MESSAGE-INTEGRITY: HMAC-SHA1 of all before it, with the length field as if it were the last (section 14.5).</summary>
    public bool HasIntegrity(ReadOnlySpan<byte> key)
    {
        if (integrity == 0) return false;
        Span<byte> covered = stackalloc byte[integrity];
        bytes[..integrity].CopyTo(covered);
        BinaryPrimitives.WriteUInt16BigEndian(covered[2..], (ushort)(integrity + 4 + IntegrityLength - HeaderLength));
        return HmacSha1.Matches(key, covered, bytes.Slice(integrity + 4, IntegrityLength));
    }

    /// <summary>FINGERPRINT: CRC-32 of all before it, masked (section 14.7).</summary>
    public bool HasFingerprint() => fingerprint != 0
        && BinaryPrimitives.ReadUInt32BigEndian(bytes[(fingerprint + 4)..]) == (StunChecksum.Of(bytes[..fingerprint]) ^ FingerprintMask);
}
