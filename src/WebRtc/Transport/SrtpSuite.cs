namespace TalkingMachines.WebRtc;

/// <summary>SRTP protection profiles by their number in use_srtp (RFC 5764, section 4.1.2; RFC 7714, section 14.2).</summary>
internal enum SrtpProfile
{
    None = 0,
    /// <summary>AES counter mode with an 80-bit HMAC-SHA1 tag (RFC 3711).</summary>
    AesCounterSha1 = 1,
    /// <summary>AEAD_AES_128_GCM (RFC 7714): everyone's choice today.</summary>
    AesGcm = 7,
}

/// <summary>Sizes that come with a profile, in bytes, and its keys out of DTLS.</summary>
internal static class SrtpSuite
{
    public const int KeyLength = 16, LongestSalt = 14;
    /// <summary>By how much protection lengthens a packet at most: tag and SRTCP index.</summary>
    public const int MostOverhead = 20;

    public static bool Knows(int profile) => profile is (int)SrtpProfile.AesCounterSha1 or (int)SrtpProfile.AesGcm;

    public static int SaltLength(SrtpProfile profile) => profile == SrtpProfile.AesGcm ? 12 : 14;

    /// <summary>The two directions of a connected session: what this side sends with, and what it receives with.</summary>
    public static (SrtpContext Send, SrtpContext Receive) Open(DtlsSession session, DtlsRole role)
    {
        int salt = SaltLength(session.Profile);
        Span<byte> keys = stackalloc byte[2 * (KeyLength + LongestSalt)];
        keys = keys[..(2 * (KeyLength + salt))];
        session.ExportKeys(keys);
        var client = new SrtpContext(session.Profile, keys[..KeyLength], keys.Slice(2 * KeyLength, salt));
        var server = new SrtpContext(session.Profile, keys.Slice(KeyLength, KeyLength), keys[((2 * KeyLength) + salt)..]);
        keys.Clear();
        return role == DtlsRole.Server ? (server, client) : (client, server);
    }
}
