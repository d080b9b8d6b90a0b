namespace TalkingMachines.Puppets;

/// <summary>Colours that go together, by what they are for.</summary>
static class Palette
{
    static readonly Rgb[] Skins = Hex(
        0xFFE3D0, 0xFFDCC2, 0xFAD3B4, 0xF6C9A4, 0xF2BE97, 0xEBB188, 0xE2A377, 0xD79567, 0xC98657, 0xB97548,
        0xA8653B, 0x965732, 0x834A2B, 0x704026, 0x5E3521, 0x4D2C1D, 0xF4C7B1, 0xE0AC80, 0xFFD7CB, 0x8D5A3A);

    static readonly Rgb[] FantasySkins = Hex(
        0x9FD6A0, 0x8FC7E8, 0xC6A8E6, 0xF3A6C0, 0x86D3C6, 0xB7C4D6, 0xE9C46A, 0xE98A7A);

    static readonly Rgb[] NaturalHair = Hex(
        0x1E1A1F, 0x2A211F, 0x3A2A22, 0x4C3425, 0x63432C, 0x7B5536, 0x946A40, 0xB08247, 0xCFA75F, 0xE4C481,
        0xF0DDA6, 0x8A3F22, 0xA9522A, 0xC46A35, 0x5A2A22, 0x241F2C, 0x15151C, 0x43302A);

    static readonly Rgb[] GreyHair = Hex(0xE9E7E4, 0xCFCDCB, 0xB4B2B3, 0x94939A, 0xF4F1EA, 0x7C7A80);

    static readonly Rgb[] VividHair = Hex(
        0xE85D8A, 0x7A5BD0, 0x3E8FD6, 0x35A88F, 0xE8743B, 0xF28FB5, 0x9BD1F0, 0xB59BE8, 0xD93F4F, 0x2F5FA8);

    static readonly Rgb[] Irises = Hex(
        0x4A2C1A, 0x5F3A20, 0x7A4B26, 0x8E6A34, 0x6E7A3C, 0x4E8A57, 0x4A86A8, 0x3F74B8, 0x6C8796, 0x35506E, 0x2E2623,
        0x9A6B2E);

    static readonly Rgb[] VividIrises = Hex(0x8A4FC4, 0xC43F5A, 0x2FA6A0, 0xE0952C, 0x3A5BD9, 0x4FA63A);

    static readonly Rgb[] Lips = Hex(
        0xC9485B, 0xB83A4E, 0xD8606A, 0xA83248, 0xE07A7F, 0xC2185B, 0x8E2A3C, 0xD94F4F, 0xB5536B, 0x7A2436);

    static readonly Rgb[] Clothes = Hex(
        0xE4572E, 0xF2A541, 0xF3D34A, 0x6BAA75, 0x2E8B7F, 0x2A9D8F, 0x3D7EA6, 0x264E86, 0x5B4B8A, 0x8E5AA8, 0xC8557A,
        0xE88FA2, 0xF4F1E8, 0xD9DDE3, 0x8D99AE, 0x4A5568, 0x2B2D42, 0x222326, 0x7B3F3F, 0xA0522D, 0xB5C99A, 0xA8DADC,
        0xEFC3B0, 0x55706D, 0xC9302C, 0x1D6FA3);

    static readonly Rgb[] Backdrops = Hex(
        0xA8D8EA, 0xFFD3B6, 0xDCEDC1, 0xFFAAA5, 0xC7CEEA, 0xFFF1C1, 0xB5EAD7, 0xE2C2FF, 0xF6D6AD, 0x9AD0C2, 0x7FB7BE,
        0xF7B2AD, 0xE7D8C9, 0xCFE3F5, 0x3C4F76, 0x2F4858, 0x5F6CAF, 0x86A873, 0xD98E73, 0x6D597A, 0xF2CC8F, 0x81B29A,
        0xE9E5DB, 0x465362, 0xF9C74F, 0x90BE6D);

    static readonly Rgb[] Frames = Hex(
        0x1F1F24, 0x3A2A22, 0x7A4A2A, 0xB03A48, 0x2F5D8A, 0xC9A04E, 0x8A8D93, 0x3F7D6B, 0xE8E2D6, 0x6B4E8A);

    /// <summary>Of skin, pale to dark, then those of fairy tales.</summary>
    public static IReadOnlyList<Rgb> SkinColours { get; } = [.. Skins.OrderByDescending(colour => colour.Luminance), .. FantasySkins];

    /// <summary>Of hair, light to dark, then those that are dyed.</summary>
    public static IReadOnlyList<Rgb> HairColours { get; } =
        [.. NaturalHair.Concat(GreyHair).OrderByDescending(colour => colour.Luminance), .. VividHair];

    public static IReadOnlyList<Rgb> EyeColours { get; } = [.. Irises, .. VividIrises];

    public static IReadOnlyList<Rgb> ClothColours { get; } = [.. Clothes.OrderBy(colour => colour.Hue)];

    public static IReadOnlyList<Rgb> BackdropColours { get; } = [.. Backdrops.OrderBy(colour => colour.Hue)];

    public static bool IsFantasySkin(Rgb colour) => FantasySkins.Contains(colour);

    public static Rgb Skin(Random random, out bool fantasy)
    {
        fantasy = random.NextDouble() < 0.035;
        return Vary(random, fantasy ? Pick(random, FantasySkins) : Pick(random, Skins), 7);
    }

    public static Rgb Hair(Random random, bool old)
    {
        double kind = random.NextDouble();
        if (old && kind < 0.75) return Vary(random, Pick(random, GreyHair), 5);
        return Vary(random, kind > 0.87 ? Pick(random, VividHair) : Pick(random, NaturalHair), 6);
    }

    public static Rgb Iris(Random random) =>
        Vary(random, random.NextDouble() < 0.08 ? Pick(random, VividIrises) : Pick(random, Irises), 8);

    public static Rgb LipTint(Random random) => Pick(random, Lips);

    public static Rgb Cloth(Random random) => Vary(random, Pick(random, Clothes), 8);

    public static Rgb Backdrop(Random random) => Vary(random, Pick(random, Backdrops), 8);

    public static Rgb Frame(Random random) => Pick(random, Frames);

    static Rgb Pick(Random random, Rgb[] from) => from[random.Next(from.Length)];

    static Rgb Vary(Random random, Rgb colour, float by) => new(
        Channel(random, colour.R, by), Channel(random, colour.G, by), Channel(random, colour.B, by));

    static float Channel(Random random, float value, float by) =>
        Math.Clamp(value + (float)(random.NextDouble() * 2 - 1) * by, 6, 250);

    static Rgb[] Hex(params ReadOnlySpan<int> values)
    {
        var colours = new Rgb[values.Length];
        for (int i = 0; i < values.Length; i++) colours[i] = Rgb.Hex(values[i]);
        return colours;
    }
}
