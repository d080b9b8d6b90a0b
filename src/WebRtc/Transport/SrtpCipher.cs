namespace TalkingMachines.WebRtc;

/// <summary>
/// Seals and opens packets in place under one set of session keys. RTP's index is rollover counter and sequence
/// number (48 bits), RTCP's counts packets (31 bits). Not thread-safe.
/// </summary>
internal abstract class SrtpCipher : IDisposable
{
    /// <summary>Bytes of the authentication tag.</summary>
    public abstract int TagLength { get; }

    /// <summary>Encrypts after the header and appends the tag; the buffer has room for it. Returns the new length.</summary>
    public abstract int Seal(Span<byte> buffer, int header, int length, uint source, ulong index);

    /// <summary>Checks and decrypts; false leaves nothing to use in the packet. The plain packet is shorter by the tag.</summary>
    public abstract bool Open(Span<byte> packet, int header, uint source, ulong index);

    /// <summary>As <see cref="Seal"/>, with the word of E flag and index after or before the tag, as the profile has it.</summary>
    public abstract int SealControl(Span<byte> buffer, int length, uint source, uint index);

    /// <summary>As <see cref="Open"/>; the plain packet is shorter by tag and index word.</summary>
    public abstract bool OpenControl(Span<byte> packet, uint source, uint index);

    /// <summary>Where the index word of a protected RTCP packet stands.</summary>
    public abstract int IndexWord(int length);

    public abstract void Dispose();

    /// <summary>Fixed header of RTCP, left in the clear: flags, type, length, sender (RFC 3711, section 3.4).</summary>
    public const int ControlHeader = 8;
    public const int IndexLength = 4;
    /// <summary>The E flag: the packet is encrypted.</summary>
    public const uint Encrypted = 0x80000000;

    public static SrtpCipher Create(SrtpProfile profile, SrtpKeys keys) => profile switch
    {
        SrtpProfile.AesGcm => new GcmCipher(keys),
        SrtpProfile.AesCounterSha1 => new CounterCipher(keys),
        _ => throw new WebRtcException($"SRTP profile is {profile}, expected AesGcm or AesCounterSha1."),
    };
}
