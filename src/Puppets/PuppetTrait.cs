namespace TalkingMachines.Puppets;

/// <summary>A trait that can be wished for, by name: for sliders and addresses.</summary>
/// <param name="Name">As in an address.</param>
/// <param name="Label">For people.</param>
/// <param name="Values">Words, or colours such as #ffe3d0.</param>
public sealed record PuppetTrait(string Name, string Label, IReadOnlyList<string> Values, Func<PuppetWishes, string, PuppetWishes> Wish)
{
    public static IReadOnlyList<PuppetTrait> All { get; } =
    [
        Kind<DrawingStyle>("style", "Drawing", (wishes, value) => wishes with { Style = value }),
        Kind<AgeGroup>("age", "Age", (wishes, value) => wishes with { Age = value }),
        Colour("skin", "Skin", Palette.SkinColours, (wishes, value) => wishes with { Skin = value }),
        Kind<HairStyle>("hair", "Hair", (wishes, value) => wishes with { Hair = value }),
        Colour("hairColour", "Hair colour", Palette.HairColours, (wishes, value) => wishes with { HairColour = value }),
        Kind<BeardKind>("beard", "Beard", (wishes, value) => wishes with { Beard = value }),
        Kind<EyeKind>("eyes", "Eyes", (wishes, value) => wishes with { Eyes = value }),
        Colour("eyeColour", "Eye colour", Palette.EyeColours, (wishes, value) => wishes with { EyeColour = value }),
        Kind<GlassesKind>("glasses", "Glasses", (wishes, value) => wishes with { Glasses = value }),
        Kind<HeadwearKind>("headwear", "Hat", (wishes, value) => wishes with { Headwear = value }),
        Kind<ClothesKind>("clothes", "Clothes", (wishes, value) => wishes with { Clothes = value }),
        Colour("clothesColour", "Clothes colour", Palette.ClothColours, (wishes, value) => wishes with { ClothesColour = value }),
        Kind<BackdropKind>("background", "Background", (wishes, value) => wishes with { Background = value }),
        Colour("backgroundColour", "Background colour", Palette.BackdropColours, (wishes, value) => wishes with { BackgroundColour = value }),
    ];

    /// <summary>Adds a wish; null where this trait has no such value.</summary>
    public PuppetWishes? TryWish(PuppetWishes wishes, string value) =>
        Values.FirstOrDefault(each => each.Equals(value, StringComparison.OrdinalIgnoreCase)) is { } known ? Wish(wishes, known) : null;

    static PuppetTrait Kind<T>(string name, string label, Func<PuppetWishes, T, PuppetWishes> wish) where T : struct, Enum =>
        new(name, label, Enum.GetNames<T>(), (wishes, value) => wish(wishes, Enum.Parse<T>(value)));

    static PuppetTrait Colour(string name, string label, IReadOnlyList<Rgb> colours, Func<PuppetWishes, Rgb, PuppetWishes> wish)
    {
        string[] names = [.. colours.Select(colour => colour.ToHex())];
        return new(name, label, names, (wishes, value) => wish(wishes, colours[Array.IndexOf(names, value)]));
    }
}
