namespace TalkingMachines.WebRtc;

/// <summary>What a sender report says of its own stream (RFC 3550, section 6.4.1).</summary>
/// <param name="Time">Of the report, on the clock that all streams of a call share.</param>
/// <param name="RtpTimestamp">The same instant on the stream's own clock.</param>
/// <param name="Packets">Sent so far, resent ones not counted.</param>
/// <param name="PayloadBytes">Sent so far without headers.</param>
internal readonly record struct SenderInfo(NtpTime Time, uint RtpTimestamp, uint Packets, uint PayloadBytes);
