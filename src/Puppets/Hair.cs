using System.Numerics;

namespace TalkingMachines.Puppets;

/// <summary>Draws the hair on the skull and forehead, and the light and shadow it makes.</summary>
static partial class Hair
{
    /// <summary>Where hair lies on a head, in hundredths of the picture.</summary>
    readonly struct Scalp(Puppet puppet)
    {
        public readonly float Top = puppet.Head.Top, Temple = puppet.Head.Temple, Cheek = puppet.Head.Cheek;
        public readonly float Volume = puppet.Hair.Fringe is FringeKind.Buzz or FringeKind.Mohawk ? 0.9f : puppet.Hair.Volume;
        public readonly float Line = puppet.Head.Top + 9.5f + puppet.Hair.Hairline;
        // sideburns end here
        public readonly float Side = puppet.Hair.Back == BackKind.None ? 45.5f : 49;
        public readonly float BrowY = puppet.Eyes.Y - puppet.Eyes.Height - puppet.Eyes.BrowLift - 0.5f;

        /// <summary>Over the skull from the left sideburn to the right one.</summary>
        public void Cap(VectorPath path)
        {
            float v = Volume, w = Temple + v * 0.62f;
            path.Curve(
            [
                new(50 - Cheek - 0.3f, Side), new(50 - w - 0.4f, 38), new(50 - w * 0.94f, 27.5f),
                    new(50 - w * 0.7f, Top - v * 0.55f + 3.8f),
                new(50 - w * 0.34f, Top - v * 0.92f + 0.9f), new(50, Top - v), new(50 + w * 0.34f, Top - v * 0.92f + 0.9f),
                new(50 + w * 0.7f, Top - v * 0.55f + 3.8f), new(50 + w * 0.94f, 27.5f), new(50 + w + 0.4f, 38),
                    new(50 + Cheek + 0.3f, Side),
            ]);
        }
    }

    static bool Covered(Puppet puppet) => puppet.Wardrobe.Headwear == HeadwearKind.Scarf;

    public static void Front(Brush brush, Puppet puppet)
    {
        brush.Part(40);
        var hair = puppet.Hair;
        if (hair.Fringe == FringeKind.None || Covered(puppet)) return;
        var path = FrontShape(brush.Path(), puppet);
        if (hair.Fringe == FringeKind.Buzz)
        {
            brush.Flat(path, hair.Colour.Mix(puppet.Skin.Skin, 0.22f), 0.85f);
            return;
        }
        if (hair.Fringe == FringeKind.Mohawk) ShornSides(brush, puppet);
        brush.Cluster(path, hair.Colour);
        brush.Canvas.PushClip(path);
        Strands(brush, puppet);
        brush.Canvas.PopClip();
    }

    /// <summary>The fringe's shadow on the forehead.</summary>
    public static void Shadow(Brush brush, Puppet puppet, VectorPath face)
    {
        if (puppet.Hair.Fringe is FringeKind.None or FringeKind.Buzz or FringeKind.Horseshoe || Covered(puppet)) return;
        var still = brush.Canvas.Transform;
        brush.Canvas.PushClip(face);
        brush.Canvas.Transform = Matrix3x2.CreateTranslation(0.5f, 1.7f) * still;
        brush.Flat(FrontShape(brush.Path(), puppet), puppet.Skin.Skin.Darker(0.5f), 0.42f);
        brush.Canvas.Transform = still;
        brush.Canvas.PopClip();
    }

    static VectorPath FrontShape(VectorPath path, Puppet puppet)
    {
        var scalp = new Scalp(puppet);
        switch (puppet.Hair.Fringe)
        {
            case FringeKind.Mohawk:
                return Mohawk(path, scalp);
            case FringeKind.Horseshoe:
                return Horseshoe(path, scalp);
            case FringeKind.Curls:
                return Curls(path, scalp, puppet.Hair);
            case FringeKind.Quiff:
                Tuft(path, scalp, puppet.Hair.Side);
                break;
            case FringeKind.Spikes:
                Crest(path, scalp);
                break;
        }
        scalp.Cap(path);
        Hairline(path, scalp, puppet.Hair);
        return path.Close();
    }

    /// <summary>From the right sideburn over the forehead to the left one.</summary>
    static void Hairline(VectorPath path, in Scalp scalp, HairTraits hair)
    {
        float x = scalp.Cheek - 1.2f, y = scalp.Line, side = scalp.Side;
        switch (hair.Fringe)
        {
            case FringeKind.Straight:
                Bangs(path, scalp, hair.Length, x, side);
                break;
            case FringeKind.Rounded:
                Crop(path, x, y, side);
                break;
            case FringeKind.SideSweep:
                Sweep(path, scalp, hair.Side, x, y, side, scalp.BrowY);
                break;
            case FringeKind.Curtain:
                Drapes(path, scalp, hair.Side * 1.5f, hair.Length > 0.45f, x, side);
                break;
            case FringeKind.Spikes:
                Points(path, scalp, x, y, side);
                break;
            case FringeKind.Wisps:
                Wisps(path, scalp.Temple, x, y, side);
                break;
            case FringeKind.Slick or FringeKind.Quiff:
                CombedBack(path, scalp.Temple, x, y, side);
                break;
            default:
                Shorn(path, scalp.Temple, x, y, side);
                break;
        }
    }

    static void Bangs(VectorPath path, in Scalp scalp, float lift, float x, float side)
    {
        float brow = scalp.BrowY, t = scalp.Temple;
        path.Curve(
        [
            new(50 + x, side), new(50 + x - 1.6f, brow - 1), new(50 + t * 0.62f, brow - 0.4f), new(50, brow - 0.2f - lift),
            new(50 - t * 0.62f, brow - 0.4f), new(50 - x + 1.6f, brow - 1), new(50 - x, side),
        ], true);
    }

    /// <summary>Combed back but for two loose strands.</summary>
    static void Wisps(VectorPath path, float t, float x, float y, float side) =>
        path.LineTo(50 + x, side).CubicTo(50 + x - 1, 38, 50 + t * 0.7f, y + 2, 50 + 5, y - 1)
            .QuadTo(50 + 3, y + 5, 50 - 1, y + 7).QuadTo(50, y + 3, 50 - 1, y)
            .QuadTo(50 - 4, y + 4, 50 - 8, y + 5).QuadTo(50 - 6, y + 2, 50 - 6.5f, y)
            .CubicTo(50 - t * 0.75f, y + 3, 50 - x + 1, 38, 50 - x, side);

    static void CombedBack(VectorPath path, float t, float x, float y, float side) =>
        path.LineTo(50 + x, side).CubicTo(50 + x - 1, 38, 50 + t * 0.86f, y + 3, 50 + t * 0.55f, y)
            .CubicTo(50 + t * 0.25f, y - 2.5f, 50 - t * 0.25f, y - 2.5f, 50 - t * 0.55f, y)
            .CubicTo(50 - t * 0.86f, y + 3, 50 - x + 1, 38, 50 - x, side);

    /// <summary>The natural hairline of shorn hair.</summary>
    static void Shorn(VectorPath path, float t, float x, float y, float side) =>
        path.LineTo(50 + x + 0.4f, side - 4).CubicTo(50 + x - 0.4f, 36, 50 + t * 0.8f, y - 1, 50 + t * 0.5f, y - 1.5f)
            .QuadTo(50, y + 0.5f, 50 - t * 0.5f, y - 1.5f)
            .CubicTo(50 - t * 0.8f, y - 1, 50 - x + 0.4f, 36, 50 - x - 0.4f, side - 4);

    /// <summary>Short hair, cut to a slightly ragged line.</summary>
    static void Crop(VectorPath path, float x, float y, float side)
    {
        path.LineTo(50 + x, side).LineTo(50 + x - 0.8f, 39).LineTo(50 + x - 3.4f, 37.5f)
            .QuadTo(50 + x - 3.8f, y + 5, 50 + x - 5.6f, y + 2.6f);
        for (int i = 0; i < 6; i++)
        {
            float from = float.Lerp(x - 5.6f, 5.6f - x, i / 6f), to = float.Lerp(x - 5.6f, 5.6f - x, (i + 1) / 6f);
            path.QuadTo(50 + float.Lerp(from, to, 0.75f), y + 5 - i % 2, 50 + to, y + 2 + (i % 3) * 0.3f);
        }
        path.QuadTo(50 - x + 3.8f, y + 5, 50 - x + 3.4f, 37.5f).LineTo(50 - x + 0.8f, 39).LineTo(50 - x, side);
    }

    /// <summary>Parted in the middle: drawn back in a round arch, or falling over the temples like curtains.</summary>
    static void Drapes(VectorPath path, in Scalp scalp, float part, bool falling, float x, float side)
    {
        float y = scalp.Line - 4.5f, t = scalp.Temple;
        var (nearX, nearY, farX, farY) = falling ? (0.2f, y + 9, 0.62f, scalp.BrowY) : (0.55f, y - 1, 0.95f, y + 8);
        path.LineTo(50 + x, side).QuadTo(50 + x - 0.3f, scalp.BrowY + 5, 50 + x - 1.2f, scalp.BrowY + 2)
            .CubicTo(50 + t * farX, farY, 50 + part + t * nearX, nearY, 50 + part, y)
            .CubicTo(50 + part - t * nearX, nearY, 50 - t * farX, farY, 50 - x + 1.2f, scalp.BrowY + 2)
            .QuadTo(50 - x + 0.3f, scalp.BrowY + 5, 50 - x, side);
    }

    /// <summary>Parted on one side, combed over the forehead to the other.</summary>
    static void Sweep(VectorPath path, in Scalp scalp, float s, float x, float y, float side, float brow)
    {
        float part = scalp.Temple * 0.42f, t = scalp.Temple;
        if (s > 0)
            path.LineTo(50 + x, side).CubicTo(50 + x - 0.6f, 37, 50 + t * 0.8f, y + 1, 50 + part, y - 4)
                .CubicTo(50 + part - 3, y + 4, 50 - t * 0.35f, brow - 2.4f, 50 - x + 2.2f, brow - 0.2f)
                .QuadTo(50 - x + 0.6f, brow + 4, 50 - x, side);
        else
            path.LineTo(50 + x, side).QuadTo(50 + x - 0.6f, brow + 4, 50 + x - 2.2f, brow - 0.2f)
                .CubicTo(50 + t * 0.35f, brow - 2.4f, 50 - part + 3, y + 4, 50 - part, y - 4)
                .CubicTo(50 - t * 0.8f, y + 1, 50 - x + 0.6f, 37, 50 - x, side);
    }

    /// <summary>Pointed strands over the forehead.</summary>
    static void Points(VectorPath path, in Scalp scalp, float x, float y, float side)
    {
        float deep = MathF.Min(y + 7.5f, scalp.BrowY - 0.5f);
        path.LineTo(50 + x, side).QuadTo(50 + x - 0.8f, 40, 50 + x - 2.4f, 35);
        float from = x - 2.4f, to = -(x - 2.4f);
        for (int i = 0; i < 5; i++)
        {
            float tip = float.Lerp(from, to, (i + 0.72f) / 5), root = float.Lerp(from, to, (i + 1f) / 5);
            float low = deep - (i % 2) * 2.2f - MathF.Abs(i - 2) * 0.5f;
            path.QuadTo(50 + tip + 2.2f, low - 2.5f, 50 + tip, low);
            path.QuadTo(50 + root + 0.6f, low - 2.8f, 50 + root, i == 4 ? 35 : y - 0.5f + MathF.Abs(i - 1.5f) * 0.8f);
        }
        path.QuadTo(50 - x + 0.8f, 40, 50 - x, side);
    }

    /// <summary>Spikes along the top.</summary>
    static void Crest(VectorPath path, in Scalp scalp)
    {
        float w = scalp.Temple + scalp.Volume * 0.5f, top = scalp.Top - scalp.Volume;
        path.MoveTo(50 - w * 0.95f, 34);
        for (int i = 0; i < 6; i++)
        {
            float a = MathF.PI * (1 - (i + 0.5f) / 6), b = MathF.PI * (1 - (i + 1f) / 6);
            float tipX = 50 + MathF.Cos(a - 0.1f) * (w + 3.2f), tipY = 33 - MathF.Sin(a - 0.1f) * (33 - top + 3);
            float dipX = 50 + MathF.Cos(b) * (w - 0.8f), dipY = 33 - MathF.Sin(b) * (33 - top - 1.5f);
            path.LineTo(tipX, tipY).LineTo(dipX, dipY);
        }
        path.LineTo(50, scalp.Top + 2).Close();
    }

    /// <summary>The wave of hair above the forehead.</summary>
    static void Tuft(VectorPath path, in Scalp scalp, int side)
    {
        float top = scalp.Top - scalp.Volume, w = scalp.Temple;
        Span<Vector2> wave =
        [
            new(50 - side * w * 0.62f, scalp.Line), new(50 - side * w * 0.9f, top + 8), new(50 - side * w * 0.6f, top - 1.2f),
            new(50, top - 3.4f), new(50 + side * w * 0.62f, top - 2.6f), new(50 + side * w * 0.98f, top + 4),
            new(50 + side * w * 0.8f, scalp.Line - 1), new(50, scalp.Line - 1.5f),
        ];
        if (side < 0) wave.Reverse();
        path.Loop(wave);
    }

    static void ShornSides(Brush brush, Puppet puppet)
    {
        var scalp = new Scalp(puppet);
        var path = brush.Path();
        scalp.Cap(path);
        Shorn(path, scalp.Temple, scalp.Cheek - 1.2f, scalp.Line, scalp.Side);
        brush.Flat(path.Close(), puppet.Hair.Colour.Mix(puppet.Skin.Skin, 0.4f), 0.55f);
    }

    static VectorPath Mohawk(VectorPath path, in Scalp scalp)
    {
        float top = scalp.Top - scalp.Volume - 7;
        return path.MoveTo(50 - 6, scalp.Line + 2)
            .CubicTo(50 - 9, scalp.Top + 4, 50 - 11.5f, top + 9, 50 - 8.5f, top + 4)
            .LineTo(50 - 4.5f, top + 4.5f).LineTo(50 - 3, top + 0.6f).LineTo(50 - 0.5f, top + 3.5f).LineTo(50 + 1.8f, top)
            .LineTo(50 + 4, top + 3.8f).LineTo(50 + 8.5f, top + 3)
            .CubicTo(50 + 11.5f, top + 9, 50 + 9, scalp.Top + 4, 50 + 6, scalp.Line + 2)
            .QuadTo(50, scalp.Line + 6, 50 - 6, scalp.Line + 2).Close();
    }

    static VectorPath Horseshoe(VectorPath path, in Scalp scalp)
    {
        float w = scalp.Temple + 1.2f, x = scalp.Cheek;
        for (int s = -1; s <= 1; s += 2)
        {
            Span<Vector2> tuft =
            [
                new(50 + s * (w - 1.2f), 31), new(50 + s * (w + 1.8f), 36), new(50 + s * (w + 2.6f), 43), new(50 + s * (x + 1.6f), 50),
                new(50 + s * (x - 1.2f), 46), new(50 + s * (w - 1.6f), 38),
            ];
            if (s < 0) tuft.Reverse();
            path.Loop(tuft);
        }
        return path;
    }

    /// <summary>A cap of overlapping curls.</summary>
    static VectorPath Curls(VectorPath path, in Scalp scalp, HairTraits hair)
    {
        float w = scalp.Temple + scalp.Volume * 0.35f, top = scalp.Top - scalp.Volume * 0.4f, line = scalp.Line;
        path.MoveTo(50 - scalp.Cheek, 42).CubicTo(50 - w - 2, top + 4, 50 - 16, top, 50, top)
            .CubicTo(50 + 16, top, 50 + w + 2, top + 4, 50 + scalp.Cheek, 42)
            .CubicTo(50 + w - 2, line + 3, 50 + 10, line, 50, line)
            .CubicTo(50 - 10, line, 50 - w + 2, line + 3, 50 - scalp.Cheek, 42).Close();
        for (int i = 0; i <= 12; i++)
        {
            float a = MathF.PI * (i / 12f * 1.24f - 0.12f), r = 4 + (i * 7 % 3) * 0.6f + hair.Length;
            path.Circle(50 - MathF.Cos(a) * (w + 0.6f), 36 - MathF.Sin(a) * (36 - top), r);
        }
        for (int i = 0; i < 8; i++)
        {
            float t = (i + 0.5f) / 8 * 2 - 1, r = 3.4f + (i * 5 % 3) * 0.5f;
            path.Circle(50 + t * (w - 2.5f), line - 0.6f + 8.5f * t * t + (i % 2) * 1.2f, r);
        }
        return path;
    }

    /// <summary>Darker strands, and the shine across the crown.</summary>
    static void Strands(Brush brush, Puppet puppet)
    {
        var scalp = new Scalp(puppet);
        var hair = puppet.Hair;
        float top = scalp.Top - scalp.Volume, w = scalp.Temple;
        if (hair.Fringe == FringeKind.Curls)
        {
            Ringlets(brush, hair.Colour.Darker(0.4f), top, w);
            return;
        }
        float part = hair.Fringe switch { FringeKind.SideSweep => hair.Side * w * 0.42f, FringeKind.Curtain => hair.Side * 1.5f, _ => 0 };
        for (int i = 0; i < 6; i++)
        {
            float end = (i - 2.5f) / 2.5f;
            brush.Line(
                brush.Path().MoveTo(50 + part + end * 2.5f, top + 2.5f)
                    .CubicTo(50 + float.Lerp(part, end * w, 0.55f), top + 5, 50 + end * (w + 1), top + 12, 50 + end * (w + 1.5f), top + 24),
                hair.Colour.Darker(0.4f), 0.65f, 0.9f, 0.55f);
        }
        if (hair.Shine && hair.Fringe is not (FringeKind.Spikes or FringeKind.Mohawk or FringeKind.Horseshoe)) Shine(brush, hair.Colour, top + 6.5f, w);
    }

    static void Ringlets(Brush brush, Rgb ink, float top, float w)
    {
        for (int i = 0; i < 9; i++)
        {
            float x = 50 + (i - 4) * w * 0.23f, y = top + 6 + (i * 5 % 4) * 2.2f + MathF.Abs(i - 4) * 1.7f;
            brush.Line(brush.Path().MoveTo(x - 2.2f, y).CubicTo(x - 2, y - 2.8f, x + 2, y - 2.8f, x + 2, y + 0.4f), ink, 0.7f, 0.8f, 0.6f);
        }
    }

    static void Shine(Brush brush, Rgb hair, float y, float w) =>
        brush.Flat(
            brush.Path().MoveTo(50 - w * 0.78f, y + 7.5f)
                .CubicTo(50 - w * 0.55f, y - 0.5f, 50 - w * 0.1f, y - 1.6f, 50 + w * 0.3f, y - 0.4f)
                .CubicTo(50 - w * 0.05f, y + 0.6f, 50 - w * 0.45f, y + 2.2f, 50 - w * 0.78f, y + 7.5f).Close(),
            hair.Lighter(0.55f), 0.5f);
}
