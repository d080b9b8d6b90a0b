namespace TalkingMachines.Serving;

/// <summary>An assistant that is wrongly configured or cannot be talked to. The message is one line, safe to show: it never holds the key.</summary>
public sealed class AssistantException(string message, bool isFinal = false) : Exception(message)
{
    /// <summary>True where trying again is of no use, such as a refused key.</summary>
    public bool IsFinal => isFinal;
}
