namespace TalkingMachines.Puppets;

/// <summary>Draws hats, bands and headphones.</summary>
static class Headwear
{
    public static void Draw(Brush brush, Puppet puppet, float drop)
    {
        if (puppet.Wardrobe.Headwear == HeadwearKind.None) return;
        brush.Part(80);
        var colour = puppet.Wardrobe.HeadwearColour;
        float v = MathF.Max(puppet.Hair.Fringe is FringeKind.None or FringeKind.Buzz or FringeKind.Horseshoe ? 1.2f : puppet.Hair.Volume, 1.2f);
        float top = puppet.Head.Top - v, w = puppet.Head.Temple + v * 0.7f + 0.8f, s = puppet.Hair.Side;
        switch (puppet.Wardrobe.Headwear)
        {
            case HeadwearKind.Beanie:
                Beanie(brush, colour, top, w);
                break;
            case HeadwearKind.Cap:
                Cap(brush, colour, puppet.Wardrobe.Second, top, w);
                break;
            case HeadwearKind.Headband:
            case HeadwearKind.Bandana:
                Band(brush, colour, top, w, puppet.Wardrobe.Headwear == HeadwearKind.Bandana ? s : 0);
                break;
            case HeadwearKind.Bow:
                Bow(brush, colour, 50 + s * 15, top + 4.5f);
                break;
            case HeadwearKind.Flower:
                Flower(brush, colour, 50 + s * (w - 2.5f), top + 14);
                break;
            case HeadwearKind.Headphones:
                Headphones(brush, puppet, colour, top, w);
                break;
            case HeadwearKind.Scarf:
                Scarf(brush, puppet, colour, drop);
                break;
            case HeadwearKind.Beret:
                brush.Surface(
                    brush.Path().Loop([
                        new(50 - w * 0.98f, top + 13), new(50 - w * 1.06f - s * 3, top + 6), new(50 - w * 0.5f - s * 3, top - 3),
                            new(50 - s * 5, top - 5),
                        new(50 + w * 0.5f - s * 3, top - 3), new(50 + w * 1.06f - s * 3, top + 6), new(50 + w * 0.98f, top + 13),
                            new(50, top + 10.5f)]),
                    colour);
                brush.Line(brush.Path().MoveTo(50 - s * 5, top - 4.5f).LineTo(50 - s * 5.6f, top - 7.4f), colour.Darker(0.3f), 1.2f, 0);
                break;
            case HeadwearKind.Crown:
                Crown(brush, top, w);
                break;
        }
    }

    static void Beanie(Brush brush, Rgb colour, float top, float w)
    {
        brush.Surface(
            brush.Path().MoveTo(50 - w, top + 18).CubicTo(50 - w - 0.8f, top - 1, 50 - w * 0.55f, top - 4.6f, 50, top - 4.6f)
                .CubicTo(50 + w * 0.55f, top - 4.6f, 50 + w + 0.8f, top - 1, 50 + w, top + 18).Close(), colour);
        brush.Surface(brush.Path().Circle(50, top - 4.6f, 4.2f), colour.Lighter(0.45f));
        var rim = brush.Path().MoveTo(50 - w - 0.7f, top + 14.5f)
            .CubicTo(50 - w * 0.5f, top + 9, 50 + w * 0.5f, top + 9, 50 + w + 0.7f, top + 14.5f)
            .QuadTo(50 + w + 1.8f, top + 18, 50 + w + 0.8f, top + 22)
            .CubicTo(50 + w * 0.5f, top + 16, 50 - w * 0.5f, top + 16, 50 - w - 0.8f, top + 22)
            .QuadTo(50 - w - 1.8f, top + 18, 50 - w - 0.7f, top + 14.5f).Close();
        brush.Surface(rim, colour.Darker(0.16f));
        for (int i = -5; i <= 5; i++)
            brush.Line(brush.Path().MoveTo(50 + i * w * 0.18f, top + 11.3f + i * i * 0.08f)
                .LineTo(50 + i * w * 0.18f, top + 16.7f + i * i * 0.12f), colour.Darker(0.4f), 0.45f, 0.4f, 0.55f);
    }

    static void Cap(Brush brush, Rgb colour, Rgb second, float top, float w)
    {
        brush.Surface(
            brush.Path().MoveTo(50 - w - 0.4f, top + 22).CubicTo(50 - w - 1.4f, top + 2, 50 - w * 0.6f, top - 4.4f, 50, top - 4.4f)
                .CubicTo(50 + w * 0.6f, top - 4.4f, 50 + w + 1.4f, top + 2, 50 + w + 0.4f, top + 22)
                .CubicTo(50 + w * 0.6f, top + 12, 50 - w * 0.6f, top + 12, 50 - w - 0.4f, top + 22).Close(), colour);
        for (int side = -1; side <= 1; side += 2)
            brush.Line(
                brush.Path().MoveTo(50, top - 4).CubicTo(50 + side * w * 0.5f, top - 1, 50 + side * w * 0.62f, top + 8, 50 + side * w * 0.6f, top + 15),
                colour.Darker(0.35f), 0.5f, 0.2f, 0.6f);
        brush.Flat(brush.Path().Circle(50, top + 5.5f, 3.6f), second.Luminance > 150 ? second : second.Lighter(0.6f));
        brush.Surface(
            brush.Path().MoveTo(50 - w * 0.86f, top + 16.6f)
                .CubicTo(50 - w * 0.5f, top + 9.5f, 50 + w * 0.5f, top + 9.5f, 50 + w * 0.86f, top + 16.6f)
                .CubicTo(50 + w * 1.02f, top + 21.5f, 50 + w * 0.45f, top + 18, 50, top + 18)
                .CubicTo(50 - w * 0.45f, top + 18, 50 - w * 1.02f, top + 21.5f, 50 - w * 0.86f, top + 16.6f).Close(),
            colour.Darker(0.2f));
    }

    static void Band(Brush brush, Rgb colour, float top, float w, float knot)
    {
        if (knot != 0)
            for (int i = 0; i < 2; i++)
                brush.Surface(
                    brush.Path().MoveTo(50 + knot * w, top + 12)
                        .QuadTo(50 + knot * (w + 5), top + 8 + i * 9, 50 + knot * (w + 7.5f), top + 11 + i * 9)
                        .QuadTo(50 + knot * (w + 4), top + 14 + i * 5, 50 + knot * w, top + 15).Close(), colour.Darker(0.14f));
        brush.Surface(
            brush.Path().MoveTo(50 - w * 0.99f, top + 11.5f)
                .CubicTo(50 - w * 0.6f, top + 4.6f, 50 + w * 0.6f, top + 4.6f, 50 + w * 0.99f, top + 11.5f)
                .LineTo(50 + w * 1.03f, top + 16.5f).CubicTo(50 + w * 0.6f, top + 9.4f, 50 - w * 0.6f, top + 9.4f, 50 - w * 1.03f, top + 16.5f).Close(), colour);
    }

    static void Bow(Brush brush, Rgb colour, float x, float y)
    {
        for (int side = -1; side <= 1; side += 2)
            brush.Surface(
                brush.Path().MoveTo(x, y).CubicTo(x + side * 3, y - 6, x + side * 9, y - 6.5f, x + side * 9, y - 1)
                    .CubicTo(x + side * 9, y + 5.5f, x + side * 3, y + 5.5f, x, y).Close(), colour);
        brush.Surface(brush.Path().Ellipse(x, y, 2.2f, 2.5f), colour.Darker(0.2f));
    }

    static void Flower(Brush brush, Rgb colour, float x, float y)
    {
        var petal = colour.Luminance < 110 ? colour.Lighter(0.5f) : colour;
        for (int i = 0; i < 5; i++)
        {
            var (sin, cos) = MathF.SinCos(i * 2 * MathF.PI / 5 - 0.3f);
            brush.Surface(brush.Path().Circle(x + cos * 3.2f, y + sin * 3.2f, 2.9f), petal, 0.8f, 0.6f);
        }
        brush.Flat(brush.Path().Circle(x, y, 2), Rgb.Hex(0xF7CF5B));
    }

    static void Headphones(Brush brush, Puppet puppet, Rgb colour, float top, float w)
    {
        float y = 51, x = puppet.Head.Cheek + 2.6f;
        var band = brush.Path().Curve(
        [
            new(50 - x, y - 4), new(50 - w - 1.4f, 36), new(50 - w * 0.78f, top + 4.4f), new(50, top - 1.4f),
            new(50 + w * 0.78f, top + 4.4f), new(50 + w + 1.4f, 36), new(50 + x, y - 4),
        ]);
        brush.Line(band, colour.Darker(0.5f), 3.4f, 0);
        brush.Line(band, colour, 2.2f, 0);
        for (int side = -1; side <= 1; side += 2)
        {
            brush.Surface(brush.Path().RoundedRectangle(50 + side * x - 3.2f, y - 7.5f, 6.4f, 15, 3), colour);
            brush.Flat(brush.Path().RoundedRectangle(50 + side * (x - 2.2f) - 1, y - 6.2f, 2, 12.4f, 1), colour.Darker(0.5f));
        }
    }

    /// <summary>A headscarf: covers hair, ears and neck, leaves the face free.</summary>
    static void Scarf(Brush brush, Puppet puppet, Rgb colour, float drop)
    {
        var head = puppet.Head;
        float c = head.Cheek, top = head.Top, chin = head.ChinY + drop;
        var scarf = brush.Path().MoveTo(50, top - 5)
            .CubicTo(50 + c * 0.85f, top - 5, 50 + c + 5.5f, 30, 50 + c + 5, 52)
            .CubicTo(50 + c + 4, 74, 50 + 26, 84, 50 + 33, 104).LineTo(50 - 33, 104)
            .CubicTo(50 - 26, 84, 50 - c - 4, 74, 50 - c - 5, 52)
            .CubicTo(50 - c - 5.5f, 30, 50 - c * 0.85f, top - 5, 50, top - 5).Close();
        // the face shows through a hole wound the other way
        scarf.Loop(
        [
            new(50, top + 9), new(50 - c * 0.66f, top + 13.5f), new(50 - c + 0.9f, 42), new(50 - c + 1.2f, 56),
                new(50 - head.Jaw + 1.4f, chin - 11),
            new(50 - head.Chin + 0.4f, chin - 2.7f), new(50, chin - 0.8f), new(50 + head.Chin - 0.4f, chin - 2.7f),
                new(50 + head.Jaw - 1.4f, chin - 11),
            new(50 + c - 1.2f, 56), new(50 + c - 0.9f, 42), new(50 + c * 0.66f, top + 13.5f),
        ]);
        brush.Surface(scarf, colour);
        for (int i = 0; i < 3; i++)
            brush.Line(
                brush.Path().MoveTo(50 - c * 0.9f + i * 2, chin - 2 + i * 4)
                    .CubicTo(50 - 10, chin + 9 + i * 3, 50 + 10, chin + 9 + i * 3, 50 + c * 0.9f, chin - 4 + i * 4),
                colour.Darker(0.4f), 0.7f, 0.9f, 0.6f);
    }

    static void Crown(Brush brush, float top, float w)
    {
        float x = w * 0.55f, y = top + 4.5f;
        brush.Surface(
            brush.Path().MoveTo(50 - x, y).LineTo(50 - x - 1.6f, y - 10).LineTo(50 - x * 0.5f, y - 5.4f).LineTo(50, y - 12)
                .LineTo(50 + x * 0.5f, y - 5.4f)
                .LineTo(50 + x + 1.6f, y - 10).LineTo(50 + x, y).QuadTo(50, y + 2.4f, 50 - x, y).Close(), Rgb.Hex(0xF2C14E));
        for (int i = -1; i <= 1; i++) brush.Flat(brush.Path().Circle(50 + i * x * 0.55f, y - 1.4f, 1.2f), Rgb.Hex(0xD94F5C));
    }
}
