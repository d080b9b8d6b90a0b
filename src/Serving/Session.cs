using System.Threading.Channels;
using TalkingMachines.Media;
using TalkingMachines.Models;

namespace TalkingMachines.Serving;

/// <summary>
/// One character alive: it listens, blinks and moves for as long as it lives, and says what it is given, turn by turn. A new
/// turn takes the place of the one before at once. Frames and sound leave on a thread of the session's own, by one clock.
/// </summary>
public sealed class Session : IDisposable
{
    /// <summary>Samples of a packet of sound: 20 ms.</summary>
    public const int PacketSamples = SoundBlock.SampleRate / PacketsPerSecond;

    const int FramesPerSecond = 16, PacketsPerSecond = 50;

    static readonly TimeSpan FrameTime = TimeSpan.FromTicks(TimeSpan.TicksPerSecond / FramesPerSecond);
    static readonly TimeSpan LeastApart = TimeSpan.FromMilliseconds(1); // two frames of one timestamp would be one
    static readonly TimeSpan PacketTime = TimeSpan.FromTicks(TimeSpan.TicksPerSecond / PacketsPerSecond);
    static readonly TimeSpan FirstGuess = TimeSpan.FromMilliseconds(250); // of a chunk's making

    readonly TimeProvider clock;
    readonly TurnCounter turns = new();
    readonly CancellationTokenSource stop = new();
    readonly Pipeline pipeline;
    readonly Playout playout;
    readonly ChunkFeeder feeder;
    readonly SessionMeter meter;
    readonly Thread thread;
    readonly Task feeding;
    readonly Lock gate = new();
    readonly float[] packet = new float[PacketSamples];
    readonly int chunkFrames;
    readonly long started;
    Turn turn;
    bool standStill;
    int requestedTurn = -1;
    bool isRequested;
    bool wasSpeaking;
    TimeSpan frameClock; // when the next frame is due
    long packets;
    bool disposed;

    /// <summary>Starts to live. The avatar and the character are others' too and stay theirs.</summary>
    /// <param name="portrait">Of the model's size: seen until the first frame has been made.</param>
    /// <param name="seed">Of motion and noise.</param>
    public Session(Avatar avatar, CharacterReference character, Picture portrait, ulong seed, TimeProvider? clock = null)
    {
        this.clock = clock ?? TimeProvider.System;
        started = this.clock.GetTimestamp();
        chunkFrames = avatar.Config.ChunkFrames;
        Side = avatar.Config.Picture;
        turn = new Turn(Nothing(0), null, started);
        pipeline = new Pipeline(avatar, character, seed, turns, onRequest: true, stop.Token);
        playout = new Playout(pipeline.Frames, 3 * Side * Side);
        playout.ShowFirst(portrait.Pixels);
        feeder = new ChunkFeeder(pipeline, chunkFrames, DriveStage.FramesAhead(avatar.Config), this.clock);
        meter = new SessionMeter(this.clock, started);
        feeding = Task.Run(() => feeder.RunAsync(stop.Token));
        thread = new Thread(Run) { IsBackground = true, Name = "playout", Priority = ThreadPriority.AboveNormal };
        thread.Start();
    }

    /// <summary>Side of a frame in pixels.</summary>
    public int Side { get; }

    /// <summary>Where frames and sound go; may change at any time.</summary>
    public ISessionOutput? Output { get; set; }

    /// <summary>Tells what happens, on the session's thread: a listener only takes notes.</summary>
    public event Action<SessionEvent>? Happened;

    public int CurrentTurn => turns.Current;

    public bool IsSpeaking
    {
        get
        {
            lock (gate) return turn.IsSpeaking;
        }
    }

    public SessionFigures Figures => meter.Figures;

    /// <summary>Why the session's thread ended; null while it lives.</summary>
    public string? EndedBecause { get; private set; }

    /// <summary>
    /// Begins a turn with sound that the caller goes on to append and completes; what was said before is cut off at once. A session that
    /// was closed takes no sound: the queue is closed too.
    /// </summary>
    /// <param name="isLive">The sound is made as fast as it is heard.</param>
    public SoundQueue Speak(bool isLive = false)
    {
        lock (gate)
        {
            var sound = new SoundQueue(turns.Current + 1) { IsLive = isLive };
            Begin(sound);
            return sound;
        }
    }

    /// <summary>Falls silent and listens; returns the turn that begins.</summary>
    public int Interrupt()
    {
        lock (gate)
        {
            Begin(Nothing(turns.Current + 1));
            return turns.Current;
        }
    }

    /// <summary>Tells those who watch that a turn went wrong, and listens.</summary>
    public void Fail(int failed, string detail)
    {
        Happened?.Invoke(new TurnFailed(failed, detail));
        lock (gate)
            if (turn.Number == failed) turn.Sound.Complete();
    }

    static SoundQueue Nothing(int number)
    {
        var none = new SoundQueue(number, seconds: 0);
        none.Complete();
        return none;
    }

    // Under the gate: the playout sees the old turn or the new one, never a mixture.
    void Begin(SoundQueue sound)
    {
        if (disposed)
        {
            sound.Dispose();
            return;
        }
        bool speaking = turn.IsSpeaking;
        turn.Sound.Dispose();
        turns.Interrupt();
        standStill = speaking;
        // A listener goes on moving until the new chunk is there, and the motion goes on from what will have been seen by then.
        int willBeSeen = speaking ? 0 : (int)Math.Ceiling(meter.Expected(FirstGuess) / FrameTime);
        long? resume = playout.ShownMotion < 0 ? null : playout.ShownMotion + 1 + Math.Min(willBeSeen, playout.FramesLeft);
        turn = new Turn(sound, resume, clock.GetTimestamp());
        playout.Mute();
    }

    void Run()
    {
        string reason = "the session was closed";
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var nextFrame = frameClock;
                var nextPacket = PacketTime * (packets + 1); // when its last sample is due
                var next = nextFrame <= nextPacket ? nextFrame : nextPacket;
                var wait = next - clock.GetElapsedTime(started);
                if (wait > TimeSpan.Zero)
                {
                    // A little early rather than late: half a millisecond is no time to a picture.
                    stop.Token.WaitHandle.WaitOne((int)Math.Ceiling(wait.TotalMilliseconds));
                    continue;
                }
                if (next == nextFrame) FrameIsDue();
                else PacketIsDue();
            }
        }
        catch (Exception failure)
        {
            // What fails while the session is being closed, fails because of it.
            if (!stop.IsCancellationRequested) reason = failure is ChannelClosedException { InnerException: { } inner } ? inner.Message : failure.Message;
        }
        EndedBecause = reason;
        Happened?.Invoke(new SessionEnded(turns.Current, reason));
    }

    void FrameIsDue()
    {
        Turn now;
        bool fresh;
        lock (gate)
        {
            now = turn;
            TakeFinished(now);
            int before = playout.ShownTurn;
            fresh = playout.NextFrame(now.Number, standStill, out int samples);
            if (playout.ShownTurn != before && playout.ShownTurn == now.Number) meter.TurnSeen(now.Began);
            now.AddPlayed(samples);
            AskInTime(now);
        }
        meter.FrameShown(fresh, isChanging: playout.ShownTurn != now.Number);
        Output?.Show(playout.Shown, frameClock);
        frameClock += FrameTime;
        Tell(now);
    }

    void PacketIsDue()
    {
        var time = PacketTime * packets;
        lock (gate)
        {
            playout.NextSound(packet);
            TakeFinished(turn);
            // A new turn does not wait for the next frame's time: whoever asked for it is waiting.
            if (playout.IsTurnReady(turn.Number))
            {
                playout.Restart();
                var shown = frameClock - FrameTime;
                frameClock = PacketTime * (packets + 1);
                if (frameClock <= shown) frameClock = shown + LeastApart;
            }
        }
        Output?.Play(packet, time);
        packets++;
    }

    void TakeFinished(Turn now)
    {
        if (playout.TakeFinished(now.Number) is not { } finished) return;
        meter.ChunkFinished(feeder.SentAt, finished);
        isRequested = false;
    }

    /// <summary>Asks for a chunk early enough that it will be there, and no earlier: what has not been made need not be thrown away.</summary>
    void AskInTime(Turn now)
    {
        if (requestedTurn != now.Number) (requestedTurn, isRequested) = (now.Number, false);
        if (isRequested) return;
        var expected = meter.Longest(FirstGuess);
        bool isOpening = playout.ShownTurn != now.Number && playout.FramesLeft == 0;
        var left = playout.ShownTurn == now.Number ? FrameTime * playout.FramesLeft : TimeSpan.Zero;
        var lead = TimeSpan.FromTicks(Math.Min((expected * 1.3).Ticks, (FrameTime * (chunkFrames - 1)).Ticks)) + (FrameTime * 2);
        if (left > lead) return;
        isRequested = true;
        var slack = isOpening ? TimeSpan.Zero : left - expected - FrameTime;
        feeder.Ask(now, clock.GetTimestamp() + (long)(Math.Max(0, slack.TotalSeconds) * clock.TimestampFrequency));
    }

    void Tell(Turn now)
    {
        while (now.Sound.TakeCaption(now.Played) is { } text) Happened?.Invoke(new CaptionShown(now.Number, text));
        bool speaking = now.IsSpeaking;
        if (speaking != wasSpeaking) Happened?.Invoke(new StateChanged(now.Number, speaking));
        wasSpeaking = speaking;
    }

    /// <summary>Stops the threads and waits for them.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (disposed) return;
            disposed = true;
            turn.Sound.Dispose(); // no maker waits for room any more
        }
        stop.Cancel();
        thread.Join();
        pipeline.Dispose();
        playout.Dispose();
        feeding.ContinueWith(_ => stop.Dispose(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }
}
