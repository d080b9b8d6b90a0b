namespace TalkingMachines.WebRtc;

/// <summary>Which way media flow, seen by whoever wrote the description (RFC 8866, section 6.7).</summary>
[Flags]
internal enum SdpDirection
{
    Inactive = 0,
    SendOnly = 1,
    ReceiveOnly = 2,
    SendReceive = SendOnly | ReceiveOnly,
}
