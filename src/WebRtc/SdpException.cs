namespace TalkingMachines.WebRtc;

/// <summary>An offer that cannot be answered; the message is one line for whoever sent it.</summary>
public sealed class SdpException(string message) : Exception(message);
