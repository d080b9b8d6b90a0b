namespace TalkingMachines.WebRtc;

/// <summary>Who opens the DTLS association (RFC 8842, section 5): the active side is the client.</summary>
internal enum SdpSetup
{
    /// <summary>Either; left to the answer.</summary>
    ActivePassive,
    Active,
    Passive,
}
