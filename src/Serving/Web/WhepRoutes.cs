using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TalkingMachines.WebRtc;

namespace TalkingMachines.Serving.Web;

/// <summary>
/// Calls: an SDP offer comes, the answer goes (WHEP, draft-ietf-wish-whep). The location that is answered is the call's own,
/// so that hanging up late never ends the call after it.
/// </summary>
internal sealed class WhepRoutes(CallHub hub, SessionDesks desks, Reception reception, ServerMetrics metrics, TimeProvider clock, Action<string> note)
{
    const string Sdp = "application/sdp";
    const int MostBytes = 64 << 10;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/whep", ConnectAsync).WithMetadata(new BodyLimit(MostBytes));
        routes.MapDelete("/whep/{id}", HangUpAsync);
    }

    async Task ConnectAsync(HttpContext context)
    {
        string type = context.Request.ContentType?.Split(';')[0].Trim() ?? "";
        if (!type.Equals(Sdp, StringComparison.OrdinalIgnoreCase)) throw new WebProblem(415, "Wrong content type", $"Content-Type is '{type}', expected {Sdp}.");
        string offer;
        using (var reader = new StreamReader(context.Request.Body, Encoding.UTF8)) offer = await reader.ReadToEndAsync(context.RequestAborted);
        string session = context.Request.Query["session"].ToString();
        bool isOwn = session.Length > 0;
        var conversation = isOwn
            ? (desks.Find(session) ?? throw WebProblem.NotFound("There is no such session: it has ended, or the server has restarted.")).Conversation
            : await reception.OpenAsync(null, context.RequestAborted);
        if (!isOwn) desks.Lend(conversation);
        var peer = await AcceptAsync(conversation, offer, isOwn);
        _ = WatchAsync(conversation, peer);
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.ContentType = Sdp;
        context.Response.Headers.Location = $"/whep/{peer.Id}";
        context.Response.Headers["Session-Id"] = conversation.Id;
        await context.Response.WriteAsync(peer.Answer);
    }

    async Task<Peer> AcceptAsync(Conversation conversation, string offer, bool isOwn)
    {
        try
        {
            return await hub.ConnectAsync(conversation, offer);
        }
        catch (Exception refused) when (refused is SdpException or WebRtcException or ObjectDisposedException)
        {
            if (!isOwn) await hub.CloseAsync(conversation.Id);
            throw refused switch
            {
                SdpException => new WebProblem(400, "The offer cannot be answered", refused.Message),
                WebRtcException => WebProblem.Busy("All calls are taken", refused.Message, TimeSpan.FromSeconds(20)),
                _ => WebProblem.NotFound("The session has just ended."),
            };
        }
    }

    /// <summary>One quiet line when a call begins and one when it ends.</summary>
    async Task WatchAsync(Conversation conversation, Peer peer)
    {
        try
        {
            await peer.Connected;
            long began = clock.GetTimestamp();
            metrics.CallBegan();
            note($"call {conversation.Id[..8]} begins: {conversation.Character}, {hub.Conversations.Count} of {hub.Capacity}");
            await peer.Closed;
            note($"call {conversation.Id[..8]} ends after {clock.GetElapsedTime(began):h\\:mm\\:ss}: {peer.EndedBecause}");
        }
        catch (WebRtcException failed)
        {
            note($"call {conversation.Id[..8]} never connected: {failed.Message}");
        }
        metrics.CallEnded(peer);
        if (desks.Find(conversation.Id) is { EndsWithCall: true } && (conversation.Call is not { } now || now.Peer == peer)) await hub.CloseAsync(conversation.Id);
    }

    async Task HangUpAsync(HttpContext context)
    {
        string id = $"{context.GetRouteValue("id")}";
        var peer = hub.Conversations.Select(each => each.Call?.Peer).FirstOrDefault(each => each?.Id == id)
            ?? throw WebProblem.NotFound("There is no such call: it has ended.");
        await peer.DisposeAsync();
        context.Response.StatusCode = StatusCodes.Status200OK;
    }
}
