namespace TalkingMachines.Puppets;

/// <summary>
/// What somebody wants otherwise than a seed has it; null leaves it to the seed. Colours come from the palettes that the
/// seeds draw from, and what depends on a wish follows it: lips the skin, brows the hair, hair the hat.
/// </summary>
public sealed record PuppetWishes
{
    const int MostSeedsAsked = 4000; // rarest of all wanted: a child's dot eyes, one in some 300 seeds

    public DrawingStyle? Style { get; init; }

    public AgeGroup? Age { get; init; }

    public Rgb? Skin { get; init; }

    public HairStyle? Hair { get; init; }

    public Rgb? HairColour { get; init; }

    public EyeKind? Eyes { get; init; }

    public Rgb? EyeColour { get; init; }

    public BeardKind? Beard { get; init; }

    public GlassesKind? Glasses { get; init; }

    public HeadwearKind? Headwear { get; init; }

    public ClothesKind? Clothes { get; init; }

    public Rgb? ClothesColour { get; init; }

    public BackdropKind? Background { get; init; }

    public Rgb? BackgroundColour { get; init; }

    /// <summary>The character of a seed with these wishes.</summary>
    public Puppet Apply(long seed)
    {
        var puppet = WithEyes(WithHair(WithSkin(new PuppetCasting(seed, Style, Age).Cast())));
        var (wardrobe, backdrop) = (puppet.Wardrobe, puppet.Backdrop);
        return puppet with
        {
            Wardrobe = wardrobe with
            {
                Clothes = Clothes ?? wardrobe.Clothes,
                Main = ClothesColour ?? wardrobe.Main,
                Glasses = Glasses ?? wardrobe.Glasses,
                Headwear = Headwear ?? wardrobe.Headwear,
            },
            Backdrop = backdrop with { Kind = Background ?? backdrop.Kind, First = BackgroundColour ?? backdrop.First },
        };
    }

    Puppet WithSkin(Puppet puppet)
    {
        if (Skin is not { } wanted) return puppet;
        var skin = puppet.Skin with { Skin = wanted, Fantasy = Palette.IsFantasySkin(wanted) };
        bool painted = puppet.Mouth.Lip != PuppetCasting.LipColour(puppet.Skin);
        return puppet with { Skin = skin, Mouth = painted ? puppet.Mouth : puppet.Mouth with { Lip = PuppetCasting.LipColour(skin) } };
    }

    Puppet WithHair(Puppet puppet)
    {
        var hair = puppet.Hair with { Colour = HairColour ?? puppet.Hair.Colour, Beard = Beard ?? puppet.Hair.Beard };
        if (Hair is { } style) hair = hair.With(style);
        hair = PuppetCasting.UnderHat(hair, Headwear ?? puppet.Wardrobe.Headwear);
        return puppet with { Hair = hair, Eyes = puppet.Eyes with { BrowColour = PuppetCasting.BrowColour(hair.Colour) } };
    }

    Puppet WithEyes(Puppet puppet)
    {
        var eyes = puppet.Eyes;
        if (Eyes is { } kind && kind != eyes.Kind && OtherWith(kind, puppet) is { } other)
        {
            float spacing = other.Eyes.Spacing * puppet.Head.Cheek / other.Head.Cheek;
            eyes = eyes with { Kind = kind, Width = other.Eyes.Width, Height = other.Eyes.Height, Spacing = spacing };
        }
        return puppet with { Eyes = eyes with { Iris = EyeColour ?? eyes.Iris } };
    }

    /// <summary>The next character of the same age with such eyes, whose measures then fit.</summary>
    static Puppet? OtherWith(EyeKind kind, Puppet puppet)
    {
        for (long seed = puppet.Seed + 1; seed <= puppet.Seed + MostSeedsAsked; seed++)
            if (new PuppetCasting(seed, age: puppet.Age).Cast() is { } other && other.Eyes.Kind == kind) return other;
        return null;
    }
}
