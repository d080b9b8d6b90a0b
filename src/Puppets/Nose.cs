using System.Numerics;

namespace TalkingMachines.Puppets;

/// <summary>Draws the nose.</summary>
static class Nose
{
    public static void Draw(Brush brush, Puppet puppet)
    {
        brush.Part(9);
        var (kind, y, w) = (puppet.Nose.Kind, puppet.Nose.Y, puppet.Nose.Width);
        var skin = puppet.Skin.Skin;
        var ink = brush.Style is DrawingStyle.Ink or DrawingStyle.Sketch ? brush.Ink(skin) : skin.Darker(0.55f);
        if (brush.Shaded && kind != NoseKind.Nostrils) Bridge(brush, puppet);
        switch (kind)
        {
            case NoseKind.Button:
                brush.Line(brush.Path().MoveTo(50 - w * 0.7f, y)
                    .CubicTo(50 - w * 0.6f, y + 1.9f, 50 + w * 0.6f, y + 1.9f, 50 + w * 0.7f, y), ink, 0.85f, 0.6f);
                break;
            case NoseKind.Soft:
                brush.Flat(brush.Path().Ellipse(50, y - 0.3f, w * 0.95f, w * 0.72f),
                    skin.Darker(0.22f).Mix(new Rgb(226, 100, 84), 0.16f), 0.75f);
                brush.Flat(brush.Path().Ellipse(50 - w * 0.3f, y - w * 0.35f, w * 0.3f, w * 0.2f), skin.Lighter(0.5f), 0.7f);
                break;
            case NoseKind.Line:
                brush.Line(
                    brush.Path().MoveTo(50 + 0.6f, puppet.Eyes.Y + 1.5f)
                        .CubicTo(50 + 0.9f, y - 4, 50 + w * 1.05f, y - 1, 50 + w * 0.75f, y + 0.7f)
                        .QuadTo(50 + w * 0.2f, y + 1.7f, 50 - w * 0.55f, y + 0.9f),
                    ink, 0.8f, 0.7f);
                break;
            case NoseKind.Wedge:
                brush.Flat(
                    brush.Path().MoveTo(50 + 0.4f, puppet.Eyes.Y + 2).CubicTo(50 + 1, y - 4, 50 + w, y - 1.5f, 50 + w * 0.95f, y + 0.4f)
                        .QuadTo(50 + w * 0.2f, y + 1.7f, 50 - w * 0.4f, y + 1).QuadTo(50 + w * 0.6f, y - 1.5f, 50 + 0.4f,
                        puppet.Eyes.Y + 2).Close(),
                    skin.Darker(0.34f), 0.65f);
                break;
            case NoseKind.Nostrils:
                brush.Line(brush.Path().MoveTo(50 - 0.4f, y - 1).QuadTo(50 + 0.9f, y + 0.3f, 50 - 0.5f, y + 0.7f), ink, 0.6f, 0.7f);
                break;
            default:
                Broad(brush, skin, ink, y, w * 1.15f);
                break;
        }
    }

    static void Broad(Brush brush, Rgb skin, Rgb ink, float y, float w)
    {
        brush.Flat(brush.Path().Ellipse(50, y - 0.2f, w * 0.95f, w * 0.55f), skin.Darker(0.16f), 0.7f);
        for (int side = -1; side <= 1; side += 2)
        {
            brush.Line(
                brush.Path().MoveTo(50 + side * w * 0.72f, y - 1.7f)
                    .CubicTo(50 + side * w * 1.25f, y - 1, 50 + side * w * 1.1f, y + 1.3f, 50 + side * w * 0.62f, y + 0.9f),
                ink, 0.75f, 0.7f);
            brush.Flat(brush.Path().Ellipse(50 + side * w * 0.36f, y + 0.9f, 0.85f, 0.45f), ink, 0.8f);
        }
        brush.Line(brush.Path().MoveTo(50 - w * 0.3f, y + 1.3f).QuadTo(50, y + 1.9f, 50 + w * 0.3f, y + 1.3f), ink, 0.6f, 0.7f);
    }

    /// <summary>Light along the bridge and a soft shade beside it.</summary>
    static void Bridge(Brush brush, Puppet puppet)
    {
        var skin = puppet.Skin.Skin;
        float y = puppet.Nose.Y, middle = (puppet.Eyes.Y + y) / 2, half = (y - puppet.Eyes.Y) * 0.75f;
        Glow(new Vector2(50 + 2.4f, middle + 1), new Vector2(2.4f, half), skin.Darker(0.35f), 0.4f);
        Glow(new Vector2(50 - 0.5f, middle), new Vector2(1.5f, half), skin.Lighter(0.5f), 0.5f);
        Glow(new Vector2(50, y + 1.4f), new Vector2(puppet.Nose.Width * 1.1f, 1.6f), skin.Darker(0.45f), 0.5f);

        void Glow(Vector2 centre, Vector2 radii, Rgb colour, float alpha) => brush.Canvas.Fill(
            brush.Path().Ellipse(centre.X, centre.Y, radii.X, radii.Y), Paint.Radial(centre, radii, colour, colour, alpha, 0));
    }
}
