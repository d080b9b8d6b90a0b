using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace TalkingMachines.Serving.Web;

/// <summary>
/// The page's files, built into this assembly. Each has a route of its own, so that there is no path to be tricked with.
/// </summary>
internal sealed class PageFiles
{
    const string Folder = "page/", Start = "index.html";

    static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    static readonly Dictionary<string, string> Types = new()
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".json"] = "application/json",
        [".webmanifest"] = "application/manifest+json",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".woff2"] = "font/woff2",
    };

    readonly Dictionary<string, ServedBytes> files = [];

    public PageFiles()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (string name in assembly.GetManifestResourceNames())
            if (name.StartsWith(Folder, StringComparison.Ordinal) && Types.TryGetValue(Path.GetExtension(name), out string? type))
                files[name[Folder.Length..].Replace('\\', '/')] = new ServedBytes(Embedded(assembly, name), type);
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var (path, file) in files)
        {
            Map(routes, path, file);
            if (path == Start) Map(routes, "", file);
        }
    }

    static void Map(IEndpointRouteBuilder routes, string path, ServedBytes file) =>
        routes.MapMethods($"/{path}", Methods, file.AnswerAsync).WithMetadata(new OpenToAll());

    /// <summary>All of a resource.</summary>
    internal static byte[] Embedded(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}

/// <summary>Bytes that stay the same, with the mark by which a browser knows that it has them.</summary>
internal sealed class ServedBytes(byte[] bytes, string type)
{
    readonly string mark = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12))}\"";

    public async Task AnswerAsync(HttpContext context)
    {
        var response = context.Response;
        response.Headers.ETag = mark;
        response.Headers.CacheControl = "no-cache"; // may be kept, must be asked about
        if (context.Request.GetTypedHeaders().IfNoneMatch.Any(each => each.Tag == mark || each == EntityTagHeaderValue.Any))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        response.ContentType = type;
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, context.RequestAborted);
    }
}
