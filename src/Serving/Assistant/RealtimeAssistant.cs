namespace TalkingMachines.Serving;

/// <summary>
/// A conversation with an assistant behind any endpoint that speaks the OpenAI Realtime protocol: it hears the microphone,
/// decides by itself when the user has finished, and answers with sound. A lost connection is opened again a few times; the
/// conversation then begins anew. Events come on the connection's own task, which a listener may not hold up.
/// </summary>
public sealed class RealtimeAssistant : IAsyncDisposable
{
    /// <summary>Longest typed message, in UTF-16 characters.</summary>
    public const int LongestText = SpokenText.Longest;

    const int MostAttempts = 6;      // in a row; with the pauses between them half a minute, as long as a router takes to restart
    const int Remembered = 16;       // interrupted responses whose sound may still be under way

    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Stable = TimeSpan.FromMinutes(1); // a connection that lived so long starts the count of attempts anew
    static readonly TimeSpan BetweenErrors = TimeSpan.FromSeconds(1);

    readonly AssistantOptions options;
    readonly TimeProvider clock;
    readonly CancellationTokenSource stop = new();
    readonly RealtimeOutbox outbox = new();
    readonly Lock gate = new();
    readonly Queue<string> interrupted = new();
    RealtimeConnection? connection;
    ResponseSound? sound;            // of the newest response that sounds
    string? active;                  // response that the endpoint is making
    bool responseWanted;             // as soon as none is active
    bool wasConfiguredAnew;
    long? errorTold;
    Task running = Task.CompletedTask;
    bool disposed;

    RealtimeAssistant(AssistantOptions options, TimeProvider clock) => (this.options, this.clock) = (options, clock);

    /// <summary>The endpoint hears that the user speaks: whatever the character is saying should end. Its response is cancelled.</summary>
    public event Action? UserBeganToSpeak;

    /// <summary>What the user said, if the endpoint tells.</summary>
    public event Action<string>? UserSaid;

    /// <summary>Sound of a response; comes faster than it is heard.</summary>
    public event Action<AssistantSound>? SoundArrived;

    /// <summary>More words of a response: its id and the words.</summary>
    public event Action<string, string>? CaptionArrived;

    /// <summary>Something went wrong: one line, safe to show.</summary>
    public event Action<string>? Failed;

    /// <summary>True while the endpoint can hear.</summary>
    public bool IsConnected
    {
        get
        {
            lock (gate) return connection is not null;
        }
    }

    /// <summary>Ends when the assistant was disposed of or given up.</summary>
    public Task Closed => running;

    /// <summary>Connects; what fails later is told by <see cref="Failed"/>. The endpoint speaks only when spoken to: listeners come in time.</summary>
    /// <exception cref="AssistantException">The endpoint cannot be reached, refuses the key, or is none.</exception>
    public static Task<RealtimeAssistant> ConnectAsync(AssistantOptions options, CancellationToken stop) =>
        ConnectAsync(options, TimeProvider.System, stop);

    internal static async Task<RealtimeAssistant> ConnectAsync(AssistantOptions options, TimeProvider clock, CancellationToken stop)
    {
        var assistant = new RealtimeAssistant(options, clock);
        var first = await RealtimeConnection.OpenAsync(options, stop);
        assistant.running = Task.Run(() => assistant.RunAsync(first), CancellationToken.None);
        return assistant;
    }

    /// <summary>Sound of the user's microphone, 48 kHz mono. Any thread; never waits: what the endpoint cannot take is forgotten, oldest first.</summary>
    public void Hear(ReadOnlySpan<float> microphone)
    {
        if (IsConnected) outbox.Hear(microphone);
    }

    /// <summary>Says a typed text to the assistant, which then answers; a response that it is making ends.</summary>
    /// <exception cref="AssistantException">The text is too long, or there is no connection.</exception>
    public async Task AskAsync(string text)
    {
        if (text.Length > LongestText) throw new AssistantException($"The text has {text.Length} characters, expected at most {LongestText}.");
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        AssistantSound? last;
        lock (gate)
        {
            if (connection is null) throw options.Failure("is not connected");
            last = CancelActive();
            if (!outbox.Post(RealtimeCommands.Say(text), sent)) throw options.Failure("takes no more messages");
            responseWanted = true;
            RespondIfIdle();
        }
        Tell(last);
        try
        {
            await sent.Task;
        }
        catch (OperationCanceledException)
        {
            throw options.Failure("lost the connection before it got the message");
        }
    }

    /// <summary>The character was interrupted: ends the response in progress.</summary>
    public void Interrupt() => Interrupt(heard: null);

    /// <summary>The character was interrupted after <paramref name="heard"/> of the response had been heard; the rest leaves the conversation.</summary>
    public void Interrupt(TimeSpan? heard)
    {
        AssistantSound? last;
        lock (gate)
        {
            responseWanted = false;
            string? truncated = heard is null || sound is null || WasInterrupted(sound.ResponseId) ? null : sound.ResponseId;
            last = CancelActive();
            if (truncated is not null) Truncate(heard!.Value);
        }
        Tell(last);
    }

    /// <summary>True for a response that was interrupted not long ago: whatever of it still comes is nobody's business.</summary>
    internal bool WasInterrupted(string responseId)
    {
        lock (gate) return interrupted.Contains(responseId);
    }

    async Task RunAsync(RealtimeConnection first)
    {
        RealtimeConnection? current = first;
        for (int attempt = 0; !stop.IsCancellationRequested;)
        {
            AssistantException failure;
            long began = clock.GetTimestamp();
            try
            {
                current ??= await RealtimeConnection.OpenAsync(options, stop.Token);
                failure = await ServeAsync(current);
                if (clock.GetElapsedTime(began) > Stable) attempt = 0;
            }
            catch (AssistantException e)
            {
                failure = e;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            current = null;
            if (stop.IsCancellationRequested) return;
            bool isGivenUp = failure.IsFinal || ++attempt > MostAttempts;
            Failed?.Invoke(failure.Message + (isGivenUp ? " It was given up." : " Trying again."));
            if (isGivenUp || !await PauseAsync(attempt)) return;
        }
    }

    async Task<bool> PauseAsync(int attempt)
    {
        var pause = TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, options.FirstPause.Ticks << (attempt - 1)));
        try
        {
            await Task.Delay(pause, clock, stop.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Lives as long as the connection does; returns why it ended.</summary>
    async Task<AssistantException> ServeAsync(RealtimeConnection current)
    {
        using var ended = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, ended.Token);
        Begin(current);
        try
        {
            var receiving = ReceiveAsync(current, ended.Token);
            var sending = outbox.SendAsync(current, ended.Token);
            var first = await Task.WhenAny(receiving, sending, Task.Delay(Timeout.Infinite, either.Token));
            if (stop.IsCancellationRequested) await current.CloseAsync();
            await ended.CancelAsync();
            await Task.WhenAll(receiving, sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Tell(End());
            await first;
            return options.Failure("closed the connection");
        }
        catch (Exception e) when (RealtimeConnection.IsFailure(e))
        {
            return current.Explained(e);
        }
        finally
        {
            current.Dispose();
        }
    }

    void Begin(RealtimeConnection current)
    {
        lock (gate)
        {
            outbox.Clear();
            (connection, wasConfiguredAnew) = (current, false);
        }
    }

    AssistantSound? End()
    {
        lock (gate)
        {
            (connection, active, responseWanted) = (null, null, false);
            outbox.Clear();
            var last = EndSound(isWhole: false);
            sound = null;
            return last;
        }
    }

    async Task ReceiveAsync(RealtimeConnection current, CancellationToken ended)
    {
        while (await current.ReceiveAsync(ended) is { } received) Handle(received, current);
    }

    void Handle(RealtimeEvent received, RealtimeConnection current)
    {
        switch (received)
        {
            case SpeechStarted:
                UserBeganToSpeak?.Invoke();
                Interrupt(); // unless a listener has done so and said how much was heard
                break;
            case UserTranscribed { Text.Length: > 0 } said:
                UserSaid?.Invoke(AssistantOptions.Plain(said.Text));
                break;
            case ResponseBegan began:
                lock (gate) active = began.ResponseId;
                break;
            case SoundDelta delta:
                HandleSound(delta);
                break;
            case CaptionDelta { Text.Length: > 0 } words when !WasInterrupted(words.ResponseId):
                CaptionArrived?.Invoke(words.ResponseId, AssistantOptions.Plain(words.Text));
                break;
            case ResponseEnded ended:
                HandleEnd(ended);
                break;
            case ErrorTold error:
                HandleError(error, current);
                break;
        }
    }

    void HandleSound(SoundDelta delta)
    {
        AssistantSound? last = null;
        AssistantSound next;
        lock (gate)
        {
            if (interrupted.Contains(delta.ResponseId)) return;
            if (sound?.ResponseId != delta.ResponseId)
            {
                last = EndSound(isWhole: false);
                sound = new ResponseSound(delta.ResponseId);
                active ??= delta.ResponseId;
            }
            if (sound.HasEnded) return;
            next = sound.Append(delta);
        }
        Tell(last);
        Tell(next);
    }

    void HandleEnd(ResponseEnded ended)
    {
        AssistantSound? last;
        lock (gate)
        {
            active = null;
            RespondIfIdle();
            last = sound?.ResponseId == ended.ResponseId ? EndSound(isWhole: true) : null;
        }
        Tell(last);
        if (ended.Problem is { } problem) TellError("could not answer: " + problem);
    }

    void HandleError(ErrorTold error, RealtimeConnection current)
    {
        if (error.CausedBy.StartsWith(RealtimeCommands.MayComeLate, StringComparison.Ordinal)) return;
        if (error.CausedBy == RealtimeCommands.Configures && !wasConfiguredAnew)
        {
            wasConfiguredAnew = true; // perhaps it cannot transcribe; the rest is worth more
            outbox.Post(RealtimeCommands.Configure(options, transcribes: false, current.IsFirstVersion));
            return;
        }
        TellError("reports an error: " + (error.Message.Length > 0 ? error.Message : "it gave no reason"));
    }

    // Under the gate.
    void RespondIfIdle()
    {
        if (!responseWanted || active is not null) return;
        responseWanted = false;
        outbox.Post(RealtimeCommands.Respond());
    }

    // Under the gate. The response stays active until the endpoint says that it ended.
    AssistantSound? CancelActive()
    {
        if (active is not { } id || interrupted.Contains(id)) return null;
        Forget(id);
        outbox.Post(RealtimeCommands.Cancel(id));
        return sound?.ResponseId == id ? EndSound(isWhole: false) : null;
    }

    // Under the gate.
    void Truncate(TimeSpan heard)
    {
        if (!interrupted.Contains(sound!.ResponseId)) Forget(sound.ResponseId);
        if (sound.ItemId.Length > 0 && sound.HeardOfItem(heard) is { } ofItem)
            outbox.Post(RealtimeCommands.Truncate(sound.ItemId, sound.ContentIndex, ofItem));
    }

    // Under the gate.
    void Forget(string responseId)
    {
        interrupted.Enqueue(responseId);
        if (interrupted.Count > Remembered) interrupted.Dequeue();
    }

    // Under the gate.
    AssistantSound? EndSound(bool isWhole) => sound is { HasBegun: true, HasEnded: false } ? sound.End(isWhole) : null;

    void Tell(AssistantSound? piece)
    {
        if (piece is { } told) SoundArrived?.Invoke(told);
    }

    // An endpoint that repeats itself is told of once a second.
    void TellError(string what)
    {
        if (errorTold is { } before && clock.GetElapsedTime(before) < BetweenErrors) return;
        errorTold = clock.GetTimestamp();
        Failed?.Invoke(options.Failure(what).Message);
    }

    /// <summary>Closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (disposed) return;
        disposed = true;
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }
}
