using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace TalkingMachines.Serving.Web;

/// <summary>
/// Tells one listener what happens in a session, as server-sent events: state and captions at once, statistics each second,
/// which also shows that the connection lives. A listener that does not keep up is let go and may come back.
/// </summary>
/// <param name="exists">Whether the session is still there.</param>
internal sealed class EventStream(SessionDesk desk, StatisticsReader statistics, Func<bool> exists, TimeProvider clock)
{
    const int MostWaiting = 64;

    /// <summary>What the last event says when the server stops: the page then waits for the next one.</summary>
    public const string Stopping = "stopping";

    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    static readonly byte[] Preface = "retry: 1000\n\n"u8.ToArray();

    readonly Session session = desk.Conversation.Session;
    readonly Channel<SessionEvent?> waiting = Channel.CreateBounded<SessionEvent?>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    /// <summary>Writes until the session or the listener ends.</summary>
    /// <param name="stopping">The server stops.</param>
    public async Task WriteAsync(HttpContext context, CancellationToken stopping)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers["X-Accel-Buffering"] = "no"; // nginx would keep events until there are enough
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        session.Happened += Take;
        desk.Happened += Take;
        try
        {
            using var ticking = clock.CreateTimer(_ => Take(null), null, Second, Second);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
            await response.Body.WriteAsync(Preface, context.RequestAborted);
            await SendAsync(response, "state", State(session.IsSpeaking, session.CurrentTurn), WebJson.Plain.StateTold);
            if (session.EndedBecause is { } reason) Take(new SessionEnded(session.CurrentTurn, reason));
            await TellAsync(response, stop.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            await SendAsync(response, "ended", new EndTold(Stopping), WebJson.Plain.EndTold);
        }
        finally
        {
            session.Happened -= Take;
            desk.Happened -= Take;
        }
    }

    // Called by the session's own thread, which nothing may hold up.
    void Take(SessionEvent? happened)
    {
        if (!waiting.Writer.TryWrite(happened)) waiting.Writer.TryComplete();
    }

    async Task TellAsync(HttpResponse response, CancellationToken stop)
    {
        await foreach (var happened in waiting.Reader.ReadAllAsync(stop))
        {
            if (happened is null && !exists()) await SendAsync(response, "ended", new EndTold("the session was closed"), WebJson.Plain.EndTold);
            else await TellAsync(response, happened);
            if (happened is SessionEnded || !exists()) return;
        }
    }

    Task TellAsync(HttpResponse response, SessionEvent? happened) => happened switch
    {
        null => SendAsync(response, "statistics", statistics.Read(), WebJson.Plain.SessionStatistics),
        StateChanged state => SendAsync(response, "state", State(state.IsSpeaking, state.Turn), WebJson.Plain.StateTold),
        CaptionShown caption => SendAsync(response, "caption", new CaptionTold(caption.Turn, caption.Text, null), WebJson.Plain.CaptionTold),
        UserSaid said => SendAsync(response, "caption", new CaptionTold(said.Turn, said.Text, "user"), WebJson.Plain.CaptionTold),
        TurnFailed failed => SendAsync(response, "error", new ErrorTold(failed.Detail, failed.Turn), WebJson.Plain.ErrorTold),
        SessionEnded ended => SendAsync(response, "ended", new EndTold(ended.Reason), WebJson.Plain.EndTold),
        _ => Task.CompletedTask,
    };

    internal static StateTold State(bool isSpeaking, int turn) => new(isSpeaking ? "speaking" : "listening", turn);

    static async Task SendAsync<T>(HttpResponse response, string name, T value, JsonTypeInfo<T> type)
    {
        string text = $"event: {name}\ndata: {JsonSerializer.Serialize(value, type)}\n\n";
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), response.HttpContext.RequestAborted);
        await response.Body.FlushAsync(response.HttpContext.RequestAborted);
    }
}
