using System.Numerics;

namespace TalkingMachines.Puppets;

/// <summary>Draws neck, ears, the head's shape and what marks the skin.</summary>
static class Head
{
    /// <summary>Chin below its rest when the jaw is open, in hundredths of the picture.</summary>
    public static float JawDrop(in MouthShape shape) => 3.6f * MouthAnatomy.Smooth(shape.Open * 0.9f + 0.05f) * (1 - 0.25f * shape.Round);

    /// <summary>The face's outline from temple to chin and back over the skull.</summary>
    public static VectorPath Outline(VectorPath path, HeadTraits head, float drop)
    {
        float chin = head.ChinY + drop, jawY = head.ChinY - 10.5f + drop * 0.55f, thin = drop * 0.12f;
        return path.Loop(
        [
            new(50, head.Top), new(50 + head.Temple * 0.6f, head.Top + 4), new(50 + head.Temple * 0.94f, head.Top + 13),
                new(50 + head.Temple, 38),
            new(50 + head.Cheek, 53.5f), new(50 + head.Jaw - thin, jawY), new(50 + head.Chin, chin - 1.7f),
            new(50, chin),
            new(50 - head.Chin, chin - 1.7f), new(50 - head.Jaw + thin, jawY), new(50 - head.Cheek, 53.5f),
            new(50 - head.Temple, 38), new(50 - head.Temple * 0.94f, head.Top + 13), new(50 - head.Temple * 0.6f, head.Top + 4),
        ]);
    }

    public static void Neck(Brush brush, Puppet puppet)
    {
        brush.Part(1);
        float half = NeckWidth(puppet), y = puppet.Head.ChinY;
        var skin = puppet.Skin.Skin.Darker(0.1f);
        var neck = brush.Path().MoveTo(50 - half, y - 16)
            .LineTo(50 - half, y + 5).CubicTo(50 - half, y + 9, 50 - half - 3, y + 11, 50 - half - 10, y + 13)
            .LineTo(50 - half - 10, 104).LineTo(50 + half + 10, 104).LineTo(50 + half + 10, y + 13)
            .CubicTo(50 + half + 3, y + 11, 50 + half, y + 9, 50 + half, y + 5)
            .LineTo(50 + half, y - 16).Close();
        brush.Surface(neck, skin, 0.5f);
        brush.Canvas.PushClip(neck);
        // the chin's shadow
        brush.Flat(brush.Path().Ellipse(50, y - 5, puppet.Head.Jaw + 2, 11.5f), skin.Darker(0.42f), 0.55f);
        brush.Canvas.PopClip();
    }

    public static float NeckWidth(Puppet puppet) => puppet.Head.Jaw * (puppet.Age == AgeGroup.Child ? 0.42f : 0.5f);

    public static void Ears(Brush brush, Puppet puppet)
    {
        var head = puppet.Head;
        var skin = puppet.Skin.Skin;
        for (int side = -1; side <= 1; side += 2)
        {
            brush.Part(4 + side);
            float x = 50 + side * (head.Cheek + 0.6f), y = 52.5f - head.EarLift, w = 4.1f * head.EarSize, h = 6.2f * head.EarSize;
            var ear = brush.Path().Loop(
            [
                new(x - side * 2, y - h * 0.75f), new(x + side * w * 0.55f, y - h), new(x + side * w, y - h * 0.35f),
                new(x + side * w * 0.6f, y + h * 0.45f), new(x - side * 0.4f, y + h), new(x - side * 3.2f, y + h * 0.5f),
            ]);
            brush.Surface(ear, skin.Darker(0.05f), 0.6f);
            brush.Line(
                brush.Path().MoveTo(x - side * 0.2f, y - h * 0.5f)
                    .CubicTo(x + side * w * 0.75f, y - h * 0.85f, x + side * w * 0.6f, y + h * 0.1f, x + side * 0.5f, y + h * 0.42f),
                skin.Darker(0.45f), 0.75f, 0.6f, 0.8f);
        }
    }

    public static void Face(Brush brush, Puppet puppet, VectorPath outline)
    {
        brush.Part(6);
        var skin = puppet.Skin.Skin;
        var head = puppet.Head;
        brush.Surface(outline, skin, 0.8f, 0, smooth: true);
        brush.Canvas.PushClip(outline);
        if (brush.Style == DrawingStyle.Flat || brush.Style == DrawingStyle.Ink) SideShade(brush, head, skin);
        else if (brush.Style is DrawingStyle.Painterly or DrawingStyle.Photo) Dabs(brush, puppet);
        Cheeks(brush, puppet);
        brush.Canvas.PopClip();
        brush.Outline(outline, skin);
    }

    /// <summary>A crescent of shade on the far side, as flat illustration has it.</summary>
    static void SideShade(Brush brush, HeadTraits head, Rgb skin)
    {
        float r = head.Cheek;
        var shade = brush.Path().MoveTo(50 + r * 0.82f, 10)
            .CubicTo(50 + r * 1.02f, 40, 50 + r * 0.86f, 62, 50 + head.Jaw * 0.62f, head.ChinY - 4.5f)
            .CubicTo(50 + 5, head.ChinY + 0.5f, 50 - 4, head.ChinY - 0.5f, 50 - 9, head.ChinY - 1.5f)
            .LineTo(50, head.ChinY + 9).LineTo(50 + r + 8, head.ChinY + 9).LineTo(50 + r + 8, 10).Close();
        brush.Flat(shade, skin.Darker(0.3f), 0.35f);
    }

    /// <summary>Broad translucent strokes of light and warm shade.</summary>
    static void Dabs(Brush brush, Puppet puppet)
    {
        var (head, skin) = (puppet.Head, puppet.Skin.Skin);
        float light = 0.35f + 0.65f * skin.Luminance / 255; // dark skin would look oiled
        Glow(new Vector2(38, 30), new Vector2(17, 11), skin.Lighter(0.45f), 0.5f * light);
        Glow(new Vector2(35, 60), new Vector2(9, 8), skin.Lighter(0.35f), 0.45f * light);
        Glow(new Vector2(50, head.ChinY - 3), new Vector2(8, 4), skin.Lighter(0.3f), 0.35f * light);
        Glow(new Vector2(50 + head.Cheek, 60), new Vector2(15, 28), skin.Darker(0.5f).Mix(new Rgb(120, 50, 80), 0.25f), 0.5f);
        Glow(new Vector2(50 - head.Cheek - 2, 66), new Vector2(9, 18), skin.Darker(0.4f), 0.4f);

        void Glow(Vector2 centre, Vector2 radii, Rgb colour, float alpha) => brush.Canvas.Fill(
            brush.Path().Ellipse(centre.X, centre.Y, radii.X, radii.Y), Paint.Radial(centre, radii, colour, colour, alpha, 0));
    }

    static void Cheeks(Brush brush, Puppet puppet)
    {
        var skin = puppet.Skin.Skin;
        if (puppet.Skin.Blush <= 0) return;
        var red = puppet.Skin.Fantasy ? skin.Darker(0.3f) : skin.Mix(new Rgb(235, 84, 84), 0.2f + 0.38f * skin.Luminance / 255);
        for (int side = -1; side <= 1; side += 2)
        {
            var centre = new Vector2(50 + side * puppet.Head.Cheek * 0.62f, puppet.Nose.Y + 2);
            var radii = new Vector2(5.6f, 4);
            brush.Canvas.Fill(
                brush.Path().Ellipse(centre.X, centre.Y, radii.X, radii.Y),
                Paint.Radial(centre, radii, red, red, 0.75f * puppet.Skin.Blush, 0));
            if (brush.Style is DrawingStyle.Sketch or DrawingStyle.Anime && puppet.Skin.Blush > 0.6f)
                for (int i = -1; i <= 1; i++)
                    brush.Line(
                        brush.Path().MoveTo(centre.X + i * 1.9f + 0.7f, centre.Y - 1.1f)
                            .LineTo(centre.X + i * 1.9f - 0.7f, centre.Y + 1.1f),
                        red.Darker(0.25f), 0.5f, 0.6f, 0.8f);
        }
    }

    /// <summary>Freckles, a mole and the lines of age; they move with the features.</summary>
    public static void Marks(Brush brush, Puppet puppet, float raise)
    {
        brush.Part(8);
        var skin = puppet.Skin.Skin;
        if (puppet.Skin.Freckles > 0) Freckles(brush, puppet);
        if (puppet.Skin.Mole > 0)
        {
            int side = puppet.Skin.Mole % 2 == 0 ? 1 : -1;
            float y = puppet.Skin.Mole > 2 ? puppet.Mouth.Y - 5 : puppet.Nose.Y - 1;
            brush.Flat(brush.Path().Circle(50 + side * 12.5f, y, 0.62f), skin.Darker(0.75f));
        }
        float age = puppet.Skin.Wrinkles;
        if (age < 0.25f) return;
        var ink = skin.Darker(0.42f);
        for (int side = -1; side <= 1; side += 2)
        {
            float x = 50 + side * (puppet.Nose.Width + 3.2f), y = puppet.Nose.Y + 0.5f;
            brush.Line(brush.Path().MoveTo(x, y).QuadTo(x + side * 3.4f, y + 2.2f, x + side * 4.6f, y + 6), ink, 0.6f, 0.8f, age * 0.75f);
            float under = puppet.Eyes.Y + puppet.Eyes.Height + 1.6f, eyeX = 50 + side * puppet.Eyes.Spacing;
            brush.Line(
                brush.Path().MoveTo(eyeX - 3.4f, under - 0.2f).QuadTo(eyeX, under + 1.5f, eyeX + 3.4f, under - 0.2f),
                    ink, 0.5f, 0.9f, age * 0.6f);
        }
        if (age < 0.55f) return;
        for (int i = 0; i < 2; i++)
        {
            float y = puppet.Head.Top + 12.5f + i * 2.4f - raise * 0.5f;
            brush.Line(brush.Path().MoveTo(42 + i, y).CubicTo(46, y - 0.9f, 54, y - 0.9f, 58 - i, y), ink, 0.45f, 0.8f, age * 0.55f);
        }
    }

    static void Freckles(Brush brush, Puppet puppet)
    {
        uint state = (uint)puppet.Skin.Freckles * 2654435761u;
        var dots = brush.Path();
        for (int i = 0; i < 22; i++)
        {
            float x = Next() * 2 - 1, y = Next() * 2 - 1;
            dots.Circle(50 + (x < 0 ? -1 : 1) * 3 + x * 11, puppet.Nose.Y - 1.2f + y * 2.8f, 0.28f + 0.26f * Next());
        }
        brush.Flat(dots, puppet.Skin.Skin.Mix(new Rgb(150, 72, 36), 0.55f), 0.65f);

        float Next()
        {
            state = state * 1664525u + 1013904223u;
            return (state >> 8) / (float)(1 << 24);
        }
    }
}
