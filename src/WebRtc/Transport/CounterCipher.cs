using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TalkingMachines.WebRtc;

/// <summary>AES counter mode with HMAC-SHA1 cut to 80 bits for SRTP and SRTCP (RFC 3711, sections 4.1.1 and 4.2.1).</summary>
internal sealed class CounterCipher : SrtpCipher
{
    const int Tag = 10, Block = 16, RolloverLength = 4;
    const int MostBytes = 2048;

    readonly SrtpKeys keys;
    readonly Aes aes = Aes.Create();
    readonly ICryptoTransform blocks;
    readonly byte[] counters = new byte[MostBytes], stream = new byte[MostBytes];

    public CounterCipher(SrtpKeys keys)
    {
        this.keys = keys;
        aes.Key = keys.Cipher;
        // counter mode is the cipher itself over a row of counters
#pragma warning disable CA5358
        aes.Mode = CipherMode.ECB;
#pragma warning restore CA5358
        aes.Padding = PaddingMode.None;
        blocks = aes.CreateEncryptor();
    }

    public override int TagLength => Tag;

    public override int IndexWord(int length) => length - Tag - IndexLength;

    public override int Seal(Span<byte> buffer, int header, int length, uint source, ulong index)
    {
        Crypt(buffer[header..length], source, index);
        // the rollover counter is authenticated but not sent: it stands where the tag will
        BinaryPrimitives.WriteUInt32BigEndian(buffer[length..], (uint)(index >> 16));
        HmacSha1.Compute(keys.Authentication, buffer[..(length + RolloverLength)], buffer.Slice(length, Tag));
        return length + Tag;
    }

    public override bool Open(Span<byte> packet, int header, uint source, ulong index)
    {
        int end = packet.Length - Tag;
        if (end < header) return false;
        Span<byte> sent = stackalloc byte[Tag];
        packet[end..].CopyTo(sent);
        BinaryPrimitives.WriteUInt32BigEndian(packet[end..], (uint)(index >> 16));
        bool authentic = HmacSha1.Matches(keys.Authentication, packet[..(end + RolloverLength)], sent);
        sent.CopyTo(packet[end..]);
        if (authentic) Crypt(packet[header..end], source, index);
        return authentic;
    }

    public override int SealControl(Span<byte> buffer, int length, uint source, uint index)
    {
        Crypt(buffer[ControlHeader..length], source, index);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[length..], Encrypted | index);
        HmacSha1.Compute(keys.Authentication, buffer[..(length + IndexLength)], buffer.Slice(length + IndexLength, Tag));
        return length + IndexLength + Tag;
    }

    public override bool OpenControl(Span<byte> packet, uint source, uint index)
    {
        if (!HmacSha1.Matches(keys.Authentication, packet[..^Tag], packet[^Tag..])) return false;
        Crypt(packet[ControlHeader..^(Tag + IndexLength)], source, index);
        return true;
    }

    /// <summary>
    /// Adds the key stream of (salt &lt;&lt; 16) xor (source &lt;&lt; 64) xor (index &lt;&lt; 16), counted up in the last two bytes (section 4.1.1).
    /// </summary>
    internal void Crypt(Span<byte> payload, uint source, ulong index)
    {
        Span<byte> start = stackalloc byte[Block];
        start.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(start[4..], source);
        BinaryPrimitives.WriteUInt64BigEndian(start[6..], ((ulong)BinaryPrimitives.ReadUInt16BigEndian(start[6..]) << 48) | index);
        for (int i = 0; i < keys.Salt.Length; i++) start[i] ^= keys.Salt[i];
        for (int done = 0; done < payload.Length; done += MostBytes)
        {
            int count = Math.Min(MostBytes, payload.Length - done), whole = (count + Block - 1) & ~(Block - 1);
            Count(start, (ushort)(done / Block), whole);
            blocks.TransformBlock(counters, 0, whole, stream, 0);
            for (int i = 0; i < count; i++) payload[done + i] ^= stream[i];
        }
    }

    void Count(ReadOnlySpan<byte> start, ushort first, int length)
    {
        for (int at = 0; at < length; at += Block, first++)
        {
            start.CopyTo(counters.AsSpan(at));
            BinaryPrimitives.WriteUInt16BigEndian(counters.AsSpan(at + Block - 2), first);
        }
    }

    public override void Dispose()
    {
        blocks.Dispose();
        aes.Dispose();
    }
}
