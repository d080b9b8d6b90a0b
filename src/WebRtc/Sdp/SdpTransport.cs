namespace TalkingMachines.WebRtc;

/// <summary>The attributes that describe ICE and DTLS, of a section or a session; null what is not there.</summary>
/// <param name="IceUser">ice-ufrag, 4 to 256 characters (RFC 8839, section 5.4).</param>
/// <param name="IcePassword">ice-pwd, 22 to 256 characters.</param>
/// <param name="Fingerprint">SHA-256 of the certificate, 32 bytes (RFC 8122, section 5).</param>
internal sealed record SdpTransport(string? IceUser, string? IcePassword, ReadOnlyMemory<byte>? Fingerprint, SdpSetup? Setup)
{
    public static SdpTransport None { get; } = new(null, null, null, null);

    /// <summary>This, with what it lacks from another. User and password belong together.</summary>
    public SdpTransport Or(SdpTransport other) => new(
        IceUser is null && IcePassword is null ? other.IceUser : IceUser,
        IceUser is null && IcePassword is null ? other.IcePassword : IcePassword,
        Fingerprint ?? other.Fingerprint,
        Setup ?? other.Setup);
}
