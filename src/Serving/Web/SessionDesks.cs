using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace TalkingMachines.Serving.Web;

/// <summary>The desks of all conversations.</summary>
internal sealed class SessionDesks
{
    readonly CallHub hub;
    readonly AssistantOptions? assistant;
    readonly ConditionalWeakTable<Conversation, SessionDesk> desks = [];

    /// <param name="assistant">Null where none is configured.</param>
    public SessionDesks(CallHub hub, AssistantOptions? assistant)
    {
        (this.hub, this.assistant) = (hub, assistant);
        hub.Closed += conversation =>
        {
            if (desks.TryGetValue(conversation, out var desk)) _ = desk.DisposeAsync().AsTask();
        };
    }

    /// <summary>That of the session which the route names.</summary>
    /// <exception cref="WebProblem">There is none.</exception>
    public SessionDesk Of(HttpContext context)
    {
        string id = $"{context.GetRouteValue("id")}";
        return Find(id) ?? throw WebProblem.NotFound($"There is no session '{(id.Length > 40 ? $"{id[..40]}..." : id)}': it has ended, or the server has restarted.");
    }

    public SessionDesk? Find(string id) =>
        hub.Find(id) is { } conversation ? desks.GetValue(conversation, each => new SessionDesk(each, assistant)) : null;

    /// <summary>That of a conversation which ends with its call.</summary>
    public void Lend(Conversation conversation) => desks.AddOrUpdate(conversation, new SessionDesk(conversation, assistant) { EndsWithCall = true });
}
