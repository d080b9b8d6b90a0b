using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TalkingMachines.Puppets;

namespace TalkingMachines.Serving.Web;

/// <summary>Who can be called: the gallery, drawings, callers' own pictures.</summary>
internal sealed class CharacterRoutes(Gallery gallery, PuppetPainter painter, PictureShelf shelf)
{
    static readonly IReadOnlyList<TraitChoice> Traits = [.. PuppetTrait.All.Select(each => new TraitChoice(each.Name, each.Label, each.Values))];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/characters", context => context.Response.WriteAsJsonAsync(gallery.Choices, WebJson.Plain.IReadOnlyListCharacterChoice));
        routes.MapGet("/api/characters/{id}.png", async context => await (await gallery.PictureAsync(Route(context, "id"))).AnswerAsync(context));
        routes.MapGet("/api/puppets/traits", context => context.Response.WriteAsJsonAsync(Traits, WebJson.Plain.IReadOnlyListTraitChoice));
        routes.MapGet("/api/puppets/{seed}.png", DrawAsync);
        routes.MapPost("/api/pictures", TakeAsync).WithMetadata(new BodyLimit(PictureShelf.MostBytes));
        routes.MapGet("/api/pictures/{id}.png", ShowAsync);
    }

    async Task DrawAsync(HttpContext context)
    {
        var puppet = PuppetPainter.Wished(Route(context, "seed"), context.Request.Query);
        var picture = await painter.DrawAsync(puppet, PuppetPainter.Side, context.RequestAborted);
        await new ServedBytes(PuppetPainter.Encode(picture), "image/png").AnswerAsync(context);
    }

    async Task TakeAsync(HttpContext context)
    {
        // A form would be kept as it is, with its headers: what is meant is the file itself.
        if (context.Request.HasFormContentType && context.Request.ContentType!.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
            throw WebProblem.Unreadable("The body is a form, expected the picture itself (curl --data-binary @FILE).");
        string id = await shelf.TakeAsync(context.Request.Body, context.RequestAborted);
        string address = $"/api/pictures/{id}.png";
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.Headers.Location = address;
        await context.Response.WriteAsJsonAsync(new PictureTaken(id, address), WebJson.Plain.PictureTaken);
    }

    Task ShowAsync(HttpContext context) => shelf.Find(Route(context, "id")) is { } picture
        ? new ServedBytes(PuppetPainter.Encode(picture), "image/png").AnswerAsync(context)
        : throw WebProblem.NotFound("There is no such picture: it was not used for an hour, or newer ones took its place.");

    static string Route(HttpContext context, string name) => $"{context.GetRouteValue(name)}";
}
