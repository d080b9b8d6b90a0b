using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace TalkingMachines.WebRtc;

/// <summary>Writes a STUN message into a buffer of at least 256 bytes; integrity and fingerprint come last, in this order.</summary>
internal ref struct StunWriter
{
    readonly Span<byte> buffer;
    int length;

    public StunWriter(Span<byte> buffer, StunType type, ReadOnlySpan<byte> transaction)
    {
        this.buffer = buffer;
        BinaryPrimitives.WriteUInt16BigEndian(buffer, (ushort)type);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[4..], StunMessage.MagicCookie);
        transaction.CopyTo(buffer[8..]);
        length = StunMessage.HeaderLength;
        Covers(0);
    }

    public readonly ReadOnlySpan<byte> Written => buffer[..length];

    public void Add(StunAttribute type, ReadOnlySpan<byte> value)
    {
        value.CopyTo(Begin(type, value.Length));
        Covers(0);
    }

    public void Add(StunAttribute type, string text) => Add(type, Encoding.UTF8.GetBytes(text));

    public void Add(StunAttribute type, uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Begin(type, 4), value);
        Covers(0);
    }

    public void Add(StunAttribute type, ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Begin(type, 8), value);
        Covers(0);
    }

    /// <summary>XOR-MAPPED-ADDRESS (RFC 8489, section 14.2).</summary>
    public void AddAddress(IPEndPoint address)
    {
        Span<byte> plain = stackalloc byte[16];
        if (!address.Address.TryWriteBytes(plain, out int count)) return;
        var value = Begin(StunAttribute.XorMappedAddress, 4 + count);
        value[0] = 0;
        value[1] = (byte)(count == 4 ? 1 : 2);
        BinaryPrimitives.WriteUInt16BigEndian(value[2..], (ushort)(address.Port ^ (int)(StunMessage.MagicCookie >> 16)));
        for (int i = 0; i < count; i++) value[4 + i] = (byte)(plain[i] ^ buffer[4 + i]);
        Covers(0);
    }

    /// <param name="key">the password of whoever receives requests; UTF-8.</param>
    public void AddIntegrity(ReadOnlySpan<byte> key)
    {
        Covers(4 + StunMessage.IntegrityLength);
        int covered = length;
        HmacSha1.Compute(key, buffer[..covered], Begin(StunAttribute.MessageIntegrity, StunMessage.IntegrityLength));
    }

    public void AddFingerprint()
    {
        Covers(8);
        uint crc = StunChecksum.Of(buffer[..length]) ^ StunMessage.FingerprintMask;
        BinaryPrimitives.WriteUInt32BigEndian(Begin(StunAttribute.Fingerprint, 4), crc);
    }

    /// <summary>The header's length: attributes so far and those about to come.</summary>
    readonly void Covers(int coming) =>
        BinaryPrimitives.WriteUInt16BigEndian(buffer[2..], (ushort)(length - StunMessage.HeaderLength + coming));

    Span<byte> Begin(StunAttribute type, int count)
    {
        BinaryPrimitives.WriteUInt16BigEndian(buffer[length..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[(length + 2)..], (ushort)count);
        int start = length + 4, padded = (count + 3) & ~3;
        buffer.Slice(start + count, padded - count).Clear();
        length = start + padded;
        return buffer.Slice(start, count);
    }
}
