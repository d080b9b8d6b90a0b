namespace TalkingMachines.Puppets;

/// <summary>Draws a puppet's traits from its seed, group by group, so that what is drawn goes together.</summary>
sealed class PuppetCasting
{
    readonly long seed;
    readonly DrawingStyle style;
    readonly AgeGroup age;
    readonly bool feminine;
    Random random;

    /// <param name="style">Instead of the seed's own; what depends on it follows.</param>
    /// <param name="age">Likewise.</param>
    public PuppetCasting(long seed, DrawingStyle? style = null, AgeGroup? age = null)
    {
        this.seed = seed;
        random = Stream(0);
        this.style = Weighted<DrawingStyle>(22, 22, 16, 10, 16, 14);
        if ((seed & 7) == 7) this.style = DrawingStyle.Photo; // came last: other seeds stay who they are
        this.age = Weighted<AgeGroup>(16, 40, 30, 14);
        feminine = Chance(0.5);
        (this.style, this.age) = (style ?? this.style, age ?? this.age);
    }

    public Puppet Cast()
    {
        var skin = CastSkin();
        var head = CastHead();
        var hair = CastHair(skin.Skin);
        var eyes = CastEyes(head, hair);
        var mouth = CastMouth(head, skin);
        var wardrobe = CastWardrobe(hair);
        return new Puppet(
            seed, style, age, head, skin, eyes, CastNose(head, eyes, mouth), mouth, UnderHat(hair, wardrobe.Headwear), wardrobe,
            CastBackdrop(skin, hair));
    }

    SkinTraits CastSkin()
    {
        random = Stream(1);
        var skin = Palette.Skin(random, out bool fantasy);
        float blush = Chance(0.55) ? Between(0.25f, 0.9f) : 0;
        if (age == AgeGroup.Child) blush = MathF.Max(blush, 0.4f);
        int freckles = Chance(age == AgeGroup.Elder ? 0.05 : 0.16) ? random.Next(1, 1000) : 0;
        float wrinkles = age switch { AgeGroup.Elder => Between(0.6f, 1), AgeGroup.Adult => Between(0, 0.45f), _ => 0 };
        int mole = Chance(0.08) ? random.Next(1, 5) : 0;
        return new SkinTraits(skin, fantasy, blush, freckles, wrinkles, mole);
    }

    HeadTraits CastHead()
    {
        random = Stream(2);
        var shape = age == AgeGroup.Child ? HeadShape.Child : Weighted<HeadShape>(22, 28, feminine ? 8 : 22, 16, 20, 6);
        var (temple, cheek, jaw, chin, top, chinY) = shape switch
        {
            HeadShape.Round => (23f, 24.2f, 19.6f, 8.6f, 17f, 79f),
            HeadShape.Oval => (22f, 22.4f, 17.6f, 7.4f, 16f, 80.5f),
            HeadShape.Square => (22.4f, 22.8f, 20.4f, 10.6f, 16.5f, 80f),
            HeadShape.Long => (20.6f, 21f, 17f, 7.6f, 15f, 82f),
            HeadShape.Heart => (23.4f, 23.2f, 16.4f, 5.6f, 16.5f, 80.5f),
            _ => (24f, 25.6f, 20.2f, 8.6f, 17.5f, 78.5f),
        };
        float wide = Between(0.95f, 1.05f), slim = feminine ? 0.97f : 1.02f;
        return new HeadTraits(
            shape, temple * wide, cheek * wide, jaw * wide * slim * Between(0.96f, 1.04f), chin * slim * Between(0.9f, 1.12f),
            top + Between(-0.8f, 1), chinY + Between(-0.8f, 0.8f), Between(0.8f, 1.2f), Between(-1.5f, 1.5f));
    }

    HairTraits CastHair(Rgb skin)
    {
        random = Stream(3);
        var colour = Palette.Hair(random, age == AgeGroup.Elder);
        for (int i = 0; i < 8 && Close(colour, skin, 90); i++) colour = Palette.Hair(random, age == AgeGroup.Elder);
        //                              None Slick Strt Sweep Curt Spike Quiff Curls Buzz Mohk Wisp Horse Rounded
        var fringe = feminine
            ? Weighted<FringeKind>(0, 9, 18, 22, 20, 4, 3, 12, 1, 1, 6, 0, 8)
            : age is AgeGroup.Child or AgeGroup.Young
                ? Weighted<FringeKind>(1, 8, 7, 16, 6, 18, 14, 13, 9, 4, 3, 0, 8)
                : Weighted<FringeKind>(9, 12, 3, 16, 3, 8, 14, 10, 12, 1, 3, age == AgeGroup.Elder ? 16 : 7, 6);
        //                            None Bob Long Wavy Afro Pony Side Bun TwoB Pigt Brd Nape CurlyLong
        var back = feminine
            ? Weighted<BackKind>(8, 16, 16, 13, 5, 8, 5, 9, age == AgeGroup.Elder ? 0 : 4, age == AgeGroup.Child ? 12 : 3, 5, 5, 9)
            : Weighted<BackKind>(66, 2, 4, 3, 5, 1, 0, 3, 0, 0, 0, 14, 2);
        if (fringe is FringeKind.None or FringeKind.Buzz or FringeKind.Mohawk or FringeKind.Horseshoe) back = BackKind.None;
        if (back == BackKind.Afro) fringe = FringeKind.Curls;
        bool canBeard = !feminine && (age is AgeGroup.Adult or AgeGroup.Elder);
        var beard = canBeard && Chance(0.52)
            ? Weighted<BeardKind>(0, 18, 24, 14, 18, 8, 8, 10)
            : BeardKind.None;
        return new HairTraits(
            fringe, back, colour, Between(3, 5.6f), Chance(0.5) ? 1 : -1, beard, Between(0, 1), Between(-1.5f, 2.5f), Chance(0.6));
    }

    /// <summary>Hair that a hat would cut through gives way to hair that fits below it.</summary>
    public static HairTraits UnderHat(HairTraits hair, HeadwearKind hat)
    {
        if (hat is not (HeadwearKind.Beanie or HeadwearKind.Cap or HeadwearKind.Beret or HeadwearKind.Bandana)) return hair;
        var fringe = hair.Fringe switch
        {
            FringeKind.Curls or FringeKind.Quiff => FringeKind.SideSweep,
            FringeKind.Spikes or FringeKind.Rounded => FringeKind.Wisps,
            FringeKind.Mohawk => FringeKind.Buzz,
            var other => other,
        };
        var back = hair.Back switch
        {
            BackKind.Afro => BackKind.CurlyLong,
            BackKind.Bun => BackKind.None,
            BackKind.TwoBuns or BackKind.Ponytail => BackKind.Pigtails,
            var other => other,
        };
        return hair with { Fringe = fringe, Back = back, Volume = MathF.Min(hair.Volume, 3) };
    }

    EyeTraits CastEyes(HeadTraits head, HairTraits hair)
    {
        random = Stream(4);
        bool small = age == AgeGroup.Child;
        var kind = style switch
        {
            DrawingStyle.Anime => EyeKind.Anime,
            DrawingStyle.Flat => Weighted<EyeKind>(26, 22, 14, 28, 0, 10),
            DrawingStyle.Painterly or DrawingStyle.Photo => Weighted<EyeKind>(40, 24, 16, 2, 0, 18),
            _ => Weighted<EyeKind>(30, 24, 18, 14, 2, 12),
        };
        float y = head.Top + (head.ChinY - head.Top) * (small ? Between(0.535f, 0.565f) : Between(0.5f, 0.53f));
        var (width, height) = kind switch
        {
            EyeKind.Round => (Between(4.6f, 5.6f), Between(4.2f, 5.2f)),
            EyeKind.Wide => (Between(5.2f, 6.2f), Between(4.8f, 6)),
            EyeKind.Dot => (Between(1.7f, 2.3f), Between(2.2f, 3.1f)),
            EyeKind.Anime => (Between(5.4f, 6.4f), Between(6, 7.4f)),
            EyeKind.Hooded => (Between(5, 5.8f), Between(3.2f, 3.8f)),
            _ => (Between(5, 6), Between(3.5f, 4.4f)),
        };
        if (small) (width, height) = (width * 1.06f, height * 1.12f);
        float spacing = kind == EyeKind.Dot ? Between(9, 10.8f) : Between(9.8f, 11) * (head.Cheek / 23);
        return new EyeTraits(
            kind, y, spacing, width, height, Between(-0.5f, 1.2f), Between(0.62f, 0.8f), Palette.Iris(random),
            feminine || Chance(0.12), feminine && age != AgeGroup.Child && Chance(0.3) ? Palette.LipTint(random) : null,
            Between(2.4f, 3.8f), Between(4.6f, 6), (feminine ? Between(0.9f, 1.5f) : Between(1.3f, 2.4f)),
            Between(0.6f, 2), Between(-0.8f, 0.8f), BrowColour(hair.Colour));
    }

    public static Rgb BrowColour(Rgb hair) => hair.Luminance > 150 ? hair.Darker(0.3f) : hair.Darker(0.1f);

    /// <summary>Of lips without paint.</summary>
    public static Rgb LipColour(SkinTraits skin) => skin.Fantasy
        ? skin.Skin.Darker(0.35f)
        : skin.Skin.Mix(skin.Skin.Luminance < 110 ? new Rgb(188, 84, 96) : new Rgb(196, 74, 78), 0.46f);

    MouthTraits CastMouth(HeadTraits head, SkinTraits skin)
    {
        random = Stream(5);
        bool painted = feminine && age != AgeGroup.Child && Chance(0.45);
        var lip = painted ? Palette.LipTint(random) : LipColour(skin);
        float full = feminine ? Between(0.9f, 1.35f) : Between(0.6f, 1.05f);
        if (style == DrawingStyle.Anime) full *= 0.62f;
        if (age == AgeGroup.Child) full *= 0.8f;
        return new MouthTraits(
            head.ChinY - Between(13, 14.2f), Between(10, 12) * (style == DrawingStyle.Anime ? 0.88f : 1),
            1.75f * full * Between(0.85f, 1.1f), 2.5f * full * Between(0.85f, 1.1f), Between(0.1f, 0.5f),
            Between(0.1f, 1), lip, Between(0.6f, 0.95f), Chance(0.06));
    }

    NoseTraits CastNose(HeadTraits head, EyeTraits eyes, MouthTraits mouth)
    {
        random = Stream(6);
        var kind = style == DrawingStyle.Anime
            ? Weighted<NoseKind>(30, 0, 8, 20, 42, 0)
            : age == AgeGroup.Child ? Weighted<NoseKind>(60, 30, 0, 6, 4, 0) : Weighted<NoseKind>(22, 26, 18, 14, 4, 16);
        float y = float.Lerp(eyes.Y, mouth.Y, Between(0.52f, 0.6f));
        return new NoseTraits(kind, y, Between(2.6f, 4.2f) * (head.Cheek / 23) * (feminine ? 0.88f : 1.05f));
    }

    WardrobeTraits CastWardrobe(HairTraits hair)
    {
        random = Stream(7);
        //                                        Crew Hood Shirt VNck Dress Turtle Suit Over Strip Jacket
        var clothes = feminine
            ? Weighted<ClothesKind>(14, 12, 12, 12, 16, 10, 6, 8, 10, 8)
            : Weighted<ClothesKind>(16, 16, 16, 10, 0, 8, 14, 5, 10, 10);
        var glasses = Chance(age == AgeGroup.Elder ? 0.5 : 0.27)
            ? Weighted<GlassesKind>(0, 28, 24, 14, feminine ? 14 : 2, 18, 3)
            : GlassesKind.None;
        var earrings = Chance(feminine ? 0.5 : 0.07) ? Weighted<EarringKind>(0, 4, 4, 3) : EarringKind.None;
        var headwear = Chance(0.24) || hair.Fringe == FringeKind.None && Chance(0.2)
            //                          None Beanie Cap Band Bow Flower Phones Scarf Beret Bandana Crown
            ? Weighted<HeadwearKind>(0, 18, 14, feminine ? 12 : 2, feminine ? 10 : 0, feminine ? 9 : 0, 16,
                feminine ? 14 : 0, 7, 6, 2)
            : HeadwearKind.None;
        return new WardrobeTraits(
            clothes, Palette.Cloth(random), Palette.Cloth(random), Between(0.9f, 1.1f) * (feminine ? 0.94f : 1.04f),
            glasses, Palette.Frame(random), earrings, headwear, Palette.Cloth(random));
    }

    BackdropTraits CastBackdrop(SkinTraits skin, HairTraits hair)
    {
        random = Stream(8);
        var kind = Weighted<BackdropKind>(14, 16, 14, 8, 12, 9, 7, 10, 10, 8);
        if (style == DrawingStyle.Photo) kind = BackdropKind.Bokeh;
        var first = Palette.Backdrop(random);
        // a face or a dark head of hair must stand out from what is behind it
        for (int i = 0; i < 6 && (Close(first, skin.Skin) || Close(first, hair.Colour)); i++) first = Palette.Backdrop(random);
        return new BackdropTraits(kind, first, Palette.Backdrop(random), random.Next(1 << 20));
    }

    static bool Close(Rgb a, Rgb b, float limit = 110) =>
        MathF.Abs(a.R - b.R) + MathF.Abs(a.G - b.G) + MathF.Abs(a.B - b.B) < limit;

    Random Stream(int group)
    {
        ulong x = (ulong)seed + 0x9E3779B97F4A7C15ul * (ulong)(group + 1); // splitmix64
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ul;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBul;
        return new Random((int)((x ^ (x >> 31)) & 0x7FFFFFFF));
    }

    bool Chance(double probability) => random.NextDouble() < probability;

    float Between(float least, float greatest) => least + (greatest - least) * (float)random.NextDouble();

    T Weighted<T>(params ReadOnlySpan<int> weights) where T : struct, Enum
    {
        int total = 0;
        foreach (int weight in weights) total += weight;
        int at = random.Next(total), index = 0;
        while (at >= weights[index]) at -= weights[index++];
        return System.Runtime.CompilerServices.Unsafe.BitCast<int, T>(index);
    }
}
