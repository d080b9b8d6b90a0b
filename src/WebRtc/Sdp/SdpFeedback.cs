namespace TalkingMachines.WebRtc;

/// <summary>The RTCP feedback that we understand; an answer takes up what the offer names (RFC 4585, section 4.2).</summary>
[Flags]
internal enum SdpFeedback
{
    None = 0,

    /// <summary><c>nack</c></summary>
    Nack = 1,

    /// <summary><c>nack pli</c></summary>
    PictureLoss = 2,

    /// <summary><c>ccm fir</c> (RFC 5104, section 7.1)</summary>
    FullIntra = 4,

    /// <summary><c>goog-remb</c></summary>
    BitrateEstimate = 8,
}
