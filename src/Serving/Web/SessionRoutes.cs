using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace TalkingMachines.Serving.Web;

/// <summary>Sessions: begun, watched, ended.</summary>
/// <param name="stopping">The server stops.</param>
internal sealed class SessionRoutes(CallHub hub, SessionDesks desks, Reception reception, TimeProvider clock, CancellationToken stopping)
{
    readonly TimeSpan chunk = TimeSpan.FromSeconds((double)hub.Avatar.Config.ChunkFrames / hub.Avatar.Config.FramesPerSecond);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/sessions", OpenAsync);
        routes.MapGet("/api/sessions/{id}", StatusAsync);
        routes.MapDelete("/api/sessions/{id}", CloseAsync);
        routes.MapGet("/api/sessions/{id}/events", FollowAsync);
    }

    async Task OpenAsync(HttpContext context)
    {
        string? character;
        using (var body = await JsonBody.ReadAsync(context, "character")) character = body.OptionalText("character", 600);
        var conversation = await reception.OpenAsync(character, context.RequestAborted);
        if (context.RequestAborted.IsCancellationRequested) // given up meanwhile: nobody will ever ask for it
        {
            await hub.CloseAsync(conversation.Id);
            return;
        }
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.Headers.Location = $"/api/sessions/{conversation.Id}";
        await context.Response.WriteAsJsonAsync(
            new SessionOpened(conversation.Id, conversation.Character, State(conversation)), WebJson.Plain.SessionOpened);
    }

    Task StatusAsync(HttpContext context)
    {
        var desk = desks.Of(context);
        var conversation = desk.Conversation;
        var status = new SessionStatus(
            conversation.Id, conversation.Character, State(conversation), conversation.Session.CurrentTurn, JsonBody.Word(conversation.Microphone.Use),
            desk.IsListening, conversation.Call is not null, new StatisticsReader(conversation, chunk, clock).Read());
        return context.Response.WriteAsJsonAsync(status, WebJson.Plain.SessionStatus);
    }

    async Task CloseAsync(HttpContext context)
    {
        var desk = desks.Of(context);
        await hub.CloseAsync(desk.Conversation.Id);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    async Task FollowAsync(HttpContext context)
    {
        var desk = desks.Of(context);
        using var place = desk.Listen();
        var conversation = desk.Conversation;
        var stream = new EventStream(desk, new StatisticsReader(conversation, chunk, clock), () => hub.Find(conversation.Id) is not null, clock);
        await stream.WriteAsync(context, stopping);
    }

    static string State(Conversation conversation) =>
        EventStream.State(conversation.Session.IsSpeaking, conversation.Session.CurrentTurn).State;
}
