using System.Numerics;

namespace TalkingMachines.Puppets;

/// <summary>Draws glasses and earrings.</summary>
static class Accessories
{
    public static void Glasses(Brush brush, Puppet puppet)
    {
        var kind = puppet.Wardrobe.Glasses;
        if (kind == GlassesKind.None) return;
        brush.Part(70);
        var colour = puppet.Wardrobe.FrameColour;
        var eye = puppet.Eyes;
        float w = MathF.Max(eye.Width * 1.28f, 7), h = MathF.Max(eye.Height * 1.32f, 5.8f), y = eye.Y + 0.5f;
        w = MathF.Min(w, eye.Spacing - 1.2f);
        float weight = kind switch { GlassesKind.Thin => 0.6f, GlassesKind.Square or GlassesKind.Cat => 1.35f, _ => 1.05f };
        float bridge = eye.Spacing - w;
        for (int side = -1; side <= 1; side += 2)
        {
            float x = 50 + side * eye.Spacing;
            var lens = Lens(brush.Path(), kind, x, y, w, h, side);
            if (kind == GlassesKind.Sun)
                brush.Canvas.Fill(lens, Paint.Linear(new Vector2(x, y - h), new Vector2(x, y + h), new Rgb(34, 30, 40),
                    colour, 0.62f, 0.35f));
            else
            {
                brush.Flat(lens, Rgb.Hex(0xFFFFFF), 0.1f);
                brush.Line(brush.Path().MoveTo(x - w * 0.55f, y - h * 0.1f).LineTo(x - w * 0.2f, y - h * 0.62f),
                    Rgb.Hex(0xFFFFFF), 0.9f, 0.5f, 0.5f);
            }
            if (kind == GlassesKind.HalfRim)
                brush.Line(brush.Path().MoveTo(x - w, y + h * 0.1f)
                    .CubicTo(x - w, y - h * 1.05f, x + w, y - h * 1.05f, x + w, y + h * 0.1f), colour, 1.5f, 0.3f);
            else brush.Line(lens, colour, weight, 0);
            brush.Line(
                brush.Path().MoveTo(x + side * w * 0.98f, y - h * 0.3f)
                    .LineTo(50 + side * (puppet.Head.Cheek + 0.4f), y - h * 0.15f), colour, weight, 0);
        }
        brush.Line(brush.Path().MoveTo(50 - bridge, y - h * 0.15f).QuadTo(50, y - h * 0.42f, 50 + bridge, y - h * 0.15f),
            colour, weight, 0);
    }

    static VectorPath Lens(VectorPath path, GlassesKind kind, float x, float y, float w, float h, int side) => kind switch
    {
        GlassesKind.Square or GlassesKind.HalfRim => path.RoundedRectangle(x - w, y - h * 0.85f, 2 * w, h * 1.75f, 2),
        GlassesKind.Cat => path.MoveTo(x - side * w, y - h * 0.35f)
            .CubicTo(x - side * w * 0.6f, y - h, x + side * w * 0.5f, y - h * 0.85f, x + side * w * 1.12f, y - h * 1.02f)
            .CubicTo(x + side * w * 1.05f, y + h * 0.5f, x + side * w * 0.5f, y + h * 0.95f, x, y + h * 0.9f)
            .CubicTo(x - side * w * 0.7f, y + h * 0.9f, x - side * w, y + h * 0.3f, x - side * w, y - h * 0.35f).Close(),
        GlassesKind.Sun => path.MoveTo(x - w, y - h * 0.7f).LineTo(x + w, y - h * 0.7f)
            .CubicTo(x + w, y + h * 0.6f, x + w * 0.5f, y + h, x, y + h)
            .CubicTo(x - w * 0.5f, y + h, x - w, y + h * 0.6f, x - w, y - h * 0.7f).Close(),
        _ => path.Ellipse(x, y, MathF.Min(w, h * 1.12f), h),
    };

    public static void Earrings(Brush brush, Puppet puppet)
    {
        var kind = puppet.Wardrobe.Earrings;
        if (kind == EarringKind.None || puppet.Hair.Back is BackKind.Long or BackKind.Wavy or BackKind.Bob or BackKind.CurlyLong) return;
        brush.Part(74);
        var gold = puppet.Backdrop.Variant % 2 == 0 ? Rgb.Hex(0xE8B84A) : Rgb.Hex(0xDDE2EA);
        var head = puppet.Head;
        for (int side = -1; side <= 1; side += 2)
        {
            float x = 50 + side * (head.Cheek + 1), y = 52.5f - head.EarLift + 6.2f * head.EarSize;
            switch (kind)
            {
                case EarringKind.Stud:
                    brush.Flat(brush.Path().Circle(x, y - 0.8f, 1.1f), gold);
                    break;
                case EarringKind.Hoop:
                    brush.Line(brush.Path().Circle(x, y + 2.6f, 3.1f), gold, 0.85f, 0);
                    break;
                default:
                    brush.Line(brush.Path().MoveTo(x, y - 0.4f).LineTo(x, y + 2.4f), gold, 0.5f, 0);
                    brush.Flat(brush.Path().MoveTo(x, y + 1.6f).CubicTo(x + 2.2f, y + 4.6f, x + 1.4f, y + 6, x, y + 6)
                        .CubicTo(x - 1.4f, y + 6, x - 2.2f, y + 4.6f, x, y + 1.6f).Close(), puppet.Wardrobe.HeadwearColour);
                    break;
            }
        }
    }
}
