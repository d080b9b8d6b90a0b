using System.Net;

namespace TalkingMachines.WebRtc;

/// <summary>What our side puts into an answer.</summary>
internal sealed record AnswerParameters
{
    /// <summary>4 to 256 letters, digits, + or /.</summary>
    public required string IceUser { get; init; }

    /// <summary>22 to 256 letters, digits, + or /.</summary>
    public required string IcePassword { get; init; }

    /// <summary>SHA-256 of our certificate, 32 bytes.</summary>
    public required ReadOnlyMemory<byte> Fingerprint { get; init; }

    /// <summary>Where we listen by UDP, the most likely reachable first.</summary>
    public required IReadOnlyList<IPEndPoint> Udp { get; init; }

    /// <summary>Where we wait for TCP connections (RFC 6544), the most likely reachable first; may be empty.</summary>
    public IReadOnlyList<IPEndPoint> Tcp { get; init; } = [];

    public required uint VideoSsrc { get; init; }
    public required uint VoiceSsrc { get; init; }

    /// <summary>Of both streams, as in our sender reports: letters and digits, at most <see cref="Rtcp.MostNameBytes"/>.</summary>
    public required string CanonicalName { get; init; }

    /// <summary>Id of the one media stream that holds both tracks, so that receivers keep lips and voice together.</summary>
    public string Stream { get; init; } = "talkingmachines";

    /// <summary>Random, below 2^63 (RFC 8829, section 5.2.1).</summary>
    public required long SessionId { get; init; }
}
