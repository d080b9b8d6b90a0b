using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace TalkingMachines.Serving.Web;

/// <summary>Turns every failure, and every bare status of the framework, into one problem document.</summary>
internal sealed class ProblemAnswers(RequestDelegate next, Action<string> note)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { StatusCode: >= 400, HasStarted: false }) await WriteAsync(context, Bare(context));
        }
        catch (WebProblem problem)
        {
            await WriteAsync(context, problem);
        }
        catch (BadHttpRequestException bad)
        {
            await WriteAsync(context, Bad(bad));
        }
        catch (Exception gone) when (context.RequestAborted.IsCancellationRequested && gone is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            // nobody is there to be told
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // The route, never its query: a token may be in it.
            note($"{context.Request.Method} {context.GetEndpoint()?.DisplayName ?? "(no route)"} failed: {failure.GetType().Name}: {failure.Message}");
            await WriteAsync(context, new WebProblem(StatusCodes.Status500InternalServerError, "The server failed", "This is a fault of the server, not of the request."));
        }
    }

    static WebProblem Bare(HttpContext context) => context.Response.StatusCode switch
    {
        404 => WebProblem.NotFound($"There is nothing at {Shown(context.Request.Path)}."),
        405 => new(405, "Wrong method", $"{context.Request.Method} is not for {Shown(context.Request.Path)}, expected {context.Response.Headers.Allow}."),
        var status => new(status, "Refused", $"The server answered {status}."),
    };

    static WebProblem Bad(BadHttpRequestException bad) => bad.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => new(413, "The body is too large", "It is far larger than any that is taken."),
        StatusCodes.Status408RequestTimeout => new(408, "The body came too slowly", "The server no longer waits for it."),
        var status => new(status, "The request makes no sense", bad.Message),
    };

    static string Shown(PathString path) => path.Value is { Length: > 100 } long_ ? $"{long_[..100]}..." : $"{path}";

    static async Task WriteAsync(HttpContext context, WebProblem problem)
    {
        var response = context.Response;
        if (response.HasStarted)
        {
            context.Abort(); // half an answer must not look like a whole one
            return;
        }
        string? allow = response.Headers.Allow;
        response.StatusCode = problem.Status;
        response.Headers.CacheControl = "no-store";
        response.Headers.Remove(HeaderNames.ETag);
        if (allow is not null) response.Headers.Allow = allow;
        int? seconds = problem.RetryAfter is { } wait ? (int)Math.Ceiling(wait.TotalSeconds) : null;
        if (seconds is { } hint) response.Headers.RetryAfter = hint.ToString(CultureInfo.InvariantCulture);
        if (problem.Status == StatusCodes.Status401Unauthorized) response.Headers.WWWAuthenticate = "Bearer";
        var document = new ProblemDocument(problem.Title, problem.Message, problem.Status, seconds);
        await response.WriteAsJsonAsync(document, WebJson.Plain.ProblemDocument, "application/problem+json", context.RequestAborted);
    }
}
