using System.Buffers;

namespace TalkingMachines.Serving;

/// <summary>
/// The sound of one turn on its way to be said: whoever makes it (a voice, a file, a microphone, an assistant) appends, the
/// session takes. Bounded; a maker that is far ahead waits. 48 kHz mono.
/// </summary>
/// <param name="turn">The turn that it belongs to.</param>
/// <param name="seconds">Most sound that waits here.</param>
public sealed class SoundQueue(int turn, int seconds = 20) : IDisposable
{
    readonly Lock gate = new();
    readonly int capacity = seconds * SoundBlock.SampleRate;
    float[] ring = ArrayPool<float>.Shared.Rent(seconds * SoundBlock.SampleRate); // megabytes a turn: garbage that size is collected late
    readonly List<(long Sample, string Text)> captions = [];
    readonly SemaphoreSlim room = new(0, 1);
    readonly CancellationTokenSource ended = new();
    long appended;
    long padded;
    long dropped;
    long taken;
    bool completed;
    bool closed;

    public int Turn => turn;

    /// <summary>True where the sound is made as fast as it is heard, such as a microphone's: waiting for more of it costs delay.</summary>
    public bool IsLive { get; init; }

    /// <summary>Cancelled when the turn is over: what is still being made is for nobody.</summary>
    public CancellationToken Ended => ended.Token;

    /// <summary>Samples that wait.</summary>
    public int Available
    {
        get
        {
            lock (gate) return (int)(appended - taken);
        }
    }

    /// <summary>Samples ever appended.</summary>
    public long Appended
    {
        get
        {
            lock (gate) return appended;
        }
    }

    /// <summary>Samples of the turn that are heard once all has been played: what was appended and not dropped, and the silence while it was waited for.</summary>
    public long ToHear
    {
        get
        {
            lock (gate) return appended + padded - dropped;
        }
    }

    /// <summary>True once nothing more will come.</summary>
    public bool IsCompleted
    {
        get
        {
            lock (gate) return completed;
        }
    }

    /// <summary>Adds as much as there is room for and returns how much that was; what waits for nobody is thrown away by the caller.</summary>
    public int TryAppend(ReadOnlySpan<float> sound)
    {
        lock (gate)
        {
            if (completed) return 0;
            int count = (int)Math.Min(sound.Length, capacity - (appended - taken)), at = (int)(appended % Math.Max(1, capacity));
            int first = Math.Min(count, capacity - at);
            sound[..first].CopyTo(ring.AsSpan(at));
            sound[first..count].CopyTo(ring);
            appended += count;
            return count;
        }
    }

    /// <summary>Adds all of the sound, waiting for room; returns early once the queue is closed.</summary>
    public async Task AppendAsync(ReadOnlyMemory<float> sound, CancellationToken stop)
    {
        while (sound.Length > 0)
        {
            sound = sound[TryAppend(sound.Span)..];
            if (sound.Length == 0) return;
            lock (gate)
                if (completed || closed) return;
            await room.WaitAsync(stop);
        }
    }

    /// <summary>Says what is heard from here on, for captions.</summary>
    public void Caption(string text)
    {
        lock (gate) captions.Add((appended + padded - dropped, text));
    }

    /// <summary>Silence was sent while more sound was waited for: what comes is heard so much later.</summary>
    public void Pad(int samples)
    {
        lock (gate)
        {
            long heard = appended + padded - dropped;
            padded += samples;
            for (int i = 0; i < captions.Count; i++)
                if (captions[i].Sample >= heard) captions[i] = (captions[i].Sample + samples, captions[i].Text);
        }
    }

    /// <summary>The caption of what is heard once <paramref name="played"/> samples have been, if it has not been taken yet.</summary>
    public string? TakeCaption(long played)
    {
        lock (gate)
        {
            if (captions.Count == 0 || captions[0].Sample >= played) return null;
            string text = captions[0].Text;
            captions.RemoveAt(0);
            return text;
        }
    }

    /// <summary>Nothing more will come.</summary>
    public void Complete()
    {
        lock (gate) completed = true;
    }

    /// <summary>Takes up to the length of <paramref name="sound"/> and returns how much.</summary>
    public int Take(Span<float> sound)
    {
        int count;
        lock (gate)
        {
            count = closed ? 0 : (int)Math.Min(sound.Length, appended - taken);
            if (count == 0) return 0;
            int at = (int)(taken % capacity), first = Math.Min(count, capacity - at);
            ring.AsSpan(at, first).CopyTo(sound);
            ring.AsSpan(0, count - first).CopyTo(sound[first..]);
            taken += count;
        }
        WakeMaker();
        return count;
    }

    /// <summary>Throws away the oldest sound so that at most <paramref name="samples"/> wait: a microphone's clock may be faster than ours.</summary>
    public void DropAllBut(int samples)
    {
        lock (gate)
        {
            long kept = Math.Max(taken, appended - samples);
            dropped += kept - taken;
            taken = kept;
        }
        WakeMaker();
    }

    /// <summary>Lets go whoever waits for room: the turn is over, and what was not taken is not said.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (!closed) ArrayPool<float>.Shared.Return(ring);
            (completed, closed, ring) = (true, true, []);
        }
        _ = ended.CancelAsync(); // whoever disposes holds locks
        WakeMaker();
    }

    // One maker waits at most; the semaphore itself holds nothing that needs freeing.
    void WakeMaker()
    {
        lock (gate)
            if (room.CurrentCount == 0) room.Release();
    }
}
