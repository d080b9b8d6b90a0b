using System.Security.Cryptography;

namespace TalkingMachines.WebRtc;

/// <summary>The one keyed hash of STUN (RFC 8489, section 14.5) and of SRTP's counter mode (RFC 3711, section 4.2.1).</summary>
internal static class HmacSha1
{
    /// <param name="mac">the first bytes of the hash, up to 20.</param>
    public static void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> bytes, Span<byte> mac)
    {
        Span<byte> whole = stackalloc byte[HMACSHA1.HashSizeInBytes];
        // both protocols name SHA-1 alone, and its collisions do not break an HMAC
#pragma warning disable CA5350
        HMACSHA1.HashData(key, bytes, whole);
#pragma warning restore CA5350
        whole[..mac.Length].CopyTo(mac);
    }

    /// <summary>Whether the MAC is that of the bytes, in a time that tells nothing.</summary>
    public static bool Matches(ReadOnlySpan<byte> key, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> mac)
    {
        Span<byte> expected = stackalloc byte[HMACSHA1.HashSizeInBytes];
        expected = expected[..mac.Length];
        Compute(key, bytes, expected);
        return CryptographicOperations.FixedTimeEquals(expected, mac);
    }
}
