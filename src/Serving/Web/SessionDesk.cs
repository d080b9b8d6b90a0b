using Microsoft.AspNetCore.Http;
using TalkingMachines.Media;

namespace TalkingMachines.Serving.Web;

/// <summary>What the web keeps about each conversation besides the conversation itself; goes with it.</summary>
/// <param name="assistant">Null where none is configured.</param>
internal sealed class SessionDesk(Conversation conversation, AssistantOptions? assistant) : IAsyncDisposable
{
    /// <summary>Pages and programs that may follow the events of one session.</summary>
    const int MostListeners = 8;

    readonly Lock gate = new();
    Resampler? resampler;
    AssistantLine? line;
    int resampledTurn = -1;
    int pushing;
    int listeners;
    int wishes;
    bool disposed;

    public Conversation Conversation => conversation;

    /// <summary>A program has told the character to listen: nothing that is asked for is said.</summary>
    public bool IsListening { get; set; }

    /// <summary>Made by a call without a session: ends with it.</summary>
    public bool EndsWithCall { get; init; }

    /// <summary>What the session itself does not know of.</summary>
    public event Action<SessionEvent>? Happened;

    /// <summary>Uses the microphone so, unless another use has been asked for before the assistant answers.</summary>
    /// <exception cref="WebProblem">There is no assistant, or it does not answer.</exception>
    public async Task UseMicrophoneAsync(MicrophoneUse use, CancellationToken stop)
    {
        int own = Interlocked.Increment(ref wishes);
        if (use == MicrophoneUse.Assistant)
        {
            if (conversation.Microphone.Use != use) Use(MicrophoneUse.Off); // what it was used for before is over, whether the assistant answers or not
            await ConnectAssistantAsync(stop);
        }
        Use(use);

        void Use(MicrophoneUse now)
        {
            lock (gate)
                if (own == Volatile.Read(ref wishes)) conversation.Microphone.Use = now;
        }
    }

    Task ConnectAssistantAsync(CancellationToken stop)
    {
        if (assistant is null) throw new WebProblem(StatusCodes.Status409Conflict, "There is no assistant", $"The server was started without one; {AssistantOptions.Prefix}URL and {AssistantOptions.Prefix}KEY name one.");
        AssistantLine own;
        lock (gate)
        {
            if (disposed) throw WebProblem.NotFound("The session has just ended.");
            own = line ??= new AssistantLine(conversation, assistant, happened => Happened?.Invoke(happened));
        }
        return own.ConnectAsync(stop);
    }

    /// <summary>Makes the character fall silent, whoever gave it the words; returns the turn that begins.</summary>
    public int Interrupt() => Volatile.Read(ref line)?.Interrupt() ?? conversation.Session.Interrupt();

    /// <summary>Refuses what is to be said while the character was told to listen.</summary>
    /// <exception cref="WebProblem"/>
    public void CheckMaySpeak()
    {
        if (IsListening) throw new WebProblem(StatusCodes.Status409Conflict, "The character listens", "It was told to listen; tell it {\"listening\": false} first.");
    }

    /// <exception cref="WebProblem">There are too many.</exception>
    public IDisposable Listen()
    {
        if (Interlocked.Increment(ref listeners) <= MostListeners) return new Leaving(this);
        Interlocked.Decrement(ref listeners);
        throw WebProblem.Busy("Too many listeners", $"{MostListeners} already follow this session's events.", TimeSpan.FromSeconds(5));
    }

    sealed class Leaving(SessionDesk desk) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref desk.listeners);
    }

    /// <summary>Says 16-bit samples as they come; waits while much is still to be said.</summary>
    /// <param name="turn">The turn that they go on with; null: whichever.</param>
    /// <param name="isLast">Nothing follows.</param>
    /// <exception cref="WebProblem">The turn was cut off, or another request's samples are still coming.</exception>
    public async Task<int> PushAsync(Stream body, int rate, int? turn, bool isLast, CancellationToken stop)
    {
        if (Interlocked.Exchange(ref pushing, 1) == 1)
            throw new WebProblem(StatusCodes.Status409Conflict, "One at a time", "Another request's samples are still coming; send the next when it is answered.");
        try
        {
            byte[] bytes = new byte[2 * (rate / 10)];
            while (true)
            {
                int count = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, stop);
                bool ends = count < bytes.Length;
                if (count % 2 != 0) throw WebProblem.Senseless("The body has an odd number of bytes, expected 16-bit samples.");
                if (turn is { } one && one != conversation.Session.CurrentTurn)
                    throw new WebProblem(StatusCodes.Status409Conflict, "Interrupted", $"Turn {one} is over, the current one is {conversation.Session.CurrentTurn}.");
                CheckMaySpeak();
                if (conversation.Session.CurrentTurn != resampledTurn) resampler = null; // another turn's sound ends in it
                turn = await conversation.PushAsync(Samples(bytes.AsSpan(0, count), rate, ends && isLast), ends && isLast, stop);
                resampledTurn = turn.Value;
                if (ends) return turn.Value;
            }
        }
        finally
        {
            Volatile.Write(ref pushing, 0);
        }
    }

    float[] Samples(ReadOnlySpan<byte> bytes, int rate, bool isLast)
    {
        float[] samples = new float[bytes.Length / 2];
        Pcm16.Decode(bytes, samples);
        if (rate == SoundBlock.SampleRate) return samples;
        if (resampler?.InputRate != rate) resampler = new Resampler(rate, SoundBlock.SampleRate);
        float[] converted = new float[resampler.MaxOutput(samples.Length) + resampler.MaxTail];
        int count = resampler.Process(samples, converted);
        if (isLast)
        {
            count += resampler.Finish(converted.AsSpan(count));
            resampler = null;
        }
        return converted[..count];
    }

    public ValueTask DisposeAsync()
    {
        lock (gate)
        {
            disposed = true;
            return line?.DisposeAsync() ?? ValueTask.CompletedTask;
        }
    }
}
