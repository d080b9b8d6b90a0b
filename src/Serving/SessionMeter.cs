namespace TalkingMachines.Serving;

/// <summary>Measures a session as it lives, in constant memory.</summary>
internal sealed class SessionMeter(TimeProvider clock, long started)
{
    const int Recent = 32;

    readonly Lock gate = new();
    readonly DurationHistogram chunks = new();
    readonly Queue<TimeSpan> newest = new();
    TimeSpan firstFrame, lastTurn, longestRepeat;
    long frames, repeated, repeatedInARow;

    public SessionFigures Figures
    {
        get
        {
            lock (gate)
                return new SessionFigures(
                    frames, chunks.Count, [.. newest], chunks.Quantile(0.5), chunks.Quantile(0.95), chunks.Quantile(0.99), firstFrame, lastTurn, repeated, longestRepeat);
        }
    }

    /// <param name="sent">Timestamp at which all of its sound had been sent.</param>
    /// <param name="finished">Timestamp at which its frames were there.</param>
    public void ChunkFinished(long sent, long finished)
    {
        lock (gate)
        {
            var took = clock.GetElapsedTime(sent, finished);
            if (chunks.Count == 0) firstFrame = clock.GetElapsedTime(started);
            chunks.Add(took);
            newest.Enqueue(took);
            if (newest.Count > Recent) newest.Dequeue();
        }
    }

    /// <summary>The middle of the newest chunks' times.</summary>
    public TimeSpan Expected(TimeSpan otherwise)
    {
        lock (gate) return newest.Count == 0 ? otherwise : newest.Order().ElementAt(newest.Count / 2);
    }

    /// <summary>The longest of the newest chunks' times.</summary>
    public TimeSpan Longest(TimeSpan otherwise)
    {
        lock (gate) return newest.Count == 0 ? otherwise : newest.Max();
    }

    public void TurnSeen(long began)
    {
        lock (gate) lastTurn = clock.GetElapsedTime(began);
    }

    /// <param name="fresh">Not the frame before once more.</param>
    /// <param name="isChanging">A turn has begun and is not seen yet: that wait is <see cref="SessionFigures.LastTurn"/>.</param>
    public void FrameShown(bool fresh, bool isChanging)
    {
        lock (gate)
        {
            frames++;
            repeatedInARow = fresh || isChanging ? 0 : repeatedInARow + 1;
            if (repeatedInARow == 0) return;
            repeated++;
            var stop = TimeSpan.FromSeconds(repeatedInARow / 16.0);
            if (stop > longestRepeat) longestRepeat = stop;
        }
    }
}
