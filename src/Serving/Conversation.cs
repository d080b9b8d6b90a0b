using TalkingMachines.Media;
using TalkingMachines.Media.Speech;
using TalkingMachines.Models;
using TalkingMachines.WebRtc;

namespace TalkingMachines.Serving;

/// <summary>A character that somebody talks to: its session, the ways to make it speak, and the call that shows it.</summary>
public sealed class Conversation : IAsyncDisposable
{
    static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(2);

    readonly CharacterReference reference;
    readonly SpokenText voices;
    readonly TimeProvider clock;
    readonly Lock gate = new();
    SoundQueue? pushed;
    Call? call;
    long unwatchedSince;
    Task? ending;

    internal Conversation(Avatar avatar, Picture picture, string character, SpokenText voices, ulong seed, TimeProvider clock)
    {
        (Character, this.voices, this.clock) = (character, voices, clock);
        int side = avatar.Config.Picture;
        var portrait = picture.CroppedToSquare().Resized(side, side);
        reference = new CharacterReference(avatar, portrait);
        Session = new Session(avatar, reference, portrait, seed, clock);
        Microphone = new Microphone(Session);
        unwatchedSince = clock.GetTimestamp();
    }

    /// <summary>Random and unguessable: who knows it may speak through the character.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The name under which the character was asked for.</summary>
    public string Character { get; }

    public Session Session { get; }

    public Microphone Microphone { get; }

    /// <summary>The call that shows the character; null while there is none.</summary>
    public Call? Call
    {
        get
        {
            lock (gate) return call;
        }
    }

    /// <summary>Whether a call has ever been connected.</summary>
    public bool WasCalled { get; private set; }

    /// <summary>How long nobody has been watching; zero during a call.</summary>
    public TimeSpan Unwatched
    {
        get
        {
            lock (gate) return call is null ? clock.GetElapsedTime(unwatchedSince) : TimeSpan.Zero;
        }
    }

    /// <summary>Says a text instead of what is being said; returns its turn.</summary>
    public int Say(string text, VoiceSpec voice) => Begin(sound => voices.SpeakAsync(text, voice, sound, sound.Ended));

    /// <summary>Says a recorded sound, which is disposed afterwards; returns its turn.</summary>
    /// <param name="recording">At <see cref="SoundBlock.SampleRate"/>.</param>
    public int Play(ISoundReader recording) => Begin(sound => PlayAsync(recording, sound));

    /// <summary>Says sound as it comes, 48 kHz; waits while much of it is still to be said. Returns its turn.</summary>
    /// <param name="isLast">Nothing follows.</param>
    public async Task<int> PushAsync(ReadOnlyMemory<float> sound, bool isLast, CancellationToken stop)
    {
        SoundQueue queue;
        lock (gate)
        {
            if (pushed is null || pushed.IsCompleted)
            {
                pushed = Session.Speak();
                _ = CompleteWhenQuietAsync(pushed);
            }
            queue = pushed;
        }
        await queue.AppendAsync(sound, stop);
        if (isLast) queue.Complete();
        return queue.Turn;
    }

    // Who pushes sound need not say that nothing follows: the character would wait for ever.
    async Task CompleteWhenQuietAsync(SoundQueue queue)
    {
        for (long seen = -1; !queue.IsCompleted; await Task.Delay(QuietTime, clock))
        {
            if (queue.Available == 0 && queue.Appended == seen) queue.Complete();
            seen = queue.Appended;
        }
    }

    /// <summary>Shows the character to a browser instead of whoever saw it before.</summary>
    /// <exception cref="ObjectDisposedException"/>
    public async Task ConnectAsync(Peer peer)
    {
        Call? before;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(ending is not null, this);
            before = call;
            call = new Call(peer, Session, Microphone);
            WasCalled = true;
        }
        if (before is not null)
        {
            Microphone.Use = MicrophoneUse.Off; // of the other call
            await EndAsync(before);
        }
        _ = peer.Closed.ContinueWith(_ => Forget(peer), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    int Begin(Func<SoundQueue, Task> speak)
    {
        var sound = Session.Speak();
        _ = SpeakAsync(speak, sound);
        return sound.Turn;
    }

    async Task SpeakAsync(Func<SoundQueue, Task> speak, SoundQueue sound)
    {
        try
        {
            await speak(sound);
        }
        catch (OperationCanceledException)
        {
            // cut off
        }
        catch (MediaException wrong)
        {
            Session.Fail(sound.Turn, wrong.Message);
        }
        catch (Exception)
        {
            Session.Fail(sound.Turn, "The server could not say it: a fault of the server.");
        }
    }

    static async Task PlayAsync(ISoundReader recording, SoundQueue sound)
    {
        using var own = recording;
        try
        {
            float[] piece = new float[SoundBlock.Capacity];
            // Reading may wait for a decoder, so it is a matter for the pool.
            for (int count; !sound.IsCompleted && (count = await Task.Run(() => recording.Read(piece))) > 0;)
                await sound.AppendAsync(piece.AsMemory(0, count), CancellationToken.None);
        }
        finally
        {
            sound.Complete();
        }
    }

    void Forget(Peer peer)
    {
        Call ended;
        lock (gate)
        {
            if (call?.Peer != peer) return;
            ended = call;
            call = null;
            unwatchedSince = clock.GetTimestamp();
            Session.Output = null;
        }
        Microphone.Use = MicrophoneUse.Off;
        ended.Dispose();
    }

    static async Task EndAsync(Call call)
    {
        await call.Peer.DisposeAsync();
        call.Dispose();
    }

    /// <summary>Ends it, once; whoever asks waits for the end.</summary>
    public ValueTask DisposeAsync()
    {
        lock (gate) return new ValueTask(ending ??= Task.Run(EndAsync));
    }

    async Task EndAsync()
    {
        if (Call is { } last) await EndAsync(last);
        // Its threads are waited for, which takes as long as the chunk they are at.
        await Task.Run(Session.Dispose);
        reference.Dispose();
    }
}
