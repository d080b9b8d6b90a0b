using Microsoft.AspNetCore.Http;

namespace TalkingMachines.Serving.Web;

/// <summary>An answer other than success, as RFC 9457 has it: a title for the kind, a detail that says what came and what was expected.</summary>
internal sealed class WebProblem(int status, string title, string detail, TimeSpan? retryAfter = null) : Exception(detail)
{
    public int Status => status;

    public string Title => title;

    public TimeSpan? RetryAfter => retryAfter;

    public static WebProblem Senseless(string detail) => new(StatusCodes.Status400BadRequest, "The request makes no sense", detail);

    public static WebProblem NotFound(string detail) => new(StatusCodes.Status404NotFound, "Not found", detail);

    public static WebProblem Unreadable(string detail) => new(StatusCodes.Status415UnsupportedMediaType, "The file cannot be read", detail);

    public static WebProblem Busy(string title, string detail, TimeSpan retryAfter) =>
        new(StatusCodes.Status503ServiceUnavailable, title, detail, retryAfter);
}
