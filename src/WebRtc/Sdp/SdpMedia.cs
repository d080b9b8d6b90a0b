namespace TalkingMachines.WebRtc;

/// <summary>One m= section of an offer.</summary>
internal sealed record SdpMedia
{
    /// <summary>The first word of its line: <c>audio</c>, <c>video</c>, <c>application</c> or what else came.</summary>
    public required string Kind { get; init; }

    /// <summary>As offered, to be echoed: <c>UDP/TLS/RTP/SAVPF</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The first of its formats, to be echoed where the section is rejected.</summary>
    public required string FirstFormat { get; init; }

    /// <summary>Not switched off by port 0 (RFC 8866, section 5.14; bundle-only: RFC 9143, section 6).</summary>
    public required bool IsOpen { get; init; }

    /// <summary>What the group names it by; null if it has no a=mid.</summary>
    public string? Mid { get; init; }

    public SdpDirection Direction { get; init; }

    /// <summary>Of VP8 in a video section, of Opus in an audio section; null if neither is offered.</summary>
    public int? PayloadType { get; init; }

    /// <summary>Offered for that payload type.</summary>
    public SdpFeedback Feedback { get; init; }

    /// <summary>The first source that the offerer announces.</summary>
    public uint? Ssrc { get; init; }

    public bool IsRtcpMultiplexed { get; init; }
    public bool IsRtcpReduced { get; init; }

    /// <summary>What stands in the section itself; whatever it lacks may stand in the session.</summary>
    public required SdpTransport Transport { get; init; }

    /// <summary>Whether the offerer would receive what we send.</summary>
    public bool Receives => (Direction & SdpDirection.ReceiveOnly) != 0;

    /// <summary>Whether the offerer means to send.</summary>
    public bool Sends => (Direction & SdpDirection.SendOnly) != 0;
}
