namespace TalkingMachines.Cli;

/// <summary>A verb cannot do what was asked; the message says what came, what was expected, where.</summary>
internal sealed class VerbException(string message) : Exception(message);
