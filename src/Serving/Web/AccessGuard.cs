using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace TalkingMachines.Serving.Web;

/// <summary>
/// Who may ask. Without a token only whoever speaks to this machine by its own name, which keeps out pages that had a name of
/// theirs resolved to 127.0.0.1; with a token only who knows it. A page of another origin is refused in both cases.
/// </summary>
internal sealed class AccessGuard(RequestDelegate next, string? token)
{
    // Equally long digests: neither length nor place of a difference shows in the time.
    readonly byte[]? expected = token is null ? null : Digest(token);

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (expected is null && !IsThisMachine(request.Host))
            throw Forbidden($"The host is '{Shown(request.Host.Value)}', expected localhost. Behind a proxy, start with --token.");
        if (request.Headers.Origin is { Count: > 0 } origin && !IsOurs(origin.ToString(), request.Host))
            throw Forbidden($"The origin is '{Shown(origin.ToString())}', expected this server's own page. A proxy must pass the Host header on.");
        bool isOpen = context.GetEndpoint()?.Metadata.GetMetadata<OpenToAll>() is not null;
        if (!isOpen && expected is not null && !IsKnown(request))
            throw new WebProblem(StatusCodes.Status401Unauthorized, "A token is needed", "Expected 'Authorization: Bearer TOKEN', or '?token=TOKEN', with the token that the server printed when it started.");
        return next(context);
    }

    bool IsKnown(HttpRequest request)
    {
        const string bearer = "Bearer ";
        string header = request.Headers.Authorization.ToString();
        string given = header.StartsWith(bearer, StringComparison.OrdinalIgnoreCase) ? header[bearer.Length..].Trim() : request.Query["token"].ToString();
        return CryptographicOperations.FixedTimeEquals(Digest(given), expected);
    }

    static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    static bool IsThisMachine(HostString host) =>
        host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    // The scheme may differ: a proxy speaks HTTPS for us.
    static bool IsOurs(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && uri.AbsolutePath == "/"
        && string.Equals(uri.Authority, WithoutUsualPort(host, uri.Scheme), StringComparison.OrdinalIgnoreCase);

    static string WithoutUsualPort(HostString host, string scheme) =>
        host.Port == (scheme == "https" ? 443 : 80) ? host.Host : host.Value ?? "";

    static WebProblem Forbidden(string detail) => new(StatusCodes.Status403Forbidden, "Not from there", detail);

    static string Shown(string? text) => text is { Length: > 80 } ? $"{text[..80]}..." : text ?? "";
}

/// <summary>Marks what anybody may have: the page itself, which holds nothing secret and asks for the token.</summary>
internal sealed class OpenToAll;
