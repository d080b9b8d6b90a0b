using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using TalkingMachines.Media;
using TalkingMachines.Puppets;

namespace TalkingMachines.Serving.Web;

/// <summary>
/// Draws characters for whoever asks, one at a time: many requests at once must not take the processor away from the calls.
/// </summary>
internal sealed class PuppetPainter : IDisposable
{
    /// <summary>Seeds from here on are kept for measurements.</summary>
    public const long Seeds = 1_000_000;

    /// <summary>Side of a picture to be looked at, in pixels.</summary>
    public const int Side = 512;

    readonly SemaphoreSlim one = new(1);
    readonly PuppetRenderer renderer = new();

    public async Task<Picture> DrawAsync(Puppet puppet, int side, CancellationToken stop)
    {
        await one.WaitAsync(stop);
        try
        {
            return await Task.Run(() => renderer.Draw(puppet, PuppetPose.Neutral, side), CancellationToken.None);
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>As PNG.</summary>
    public static byte[] Encode(Picture picture)
    {
        using var stream = new MemoryStream();
        Png.Write(picture, stream);
        return stream.ToArray();
    }

    /// <summary>The character of a name such as "1234?hair=Bob".</summary>
    /// <exception cref="WebProblem"/>
    public static Puppet Named(string name)
    {
        int query = name.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? Wished(name, []) : Wished(name[..query], QueryHelpers.ParseQuery(name[query..]));
    }

    /// <param name="wishes">Values of <see cref="PuppetTrait"/> by name; an empty one is none.</param>
    /// <exception cref="WebProblem"/>
    public static Puppet Wished(string seed, IEnumerable<KeyValuePair<string, StringValues>> wishes)
    {
        if (!long.TryParse(seed, NumberStyles.None, CultureInfo.InvariantCulture, out long number) || number >= Seeds)
            throw WebProblem.Senseless($"The seed is '{Short(seed)}', expected a whole number from 0 to {Seeds - 1}.");
        var wished = new PuppetWishes();
        foreach (var (name, values) in wishes)
        {
            if (name == "token" || StringValues.IsNullOrEmpty(values)) continue;
            var trait = PuppetTrait.All.FirstOrDefault(each => each.Name == name)
                ?? throw WebProblem.Senseless($"The trait '{Short(name)}' is unknown, expected {string.Join(", ", PuppetTrait.All.Select(each => each.Name))}.");
            wished = trait.TryWish(wished, values[0]!)
                ?? throw WebProblem.Senseless($"The trait '{name}' is '{Short(values[0]!)}', expected one of {string.Join(", ", trait.Values)}.");
        }
        return wished.Apply(number);
    }

    static string Short(string text) => text.Length <= 40 ? text : $"{text[..40]}...";

    public void Dispose() => one.Dispose();
}

/// <summary>A slider of the page.</summary>
internal sealed record TraitChoice(string Name, string Label, IReadOnlyList<string> Values);
