using System.Security.Cryptography;

namespace TalkingMachines.WebRtc;

/// <summary>Session keys of one direction (RFC 3711, section 4.3): RTP's and RTCP's cipher keys, salts and authentication keys.</summary>
internal sealed record SrtpKeys(byte[] Cipher, byte[] Salt, byte[] Authentication)
{
    public const int AuthenticationLength = 20;

    // labels of section 4.3.1 and, for RTCP, 4.3.2
    const byte CipherLabel = 0, AuthenticationLabel = 1, SaltLabel = 2, ControlLabels = 3;

    /// <param name="salt">14 bytes, or GCM's 12, which are padded with zeros on the right (RFC 7714, section 11).</param>
    public static SrtpKeys Derive(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt, bool control)
    {
        byte first = control ? ControlLabels : (byte)0;
        using var aes = Aes.Create();
        aes.Key = key.ToArray();
        return new(
            Derive(aes, salt, (byte)(first + CipherLabel), SrtpSuite.KeyLength),
            Derive(aes, salt, (byte)(first + SaltLabel), salt.Length),
            Derive(aes, salt, (byte)(first + AuthenticationLabel), AuthenticationLength));
    }

    /// <summary>AES counter mode over zeros, its start being the salt with the label at byte 7 (key derivation rate 0).</summary>
    static byte[] Derive(Aes aes, ReadOnlySpan<byte> salt, byte label, int length)
    {
        Span<byte> counter = stackalloc byte[16], block = stackalloc byte[16];
        counter.Clear();
        salt.CopyTo(counter);
        counter[7] ^= label;
        var result = new byte[length];
        for (int at = 0; at < length; at += 16, counter[15]++)
        {
            aes.EncryptEcb(counter, block, PaddingMode.None);
            block[..Math.Min(16, length - at)].CopyTo(result.AsSpan(at));
        }
        return result;
    }
}
