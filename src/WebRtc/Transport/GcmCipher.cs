using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TalkingMachines.WebRtc;

/// <summary>AEAD_AES_128_GCM for SRTP and SRTCP (RFC 7714, sections 8 and 9).</summary>
internal sealed class GcmCipher(SrtpKeys keys) : SrtpCipher
{
    const int Tag = 16, NonceLength = 12;

    readonly AesGcm gcm = new(keys.Cipher, Tag);

    public override int TagLength => Tag;

    public override int IndexWord(int length) => length - IndexLength;

    public override int Seal(Span<byte> buffer, int header, int length, uint source, ulong index)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        Nonce(nonce, source, index);
        var payload = buffer[header..length];
        gcm.Encrypt(nonce, payload, payload, buffer.Slice(length, Tag), buffer[..header]);
        return length + Tag;
    }

    public override bool Open(Span<byte> packet, int header, uint source, ulong index)
    {
        if (packet.Length < header + Tag) return false;
        Span<byte> nonce = stackalloc byte[NonceLength];
        Nonce(nonce, source, index);
        return TryDecrypt(nonce, packet[header..^Tag], packet[^Tag..], packet[..header]);
    }

    public override int SealControl(Span<byte> buffer, int length, uint source, uint index)
    {
        Span<byte> nonce = stackalloc byte[NonceLength], covered = stackalloc byte[ControlHeader + IndexLength];
        Nonce(nonce, source, index);
        Covered(covered, buffer, index);
        var payload = buffer[ControlHeader..length];
        gcm.Encrypt(nonce, payload, payload, buffer.Slice(length, Tag), covered);
        covered[ControlHeader..].CopyTo(buffer[(length + Tag)..]);
        return length + Tag + IndexLength;
    }

    public override bool OpenControl(Span<byte> packet, uint source, uint index)
    {
        Span<byte> nonce = stackalloc byte[NonceLength], covered = stackalloc byte[ControlHeader + IndexLength];
        Nonce(nonce, source, index);
        Covered(covered, packet, index);
        int end = packet.Length - Tag - IndexLength;
        return TryDecrypt(nonce, packet[ControlHeader..end], packet.Slice(end, Tag), covered);
    }

    bool TryDecrypt(ReadOnlySpan<byte> nonce, Span<byte> payload, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> covered)
    {
        try
        {
            gcm.Decrypt(nonce, payload, tag, payload, covered);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    /// <summary>Associated data of SRTCP: the header, then the E flag with the index (section 9.1).</summary>
    static void Covered(Span<byte> covered, ReadOnlySpan<byte> packet, uint index)
    {
        packet[..ControlHeader].CopyTo(covered);
        BinaryPrimitives.WriteUInt32BigEndian(covered[ControlHeader..], Encrypted | index);
    }

    /// <summary>00 00 SSRC ROC SEQ (section 8.1) or 00 00 SSRC 00 00 index (section 9.1), xor the salt: the same for both.</summary>
    void Nonce(Span<byte> nonce, uint source, ulong index)
    {
        nonce[..2].Clear();
        BinaryPrimitives.WriteUInt32BigEndian(nonce[2..], source);
        BinaryPrimitives.WriteUInt16BigEndian(nonce[6..], (ushort)(index >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(nonce[8..], (uint)index);
        for (int i = 0; i < NonceLength; i++) nonce[i] ^= keys.Salt[i];
    }

    public override void Dispose() => gcm.Dispose();
}
