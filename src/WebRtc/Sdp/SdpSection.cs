using System.Globalization;

namespace TalkingMachines.WebRtc;

/// <summary>An m= section while its lines are read.</summary>
internal sealed class SdpSection(string kind, int port, string protocol, SdpAttributes session)
{
    const int PayloadTypes = 128, MostMidLength = 64;

    readonly List<int> payloadTypes = [];  // in the order of the m= line, which is that of preference
    readonly bool[] isOurs = new bool[PayloadTypes];
    readonly SdpFeedback[] feedback = new SdpFeedback[PayloadTypes];
    SdpFeedback feedbackOfAll;
    string? mid;
    uint? ssrc;
    bool isMultiplexed, isReduced, isBundleOnly;

    public SdpAttributes Attributes { get; } = new();
    public string? FirstFormat { get; private set; }

    bool IsRtp => protocol is "UDP/TLS/RTP/SAVPF" or "TCP/TLS/RTP/SAVPF" or "RTP/SAVPF";

    public void AddFormat(string format)
    {
        FirstFormat ??= format;
        if (IsRtp && payloadTypes.Count < PayloadTypes && PayloadType(format) is { } type) payloadTypes.Add(type);
    }

    /// <summary>Reads an attribute that stands only in sections.</summary>
    /// <returns>What was expected, where that did not come.</returns>
    public string? Read(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        switch (name)
        {
            case "mid":
                mid = SdpSyntax.Token(value, MostMidLength);
                return mid is null ? $"a mid of 1 to {MostMidLength} characters" : null;
            case "rtcp-mux" or "rtcp-mux-only":
                isMultiplexed = true;
                return null;
            case "rtcp-rsize":
                isReduced = true;
                return null;
            case "bundle-only":
                isBundleOnly = true;
                return null;
            case "rtpmap":
                ReadCodec(value);
                return null;
            case "rtcp-fb":
                ReadFeedback(value);
                return null;
            case "ssrc":
                if (ssrc is null && uint.TryParse(SdpSyntax.NextWord(ref value), NumberStyles.None, CultureInfo.InvariantCulture, out uint source)) ssrc = source;
                return null;
            default:
                return null;
        }
    }

    public SdpMedia ToMedia()
    {
        int chosen = payloadTypes.FindIndex(type => isOurs[type]);
        int? type = chosen < 0 ? null : payloadTypes[chosen];
        return new SdpMedia
        {
            Kind = kind,
            Protocol = protocol,
            FirstFormat = FirstFormat!,
            IsOpen = port != 0 || isBundleOnly,
            Mid = mid,
            Direction = Attributes.Direction ?? session.Direction ?? SdpDirection.SendReceive,
            PayloadType = type,
            Feedback = type is { } known ? feedback[known] | feedbackOfAll : SdpFeedback.None,
            Ssrc = ssrc,
            IsRtcpMultiplexed = isMultiplexed,
            IsRtcpReduced = isReduced,
            Transport = Attributes.Transport,
        };
    }

    /// <summary>Types that RTCP's could be mistaken for on one port do not count (RFC 5761, section 4).</summary>
    static int? PayloadType(ReadOnlySpan<char> word) => SdpSyntax.Number(word, PayloadTypes - 1) is { } type and not (>= 64 and <= 95) ? type : null;

    void ReadCodec(ReadOnlySpan<char> value)
    {
        if (PayloadType(SdpSyntax.NextWord(ref value)) is not { } type) return;
        string codec = kind == "video" ? "VP8/90000" : "opus/48000/2";         // RFC 7741, 6.1; RFC 7587, 7
        isOurs[type] = kind is "video" or "audio" && value.Trim(' ').Equals(codec, StringComparison.OrdinalIgnoreCase);
    }

    void ReadFeedback(ReadOnlySpan<char> value)
    {
        var word = SdpSyntax.NextWord(ref value);
        var kind = value.Trim(' ') switch
        {
            "nack" => SdpFeedback.Nack,
            "nack pli" => SdpFeedback.PictureLoss,
            "ccm fir" => SdpFeedback.FullIntra,
            "goog-remb" => SdpFeedback.BitrateEstimate,
            _ => SdpFeedback.None,
        };
        if (word is "*") feedbackOfAll |= kind;
        else if (PayloadType(word) is { } type) feedback[type] |= kind;
    }
}
