namespace TalkingMachines.WebRtc;

/// <summary>What keeps a call from coming up or going on; the message is one line for whoever runs the server.</summary>
public sealed class WebRtcException(string message, Exception? cause = null) : Exception(message, cause);
