using System.Numerics;

namespace TalkingMachines.Puppets;

/// <summary>Draws the mouth: lips, the dark inside, teeth and tongue.</summary>
static class Mouth
{
    static readonly Rgb Inside = new(74, 18, 32);
    static readonly Rgb Throat = new(38, 8, 18);
    static readonly Rgb ToothWhite = new(252, 250, 244);
    static readonly Rgb TongueRed = new(222, 98, 108);

    public static void Draw(Brush brush, Puppet puppet, in MouthShape shape)
    {
        brush.Part(10);
        var mouth = new MouthAnatomy(puppet.Mouth, shape);
        Surroundings(brush, puppet, mouth);
        Lips(brush, puppet, mouth);
        var opening = mouth.Opening(brush.Path());
        if (mouth.Height > 0.02f) Interior(brush, puppet, mouth, shape, opening);
        Lines(brush, puppet, mouth, opening);
    }

    /// <summary>Shadow under the lower lip and the creases beside the corners.</summary>
    static void Surroundings(Brush brush, Puppet puppet, in MouthAnatomy mouth)
    {
        var skin = puppet.Skin.Skin;
        float belly = mouth.Bottom + mouth.Lower;
        if (brush.Shaded)
            brush.Canvas.Fill(
                brush.Path().Ellipse(50, belly + 0.9f, mouth.HalfWidth * 0.6f, 1.5f),
                Paint.Radial(new Vector2(50, belly + 0.9f), new Vector2(mouth.HalfWidth * 0.6f, 1.5f),
                    skin.Darker(0.3f), skin.Darker(0.2f), 0.6f, 0));
        else if (puppet.Age != AgeGroup.Child)
            brush.Line(
                brush.Path().MoveTo(50 - 2.2f, belly + 1.5f).QuadTo(50, belly + 2.1f, 50 + 2.2f, belly + 1.5f),
                skin.Darker(0.28f), 0.55f, alpha: 0.7f);
        for (int side = -1; side <= 1; side += 2)
        {
            float x = 50 + side * (mouth.HalfWidth + 1);
            brush.Line(
                brush.Path().MoveTo(x - side * 0.3f, mouth.CornerY - 1.1f)
                    .QuadTo(x + side * 0.7f, mouth.CornerY, x - side * 0.2f, mouth.CornerY + 1),
                skin.Darker(0.42f), 0.5f, alpha: 0.7f);
        }
    }

    static void Lips(Brush brush, Puppet puppet, in MouthAnatomy mouth)
    {
        var colour = puppet.Mouth.Lip;
        var lips = mouth.Lips(brush.Path());
        brush.Canvas.Fill(lips, brush.Style == DrawingStyle.Flat || brush.Style == DrawingStyle.Sketch
            ? colour
            : Paint.Linear(new Vector2(50, mouth.Top - mouth.Upper), new Vector2(50, mouth.Bottom + mouth.Lower),
                colour.Darker(0.12f), colour.Lighter(0.06f)));
        brush.Canvas.PushClip(lips);
        var upper = brush.Path();
        mouth.UpperLip(upper);
        // the upper lip faces down, away from the light
        upper.CubicTo(50 + mouth.HalfWidth * 0.6f, mouth.Top + 0.5f, 50 - mouth.HalfWidth * 0.6f, mouth.Top + 0.5f,
            50 - mouth.HalfWidth, mouth.CornerY).Close();
        brush.Flat(upper, colour.Darker(0.5f), 0.17f);
        float shine = mouth.Bottom + mouth.Lower * 0.42f, reach = mouth.HalfWidth * 0.36f;
        if (mouth.Lower > 1.1f)
            brush.Canvas.Fill(
                brush.Path().Ellipse(50, shine, reach, mouth.Lower * 0.3f),
                brush.Shaded
                    ? Paint.Radial(new Vector2(50, shine), new Vector2(reach, mouth.Lower * 0.3f), Rgb.Hex(0xFFFFFF), colour, 0.55f, 0)
                    : Paint.Solid(colour.Lighter(0.6f), 0.4f));
        brush.Canvas.PopClip();
        if (brush.Style is DrawingStyle.Ink or DrawingStyle.Sketch) brush.Line(lips, colour.Darker(0.6f), 0.4f, 0, 0.8f);
    }

    static void Interior(Brush brush, Puppet puppet, in MouthAnatomy mouth, in MouthShape shape, VectorPath opening)
    {
        brush.Canvas.PushClip(opening);
        float w = mouth.HalfWidth, middle = (mouth.Top + mouth.Bottom) / 2;
        brush.Canvas.Fill(
            brush.Path().Rectangle(50 - w - 2, mouth.Top - 4, 2 * w + 4, mouth.Height + 8),
            Paint.Linear(new Vector2(50, mouth.Top), new Vector2(50, mouth.Bottom), Throat, Inside));
        if (shape.Tongue < 0.5f) Tongue(brush, mouth, shape);
        LowerTeeth(brush, mouth, shape);
        UpperTeeth(brush, puppet, mouth, shape);
        if (shape.Tongue >= 0.5f) Tongue(brush, mouth, shape);
        brush.Canvas.Fill( // the upper lip's shadow
            brush.Path().Rectangle(50 - w - 2, mouth.Top - 4, 2 * w + 4, middle - mouth.Top + 4),
            Paint.Linear(new Vector2(50, mouth.Top), new Vector2(50, mouth.Top + 1.3f), Throat, Throat, 0.38f, 0));
        brush.Canvas.PopClip();
    }

    static void UpperTeeth(Brush brush, Puppet puppet, in MouthAnatomy mouth, in MouthShape shape)
    {
        if (shape.Teeth < 0.02f) return;
        float length = MathF.Min(shape.Teeth * 4.1f, mouth.Height * 0.34f + 1.2f), w = mouth.HalfWidth * float.Lerp(0.9f, 0.74f, shape.Round);
        float top = MathF.Min(mouth.Top, mouth.CornerY) - 2, edge = mouth.Top + length, side = edge - 1.1f;
        var row = brush.Path().MoveTo(50 - w, top).LineTo(50 + w, top).LineTo(50 + w, side - 0.6f)
            .CubicTo(50 + w * 0.9f, edge, 50 + w * 0.4f, edge, 50, edge)
            .CubicTo(50 - w * 0.4f, edge, 50 - w * 0.9f, edge, 50 - w, side - 0.6f)
            .Close();
        brush.Flat(row, ToothWhite);
        float ink = MathF.Min((length - 1.2f) * 0.3f, 0.4f);
        if (ink > 0)
            for (int i = -3; i <= 3; i++)
            {
                float x = 50 + i * w * 0.235f;
                brush.Line(brush.Path().MoveTo(x, top).LineTo(x, edge - 0.3f), new Rgb(196, 186, 184), 0.26f, 0, ink);
            }
        if (puppet.Mouth.Gap && length > 1.5f)
            brush.Line(brush.Path().MoveTo(50, top).LineTo(50, edge + 0.3f), Throat, 0.75f, 0);
    }

    /// <summary>Seen only where the lips are spread (ee, s) or the jaw is low.</summary>
    static void LowerTeeth(Brush brush, in MouthAnatomy mouth, in MouthShape shape)
    {
        float spread = MouthAnatomy.Smooth((shape.Width - 0.55f) / 0.35f) * shape.Teeth;
        float length = spread * MathF.Min(2, mouth.Height * 0.3f);
        if (length < 0.15f) return;
        float w = mouth.HalfWidth * 0.72f, edge = mouth.Bottom - length;
        brush.Flat(
            brush.Path().MoveTo(50 - w, mouth.Bottom + 2).LineTo(50 - w, edge - 0.2f)
                .QuadTo(50, edge + 0.7f, 50 + w, edge - 0.2f).LineTo(50 + w, mouth.Bottom + 2).Close(),
            ToothWhite.Darker(0.12f));
    }

    static void Tongue(Brush brush, in MouthAnatomy mouth, in MouthShape shape)
    {
        // at rest its back lies low in an open mouth; raised (l, th, n) the tip meets the upper teeth
        float low = MouthAnatomy.Smooth((shape.Open - 0.18f) / 0.5f) * 0.3f;
        float rise = mouth.Height * MathF.Max(low, float.Lerp(low, 0.78f, shape.Tongue));
        if (rise < 0.1f) return;
        float tip = mouth.Bottom - rise, w = mouth.HalfWidth * float.Lerp(0.62f, 0.5f, shape.Tongue);
        var tongue = brush.Path().MoveTo(50 - w, mouth.Bottom + 1)
            .CubicTo(50 - w * 1.05f, tip + rise * 0.25f, 50 - w * 0.6f, tip, 50, tip + rise * 0.05f)
            .CubicTo(50 + w * 0.6f, tip, 50 + w * 1.05f, tip + rise * 0.25f, 50 + w, mouth.Bottom + 1)
            .Close();
        brush.Canvas.Fill(tongue, Paint.Linear(
            new Vector2(50, tip), new Vector2(50, mouth.Bottom), TongueRed.Lighter(0.12f * shape.Tongue), TongueRed.Darker(0.35f)));
        if (rise > 2)
            brush.Line(
                brush.Path().MoveTo(50, tip + rise * 0.3f).LineTo(50, mouth.Bottom + 0.5f),
                TongueRed.Darker(0.5f), 0.55f, 0.6f, 0.6f);
    }

    /// <summary>The line between shut lips; around an open mouth only the upper edge stays dark.</summary>
    static void Lines(Brush brush, Puppet puppet, in MouthAnatomy mouth, VectorPath opening)
    {
        var ink = brush.Style is DrawingStyle.Ink or DrawingStyle.Sketch ? brush.Ink(puppet.Mouth.Lip) : puppet.Mouth.Lip.Darker(0.78f);
        float weight = puppet.Mouth.LineWeight;
        if (brush.Style is DrawingStyle.Ink or DrawingStyle.Sketch)
            brush.Line(opening, ink, 0.4f, 0, MathF.Min(mouth.Height / 1.5f, 1));
        var line = brush.Path().MoveTo(50 - mouth.HalfWidth - 0.3f, mouth.CornerY);
        mouth.UpperEdge(line);
        brush.Line(line, ink, weight * float.Lerp(1.25f, 0.8f, MouthAnatomy.Smooth(mouth.Height / 3)), 0.7f);
    }
}
