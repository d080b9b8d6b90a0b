using Microsoft.AspNetCore.Http;

namespace TalkingMachines.Serving.Web;

/// <summary>What the user of a session was heard to say.</summary>
internal sealed record UserSaid(int Turn, string Text) : SessionEvent(Turn);

/// <summary>
/// One session's line to the assistant: connected when it is first wanted, kept until the session ends, so that the assistant
/// remembers what was said before the microphone was muted.
/// </summary>
/// <param name="tell">Takes what the assistant has to tell besides sound.</param>
internal sealed class AssistantLine(Conversation conversation, AssistantOptions options, Action<SessionEvent> tell) : IAsyncDisposable
{
    readonly SemaphoreSlim connecting = new(1);
    RealtimeAssistant? assistant;
    AssistantTurns? turns;
    bool disposed;

    /// <summary>Connects unless it is connected.</summary>
    /// <exception cref="WebProblem">The assistant does not answer.</exception>
    public async Task ConnectAsync(CancellationToken stop)
    {
        await connecting.WaitAsync(stop);
        try
        {
            if (disposed) throw WebProblem.NotFound("The session has ended.");
            if (assistant is { Closed.IsCompleted: false }) return;
            await HangUpAsync(); // it was given up
            assistant = await RealtimeAssistant.ConnectAsync(options, stop);
            assistant.UserSaid += text => tell(new UserSaid(conversation.Session.CurrentTurn, text));
            assistant.Failed += detail => tell(new TurnFailed(conversation.Session.CurrentTurn, detail));
            turns = new AssistantTurns(conversation.Session, assistant);
            var listener = assistant;
            conversation.Microphone.Assistant = sound => listener.Hear(sound.Span);
        }
        catch (AssistantException failed)
        {
            throw new WebProblem(StatusCodes.Status502BadGateway, "The assistant does not answer", failed.Message);
        }
        finally
        {
            connecting.Release();
        }
    }

    /// <summary>Makes the character fall silent; the assistant learns how much of its answer was heard. Returns the turn that begins.</summary>
    public int Interrupt() => Volatile.Read(ref turns)?.Interrupt() ?? conversation.Session.Interrupt();

    async Task HangUpAsync()
    {
        conversation.Microphone.Assistant = null;
        turns?.Dispose();
        turns = null;
        if (assistant is not null) await assistant.DisposeAsync();
        assistant = null;
    }

    public async ValueTask DisposeAsync()
    {
        await connecting.WaitAsync();
        try
        {
            disposed = true;
            await HangUpAsync();
        }
        finally
        {
            connecting.Release();
        }
    }
}
