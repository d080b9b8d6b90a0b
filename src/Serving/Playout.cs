using System.Threading.Channels;

namespace TalkingMachines.Serving;

/// <summary>
/// What a session shows and sounds at each moment: takes finished chunks, gives a frame sixteen times and sound fifty times a
/// second, both of one clock. A new turn's first chunk takes over as soon as it is there; until then a character that was
/// listening goes on listening, and one that was speaking stands still and is silent. Has no clock of its own.
/// </summary>
internal sealed class Playout(ChannelReader<FrameChunk> finished, int frameBytes) : IDisposable
{
    const int FrameSamples = DriveStage.FrameSamples;
    const int FadeSamples = 240; // 5 ms: what is cut off does not click

    readonly Queue<FrameChunk> ready = new();
    readonly byte[] shown = new byte[frameBytes];
    readonly float[] sound = new float[16 * FrameSamples];
    FrameChunk? current;
    int index;              // next frame of current
    long soundTo;           // samples placed
    long soundFrom;         // samples played

    /// <summary>The frame that is seen.</summary>
    public ReadOnlySpan<byte> Shown => shown;

    /// <summary>Place in the character's motion of the frame that is seen.</summary>
    public long ShownMotion { get; private set; } = -1;

    /// <summary>The turn of the frame that is seen.</summary>
    public int ShownTurn { get; private set; } = -1;

    /// <summary>Frames that can be shown before the picture stops.</summary>
    public int FramesLeft => (current is null ? 0 : current.Frames - index) + ready.Sum(chunk => chunk.Frames);

    /// <summary>What is seen until the first frame has been made.</summary>
    public void ShowFirst(ReadOnlySpan<byte> rgb) => rgb.CopyTo(shown);

    /// <summary>Takes the chunks of the newest turn that have been finished; those of older ones are thrown away.</summary>
    /// <returns>When the newest whole chunk was finished; null if none was.</returns>
    /// <exception cref="ChannelClosedException">The pipeline has ended.</exception>
    public long? TakeFinished(int turn)
    {
        long? taken = null;
        while (finished.TryRead(out var chunk))
        {
            if (chunk.Turn < turn)
            {
                chunk.Dispose();
                continue;
            }
            ready.Enqueue(chunk);
            if (chunk.IsLast) taken = chunk.FinishedAt;
        }
        if (finished.Completion.IsCompleted) throw new ChannelClosedException(finished.Completion.Exception?.InnerException);
        return taken;
    }

    /// <summary>The next frame is due. False if there is none and the last one stays.</summary>
    /// <param name="turn">The newest turn.</param>
    /// <param name="standStill">The turn before was cut short while it spoke: nothing more of it may be seen.</param>
    /// <param name="samples">Samples of the newest turn that become audible with this frame.</param>
    public bool NextFrame(int turn, bool standStill, out int samples)
    {
        samples = 0;
        if (standStill || IsThere(turn)) DropOlderThan(turn);
        if (current is not null && index == current.Frames) DropCurrent();
        if (current is null) _ = ready.TryDequeue(out current);
        if (current is null)
        {
            Place([]);
            return false;
        }
        current.Frame(index).Span.CopyTo(shown);
        (ShownMotion, ShownTurn) = (current.FirstMotion + index, current.Turn);
        samples = PlaceSound(turn);
        index++;
        return true;
    }

    /// <summary>A turn's first chunk is there and something older is seen.</summary>
    public bool IsTurnReady(int turn) => ShownTurn < turn && IsThere(turn);

    /// <summary>The next frame comes out of step, right now: its sound begins with the next packet.</summary>
    public void Restart() => soundTo = soundFrom;

    /// <summary>Sound of <see cref="Session.PacketSamples"/> samples is due.</summary>
    public void NextSound(Span<float> packet)
    {
        for (int i = 0; i < Session.PacketSamples; i++) packet[i] = sound[(soundFrom + i) % sound.Length];
        soundFrom += Session.PacketSamples;
    }

    /// <summary>Silences what has been placed and not yet played, but for a short fade.</summary>
    public void Mute()
    {
        for (long i = soundFrom; i < soundTo; i++)
            sound[i % sound.Length] *= Math.Max(0, 1 - ((float)(i - soundFrom) / FadeSamples));
    }

    int PlaceSound(int turn)
    {
        if (current!.Turn < turn)
        {
            Place([]);
            return 0;
        }
        var all = current.Sound.Span;
        int from = Math.Min(all.Length, index * FrameSamples);
        var slice = all[from..Math.Min(all.Length, from + FrameSamples)];
        Place(slice);
        return slice.Length;
    }

    /// <summary>A frame's worth of sound, silence after what there is.</summary>
    void Place(ReadOnlySpan<float> slice)
    {
        for (int i = 0; i < FrameSamples; i++) sound[(soundTo + i) % sound.Length] = i < slice.Length ? slice[i] : 0;
        soundTo += FrameSamples;
    }

    bool IsThere(int turn) => ready.Any(chunk => chunk.Turn == turn);

    void DropOlderThan(int turn)
    {
        while (ready.TryPeek(out var old) && old.Turn < turn) ready.Dequeue().Dispose();
        if (current is { } chunk && chunk.Turn < turn) DropCurrent();
    }

    void DropCurrent()
    {
        current!.Dispose();
        (current, index) = (null, 0);
    }

    public void Dispose()
    {
        if (current is not null) DropCurrent();
        while (ready.TryDequeue(out var chunk)) chunk.Dispose();
    }
}
