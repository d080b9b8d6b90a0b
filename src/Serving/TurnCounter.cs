namespace TalkingMachines.Serving;

/// <summary>Whose turn it is in a session. An interruption is one increment, which makes every message of an older turn stale.</summary>
public sealed class TurnCounter
{
    int current;

    public int Current => Volatile.Read(ref current);

    /// <summary>Begins the next turn and returns its number.</summary>
    public int Interrupt() => Interlocked.Increment(ref current);

    /// <summary>True for what belongs to an earlier turn: nobody wants it any more.</summary>
    public bool IsStale(int turn) => turn < Current;
}
