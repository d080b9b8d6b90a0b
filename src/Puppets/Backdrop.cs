using System.Numerics;

namespace TalkingMachines.Puppets;

/// <summary>Draws what is behind a puppet; covers the whole picture.</summary>
static class Backdrop
{
    static readonly Vector2 Least = new(-1, -1), Size = new(102, 102);

    public static void Draw(Brush brush, BackdropTraits backdrop)
    {
        brush.Part(90);
        var (first, second) = (backdrop.First, backdrop.Second);
        var all = brush.Path().Rectangle(Least.X, Least.Y, Size.X, Size.Y);
        uint state = (uint)backdrop.Variant * 2654435761u + 1;
        switch (backdrop.Kind)
        {
            case BackdropKind.Flat:
                brush.Flat(all, first);
                break;
            case BackdropKind.Gradient:
                var end = new Vector2((backdrop.Variant % 3 - 1) * 40 + 50, 100);
                brush.Canvas.Fill(all, Paint.Linear(new Vector2(50, 0), end, first.Lighter(0.2f), first.Mix(second, 0.55f)));
                break;
            case BackdropKind.Room:
                Room(brush, all, first, second, backdrop.Variant);
                break;
            case BackdropKind.Stripes:
                Stripes(brush, all, first);
                break;
            case BackdropKind.Bokeh:
                Bokeh(brush, all, first, second, ref state);
                break;
            case BackdropKind.Window:
                Window(brush, all, first, second, backdrop.Variant);
                break;
            case BackdropKind.Dots:
                Dots(brush, all, first);
                break;
            case BackdropKind.Arch:
                brush.Flat(all, first.Lighter(0.3f));
                brush.Flat(brush.Path().Circle(50, 50, 43), first.Mix(second, 0.35f));
                break;
            case BackdropKind.Shelf:
                Shelf(brush, all, first, ref state);
                break;
            default:
                Hills(brush, all, first, second);
                break;
        }
    }

    static void Stripes(Brush brush, VectorPath all, Rgb first)
    {
        brush.Flat(all, first);
        var stripes = brush.Path();
        for (int i = -6; i < 12; i++)
            stripes.MoveTo(i * 14, -1).LineTo(i * 14 + 7, -1).LineTo(i * 14 + 27, 101).LineTo(i * 14 + 20, 101).Close();
        brush.Flat(stripes, first.Lighter(0.22f), 0.75f);
    }

    static void Dots(Brush brush, VectorPath all, Rgb first)
    {
        brush.Flat(all, first);
        var dots = brush.Path();
        for (int y = 0; y < 8; y++)
            for (int x = 0; x < 8; x++) dots.Circle(x * 14 + (y % 2) * 7, y * 14 + 2, 2.1f);
        brush.Flat(dots, first.Lighter(0.35f), 0.7f);
    }

    static void Bokeh(Brush brush, VectorPath all, Rgb first, Rgb second, ref uint state)
    {
        brush.Canvas.Fill(
            all, Paint.Linear(new Vector2(0, 0), new Vector2(60, 100), first.Darker(0.3f), first.Mix(second, 0.4f).Darker(0.1f)));
        for (int i = 0; i < 11; i++)
        {
            var glow = (i % 2 == 0 ? second : first).Lighter(0.5f);
            brush.Flat(
                brush.Path().Circle(Next(ref state) * 100, Next(ref state) * 95, 4 + 7 * Next(ref state)), glow, 0.16f + 0.16f * Next(ref state));
        }
    }

    static void Room(Brush brush, VectorPath all, Rgb first, Rgb second, int variant)
    {
        brush.Canvas.Fill(all, Paint.Linear(new Vector2(0, 0), new Vector2(100, 90), first.Lighter(0.2f), first.Darker(0.08f)));
        float x = variant % 2 == 0 ? 6 : 76;
        brush.Flat(brush.Path().RoundedRectangle(x, 10, 18, 24, 0.8f), second.Darker(0.3f));
        brush.Flat(brush.Path().RoundedRectangle(x + 1.5f, 11.5f, 15, 21, 0.4f), second.Lighter(0.55f));
        brush.Canvas.PushClip(brush.Path().Rectangle(x + 1.5f, 11.5f, 15, 21));
        brush.Flat(brush.Path().Circle(x + 9, 32, 8), second);
        brush.Flat(brush.Path().Circle(x + 12, 18, 2.6f), first.Mix(second, 0.5f));
        brush.Canvas.PopClip();
        float potX = variant % 2 == 0 ? 86 : 13;
        for (int i = -2; i <= 2; i++)
            brush.Flat(
                brush.Path().MoveTo(potX, 78).QuadTo(potX + i * 6 - 3, 62, potX + i * 5, 50 + MathF.Abs(i) * 5)
                    .QuadTo(potX + i * 2 + 3, 66, potX, 78).Close(),
                new Rgb(84, 140, 96).Mix(first, 0.25f + 0.08f * MathF.Abs(i)));
        brush.Flat(brush.Path().MoveTo(potX - 7, 76).LineTo(potX + 7, 76).LineTo(potX + 5, 101).LineTo(potX - 5, 101)
            .Close(), second.Darker(0.15f));
    }

    static void Window(Brush brush, VectorPath all, Rgb first, Rgb second, int variant)
    {
        brush.Flat(all, first);
        float x = variant % 2 == 0 ? -8 : 64;
        brush.Flat(brush.Path().Rectangle(x, 8, 44, 52), Rgb.Hex(0xF6F3EC));
        var sky = variant % 3 == 0 ? Rgb.Hex(0x33406B) : Rgb.Hex(0xBFE3F5);
        for (int i = 0; i < 4; i++)
        {
            float px = x + 2.5f + (i % 2) * 20.5f, py = 10.5f + (i / 2) * 25;
            brush.Canvas.Fill(
                brush.Path().Rectangle(px, py, 18.5f, 22.5f),
                Paint.Linear(new Vector2(px, 10), new Vector2(px, 58), sky, sky.Mix(second, 0.5f).Lighter(0.2f)));
        }
        brush.Flat(brush.Path().Rectangle(x - 2, 59, 48, 3), Rgb.Hex(0xE6E0D4));
        brush.Flat(brush.Path().Rectangle(-1, 78, 102, 24), first.Darker(0.18f));
    }

    static void Shelf(Brush brush, VectorPath all, Rgb first, ref uint state)
    {
        brush.Flat(all, first.Lighter(0.15f));
        for (int row = 0; row < 3; row++)
        {
            float floor = 27 + row * 27;
            float x = 0;
            while (x < 100)
            {
                float wide = 2.6f + 3 * Next(ref state), tall = 11 + 8 * Next(ref state);
                var cover = Rgb.Hsv(Next(ref state), 0.34f, 0.78f).Mix(first, 0.4f);
                if (Next(ref state) > 0.16f) brush.Flat(brush.Path().RoundedRectangle(x, floor - tall, wide - 0.4f, tall, 0.4f), cover);
                x += wide;
            }
            brush.Flat(brush.Path().Rectangle(-1, floor, 102, 2.2f), first.Darker(0.4f));
        }
    }

    static void Hills(Brush brush, VectorPath all, Rgb first, Rgb second)
    {
        brush.Canvas.Fill(all, Paint.Linear(new Vector2(50, 0), new Vector2(50, 75), first, first.Lighter(0.6f)));
        brush.Flat(brush.Path().Circle(80, 20, 9), Rgb.Hex(0xFFF6D8), 0.9f);
        var green = second.Mix(new Rgb(96, 150, 110), 0.6f);
        brush.Flat(brush.Path().MoveTo(-1, 66).CubicTo(20, 50, 38, 56, 60, 68).CubicTo(78, 76, 90, 60, 101, 58).LineTo(101, 101)
            .LineTo(-1, 101).Close(), green.Lighter(0.35f));
        brush.Flat(brush.Path().MoveTo(-1, 80).CubicTo(24, 70, 60, 74, 101, 84).LineTo(101, 101).LineTo(-1, 101).Close(), green);
    }

    static float Next(ref uint state)
    {
        state = state * 1664525u + 1013904223u;
        return (state >> 8) / (float)(1 << 24);
    }
}
