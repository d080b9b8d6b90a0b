using System.Threading.Channels;

namespace TalkingMachines.Serving;

/// <summary>
/// One response on its way into a session. What comes is noted at once, and a task of its own puts it into the turn's sound,
/// which takes it as slowly as it is heard. Bounded: an endpoint that sends without end is cut off.
/// </summary>
internal sealed class AssistantTurn(string responseId)
{
    const int MostWaiting = 240 * SoundBlock.SampleRate; // the longest response, 4,096 tokens of sound, lasts 205 s
    const int MostPieces = 20_000;                       // each costs its envelope, however short
    const int MostLetters = 20_000;                      // of captions: a quarter of an hour of speech
    const int LongestLine = 160;

    // The session takes sound a chunk before it is heard.
    static readonly TimeSpan TakenAhead = TimeSpan.FromSeconds(0.75);

    readonly Channel<Piece> pieces = Channel.CreateUnbounded<Piece>(new UnboundedChannelOptions { SingleReader = true });
    SoundQueue? sound;
    string line = "";
    int letters;
    int waiting;
    int waitingPieces;
    bool isWhole;

    public string ResponseId => responseId;

    /// <summary>The turn that says it; null until it sounds.</summary>
    public int? Number => sound?.Turn;

    /// <summary>Nothing more will come.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>True once all of it has been taken to be said: it can no longer be interrupted.</summary>
    public bool IsSaid => Volatile.Read(ref isWhole) && sound is { Available: 0 };

    /// <summary>How much of it has been heard, give or take a chunk.</summary>
    public TimeSpan Heard
    {
        get
        {
            if (sound is null) return TimeSpan.Zero;
            var heard = TimeSpan.FromSeconds((double)(sound.Appended - sound.Available) / SoundBlock.SampleRate) - TakenAhead;
            return heard > TimeSpan.Zero ? heard : TimeSpan.Zero;
        }
    }

    /// <summary>Its sound goes to this turn from now on.</summary>
    /// <param name="taken">Called once the turn was closed before all was said.</param>
    public void Begin(SoundQueue turn, Action<AssistantTurn> taken)
    {
        sound = turn;
        _ = Task.Run(() => PumpAsync(turn, taken));
    }

    /// <summary>Adds sound; false where too much waits already.</summary>
    public bool Append(ReadOnlyMemory<float> samples) => samples.Length == 0 || Add(new Piece(samples, null));

    /// <summary>Adds words. The line that is being said grows with them, so that it is there when its first word is heard.</summary>
    public void Caption(string words)
    {
        letters += words.Length;
        if (letters > MostLetters) return;
        bool isNew = line.Length + words.Length > LongestLine || line.TrimEnd() is [.., '.' or '!' or '?' or '\u3002' or '\uFF01' or '\uFF1F'];
        line = isNew ? words.TrimStart() : line + words;
        if (line.Length > 0) Add(new Piece(default, line));
    }

    /// <summary>Nothing more will come; what waits is still said.</summary>
    public void Complete()
    {
        IsComplete = true;
        pieces.Writer.TryComplete();
    }

    /// <summary>Nothing more of it is said.</summary>
    public void Cut()
    {
        Complete();
        sound?.Dispose();
    }

    bool Add(Piece piece)
    {
        int samples = Interlocked.Add(ref waiting, piece.Samples.Length), count = Interlocked.Increment(ref waitingPieces);
        if (samples > MostWaiting || count > MostPieces) return false;
        pieces.Writer.TryWrite(piece);
        return true;
    }

    async Task PumpAsync(SoundQueue turn, Action<AssistantTurn> taken)
    {
        await foreach (var piece in pieces.Reader.ReadAllAsync())
        {
            if (piece.Line is { } text) turn.Caption(text);
            else await turn.AppendAsync(piece.Samples, CancellationToken.None);
            Interlocked.Add(ref waiting, -piece.Samples.Length);
            Interlocked.Decrement(ref waitingPieces);
            if (!turn.IsCompleted) continue;
            Complete();
            taken(this);
            return;
        }
        Volatile.Write(ref isWhole, true);
        turn.Complete();
    }

    readonly record struct Piece(ReadOnlyMemory<float> Samples, string? Line);
}
