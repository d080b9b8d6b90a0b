using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace TalkingMachines.Serving.Web;

/// <summary>What the server is and how it fares.</summary>
internal sealed class InformationRoutes(CallHub hub, VoiceRoster voices, Reception reception, ServerMetrics metrics, string model, bool hasAssistant)
{
    readonly ServedBytes description = new(PageFiles.Embedded(Assembly.GetExecutingAssembly(), "openapi.json"), "application/json");

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/status", StatusAsync);
        routes.MapGet("/metrics", MetricsAsync);
        routes.MapGet("/openapi.json", description.AnswerAsync);
    }

    async Task StatusAsync(HttpContext context)
    {
        var config = hub.Avatar.Config;
        var status = new ServerStatus(
            model, config.Picture, config.FramesPerSecond, reception.IsReady, hub.Conversations.Count, hub.Capacity, await voices.ChoicesAsync(), hasAssistant);
        await context.Response.WriteAsJsonAsync(status, WebJson.Plain.ServerStatus, cancellationToken: context.RequestAborted);
    }

    async Task MetricsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.WriteAsync(metrics.Write(), Encoding.UTF8, context.RequestAborted);
    }
}
