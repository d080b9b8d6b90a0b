using System.Reflection;
using System.Text.Json;
using TalkingMachines.Media;
using TalkingMachines.Puppets;

namespace TalkingMachines.Serving.Web;

/// <summary>
/// Everybody who can be called: those that come with the program, one that the operator brought, any seed, and callers'
/// pictures.
/// </summary>
internal sealed class Gallery
{
    const string Resource = "gallery.json", Own = "own", Drawn = "puppet:";
    const int LongestName = 600; // of a drawn one, with all its wishes

    static readonly JsonSerializerOptions Strict = new(JsonSerializerOptions.Strict) { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    readonly PuppetPainter painter;
    readonly PictureShelf shelf;
    readonly Picture? own;
    readonly Shipped[] shipped;
    readonly Dictionary<string, Lazy<Task<ServedBytes>>> pictures = [];

    /// <exception cref="WebServerException">The character that was asked for is none of them.</exception>
    public Gallery(WebOptions options, PuppetPainter painter, PictureShelf shelf)
    {
        (this.painter, this.shelf) = (painter, shelf);
        List<Shipped> all = [.. All];
        if (options.Character is { } wanted)
        {
            var first = all.Find(each => each.Id.Equals(wanted, StringComparison.OrdinalIgnoreCase) || each.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase))
                ?? throw new WebServerException($"There is no character '{wanted}', expected a picture's file or one of {string.Join(", ", all.Select(each => each.Name))}.");
            all.Remove(first);
            all.Insert(0, first);
        }
        shipped = [.. all];
        foreach (var each in shipped) pictures[each.Id] = new(() => EncodedAsync(each));
        List<CharacterChoice> choices = [.. shipped.Select(each => new CharacterChoice(each.Id, each.Name, Address(each.Id)))];
        if (options.OwnCharacter is var (name, picture))
        {
            own = picture.CroppedToSquare() is { Width: > PuppetPainter.Side } large ? large.Resized(PuppetPainter.Side, PuppetPainter.Side) : picture.CroppedToSquare();
            var served = new ServedBytes(PuppetPainter.Encode(own), "image/png");
            pictures[Own] = new(() => Task.FromResult(served));
            choices.Insert(0, new CharacterChoice(Own, name, Address(Own)));
        }
        Choices = choices;
    }

    /// <summary>A character that comes with the program.</summary>
    internal sealed record Shipped(string Id, string Name, long Seed);

    /// <summary>As gallery.json has them.</summary>
    internal static IReadOnlyList<Shipped> All { get; } =
        JsonSerializer.Deserialize<Shipped[]>(PageFiles.Embedded(Assembly.GetExecutingAssembly(), Resource), Strict)!;

    /// <summary>Those to choose from, the usual one first.</summary>
    public IReadOnlyList<CharacterChoice> Choices { get; }

    static string Address(string id) => $"/api/characters/{id}.png";

    /// <summary>The picture of one of <see cref="Choices"/>.</summary>
    /// <exception cref="WebProblem"/>
    public Task<ServedBytes> PictureAsync(string id) =>
        pictures.TryGetValue(id, out var drawn) ? drawn.Value : throw WebProblem.NotFound($"There is no character '{Short(id)}', expected one of /api/characters.");

    /// <summary>The picture of whoever a session asks for, by a name of the gallery, of a picture, or "puppet:SEED?wishes".</summary>
    /// <param name="side">Of the model's pictures.</param>
    /// <exception cref="WebProblem"/>
    public async Task<Picture> FindAsync(string character, int side, CancellationToken stop)
    {
        if (character.Length > LongestName) throw WebProblem.Senseless($"The character's name has {character.Length} letters, expected at most {LongestName}.");
        if (character.Any(char.IsControl)) throw WebProblem.Senseless("The character's name has control characters.");
        if (character == Own && own is not null) return own;
        if (character.StartsWith(Drawn, StringComparison.Ordinal)) return await painter.DrawAsync(PuppetPainter.Named(character[Drawn.Length..]), side, stop);
        if (shipped.FirstOrDefault(each => each.Id == character) is { } one) return await painter.DrawAsync(Puppet.FromSeed(one.Seed), side, stop);
        return shelf.Find(character)
            ?? throw WebProblem.NotFound($"There is no character '{Short(character)}', expected one of /api/characters, puppet:SEED, or a picture sent to /api/pictures within the last hour.");
    }

    async Task<ServedBytes> EncodedAsync(Shipped character) =>
        new(PuppetPainter.Encode(await painter.DrawAsync(Puppet.FromSeed(character.Seed), PuppetPainter.Side, CancellationToken.None)), "image/png");

    static string Short(string text) => text.Length <= 60 ? text : $"{text[..60]}...";
}
