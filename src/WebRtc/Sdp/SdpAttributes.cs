namespace TalkingMachines.WebRtc;

/// <summary>Attributes that may stand in a section or, for all sections, in the session.</summary>
internal sealed class SdpAttributes
{
    public SdpTransport Transport { get; private set; } = SdpTransport.None;
    public SdpDirection? Direction { get; private set; }

    /// <summary>Reads one attribute if it is of this kind.</summary>
    /// <returns>What was expected, where that did not come.</returns>
    public string? Read(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        switch (name)
        {
            case "ice-ufrag":
                Transport = Transport with { IceUser = SdpSyntax.IceWord(value, 4) };
                return Transport.IceUser is null ? "4 to 256 letters, digits, + or /" : null;
            case "ice-pwd":
                Transport = Transport with { IcePassword = SdpSyntax.IceWord(value, 22) };
                return Transport.IcePassword is null ? "22 to 256 letters, digits, + or /" : null;
            case "fingerprint":
                return ReadFingerprint(value);
            case "setup":
                return ReadSetup(value);
            case "sendrecv":
                Direction = SdpDirection.SendReceive;
                return null;
            case "sendonly":
                Direction = SdpDirection.SendOnly;
                return null;
            case "recvonly":
                Direction = SdpDirection.ReceiveOnly;
                return null;
            case "inactive":
                Direction = SdpDirection.Inactive;
                return null;
            default:
                return null;
        }
    }

    /// <summary>Other hashes may be offered beside SHA-256 and are stepped over.</summary>
    string? ReadFingerprint(ReadOnlySpan<char> value)
    {
        if (!SdpSyntax.NextWord(ref value).Equals("sha-256", StringComparison.OrdinalIgnoreCase)) return null;
        if (SdpSyntax.Fingerprint(value.Trim(' ')) is not { } bytes) return "32 bytes in hexadecimal with colons between them";
        Transport = Transport with { Fingerprint = bytes };
        return null;
    }

    string? ReadSetup(ReadOnlySpan<char> value)
    {
        SdpSetup? setup = value switch
        {
            "actpass" => SdpSetup.ActivePassive,
            "active" => SdpSetup.Active,
            "passive" => SdpSetup.Passive,
            _ => null,
        };
        Transport = Transport with { Setup = setup };
        return setup is null ? "actpass, active or passive" : null;
    }
}
