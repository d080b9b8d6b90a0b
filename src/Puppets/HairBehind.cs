using System.Numerics;

namespace TalkingMachines.Puppets;

/// <summary>Draws the hair behind the head: long hair, tails, buns, clouds of curls.</summary>
static partial class Hair
{
    /// <summary>Behind neck and body.</summary>
    public static void Behind(Brush brush, Puppet puppet)
    {
        if (Covered(puppet)) return;
        brush.Part(44);
        var scalp = new Scalp(puppet);
        var hair = puppet.Hair;
        var colour = hair.Colour.Darker(0.16f);
        switch (hair.Back)
        {
            case BackKind.Bob:
                brush.Surface(Curtain(brush.Path(), scalp, 70 + 7 * hair.Length, 1.5f, 0.84f), colour, 0.6f);
                break;
            case BackKind.Long:
                brush.Surface(Curtain(brush.Path(), scalp, 112, 3.2f, 1.06f), colour, 0.6f);
                break;
            case BackKind.Wavy:
                brush.Surface(Waves(brush.Path(), scalp), colour, 0.6f);
                break;
            case BackKind.Afro:
                brush.Cluster(Cloud(brush.Path(), scalp, 0.4f + hair.Length), colour, 0.6f);
                break;
            case BackKind.CurlyLong:
                brush.Cluster(CurlyCurtain(brush.Path(), scalp), colour, 0.6f);
                break;
            case BackKind.Nape:
                brush.Surface(Curtain(brush.Path(), scalp, 66, -1.2f, 0.7f), colour, 0.6f);
                break;
            default:
                Gathered(brush, puppet, scalp, colour);
                break;
        }
    }

    /// <summary>Hair that is gathered: tails and buns.</summary>
    static void Gathered(Brush brush, Puppet puppet, in Scalp scalp, Rgb colour)
    {
        float top = scalp.Top - scalp.Volume, s = puppet.Hair.Side;
        switch (puppet.Hair.Back)
        {
            case BackKind.Ponytail:
                brush.Surface(Tail(brush.Path(), 50 + s * 15, top + 7, s * 22, 46), colour);
                break;
            case BackKind.SideTail:
                brush.Surface(Tail(brush.Path(), 50 + s * (scalp.Temple - 1), 42, s * 12, 54), colour);
                break;
            case BackKind.Bun:
                Bun(brush, puppet, 50, top - 1.2f, 8.2f);
                break;
            case BackKind.TwoBuns:
                Bun(brush, puppet, 50 - 16.5f, top + 3.2f, 6.6f);
                Bun(brush, puppet, 50 + 16.5f, top + 3.2f, 6.6f);
                break;
            case BackKind.Pigtails:
                for (int side = -1; side <= 1; side += 2)
                    brush.Surface(Tail(brush.Path(), 50 + side * (scalp.Temple + 0.5f), 44, side * 9.5f, 36), colour);
                break;
        }
    }

    /// <summary>In front of the shoulders: locks of long hair, braids.</summary>
    public static void Locks(Brush brush, Puppet puppet)
    {
        if (Covered(puppet)) return;
        var scalp = new Scalp(puppet);
        brush.Part(48);
        if (puppet.Hair.Back == BackKind.Braids)
        {
            for (int side = -1; side <= 1; side += 2) Braid(brush, puppet, 50 + side * (scalp.Cheek - 0.5f), side);
            return;
        }
        if (puppet.Hair.Back is not (BackKind.Long or BackKind.Wavy)) return;
        var colour = puppet.Hair.Colour.Darker(0.06f);
        for (int side = -1; side <= 1; side += 2)
        {
            float x = scalp.Cheek, wave = puppet.Hair.Back == BackKind.Wavy ? 2.4f : 0.4f;
            Span<Vector2> lockOfHair =
            [
                new(50 + side * (x + 3), 44), new(50 + side * (x + 4.6f + wave), 60), new(50 + side * (x + 3.6f - wave * 0.4f), 76),
                new(50 + side * (x + 4.4f + wave), 90), new(50 + side * (x + 2), 106), new(50 + side * (x - 8), 106),
                new(50 + side * (x - 7.5f + wave * 0.5f), 90), new(50 + side * (x - 4.5f - wave * 0.4f), 76), new(50 + side * (x - 2), 62),
                new(50 + side * (x - 1), 46),
            ];
            if (side < 0) lockOfHair.Reverse();
            brush.Surface(brush.Path().Loop(lockOfHair), colour, 0.6f);
        }
    }

    /// <summary>Falls straight from the crown to a hem; flare widens it.</summary>
    static VectorPath Curtain(VectorPath path, in Scalp scalp, float hem, float flare, float width)
    {
        float v = scalp.Volume, w = scalp.Temple + v * 0.62f, low = scalp.Cheek + 2.5f + flare;
        return path.Loop(
        [
            new(50, scalp.Top - v), new(50 + w * 0.7f, scalp.Top + 2), new(50 + w + 0.6f, 36), new(50 + low + 0.6f, 54),
            new(50 + low, hem - 9), new(50 + low * width, hem), new(50 + low * 0.4f, hem + 1), new(50 - low * 0.4f, hem + 1),
            new(50 - low * width, hem), new(50 - low, hem - 9), new(50 - low - 0.6f, 54), new(50 - w - 0.6f, 36),
                new(50 - w * 0.7f, scalp.Top + 2),
        ]);
    }

    static VectorPath Waves(VectorPath path, in Scalp scalp)
    {
        float v = scalp.Volume, w = scalp.Temple + v * 0.7f, low = scalp.Cheek + 4.5f;
        return path.Loop(
        [
            new(50, scalp.Top - v), new(50 + w * 0.7f, scalp.Top + 2), new(50 + w + 1, 36), new(50 + low - 0.6f, 48), new(50 + low + 3, 58),
            new(50 + low + 0.5f, 68), new(50 + low + 4.5f, 79), new(50 + low + 1.5f, 90), new(50 + low + 3, 110),
            new(50 - low - 3, 110), new(50 - low - 1.5f, 90), new(50 - low - 4.5f, 79), new(50 - low - 0.5f, 68),
            new(50 - low - 3, 58), new(50 - low + 0.6f, 48), new(50 - w - 1, 36), new(50 - w * 0.7f, scalp.Top + 2),
        ]);
    }

    static VectorPath Cloud(VectorPath path, in Scalp scalp, float size)
    {
        float w = scalp.Temple + 5.5f + 4 * size, h = 36 - scalp.Top + 3.5f + 2.2f * size;
        path.Ellipse(50, 38, w, h);
        for (int i = 0; i < 20; i++)
        {
            var (sin, cos) = MathF.SinCos(MathF.PI * (i / 19f * 1.5f - 0.25f));
            path.Circle(50 - cos * (w - 1.2f), 38 - sin * (h - 1.2f), 4.1f + (i * 7 % 4) * 0.5f);
        }
        return path;
    }

    static VectorPath CurlyCurtain(VectorPath path, in Scalp scalp)
    {
        float w = scalp.Cheek + 3.5f;
        path.RoundedRectangle(50 - w, scalp.Top + 2, 2 * w, 76, 20);
        for (int side = -1; side <= 1; side += 2)
            for (int i = 0; i < 9; i++)
                path.Circle(50 + side * (w + 0.4f + (i * 5 % 3) * 1.1f + (i > 2 ? 1 : -2)), 26 + i * 7.2f, 4.6f + (i * 7 % 3) * 0.7f);
        return path;
    }

    static VectorPath Tail(VectorPath path, float x, float y, float reach, float length)
    {
        float s = MathF.Sign(reach);
        return path.MoveTo(x - s * 2, y - 5)
            .CubicTo(x + reach * 0.9f, y - 11, x + reach * 1.7f, y + length * 0.2f, x + reach * 1.25f, y + length * 0.55f)
            .CubicTo(x + reach * 1.1f, y + length * 0.75f, x + reach * 1.15f, y + length * 0.9f, x + reach * 0.85f, y + length)
            .CubicTo(x + reach * 0.55f, y + length * 0.8f, x + reach * 0.35f, y + length * 0.6f, x + reach * 0.5f, y + length * 0.4f)
            .CubicTo(x + reach * 0.55f, y + length * 0.24f, x + reach * 0.3f, y + 7, x - s * 2, y + 6).Close();
    }

    static void Bun(Brush brush, Puppet puppet, float x, float y, float radius)
    {
        var colour = puppet.Hair.Colour;
        var bun = brush.Path().Ellipse(x, y, radius, radius * 0.88f);
        brush.Surface(bun, colour.Darker(0.08f));
        for (int i = 0; i < 2; i++)
            brush.Line(
                brush.Path().MoveTo(x - radius * (0.75f - 0.3f * i), y + radius * 0.2f)
                    .CubicTo(x - radius * 0.4f, y - radius * (0.75f - 0.35f * i), x + radius * 0.5f, y - radius * (0.7f - 0.3f * i), x + radius * 0.7f, y + radius * 0.1f),
                colour.Darker(0.42f), 0.7f, 0.9f, 0.7f);
    }

    static void Braid(Brush brush, Puppet puppet, float x, int side)
    {
        var colour = puppet.Hair.Colour;
        for (int i = 6; i >= 0; i--)
        {
            float y = 58 + i * 6.4f, at = x + side * (1.5f + 0.5f * i), tilt = (i % 2 == 0 ? 1 : -1) * 0.6f;
            brush.Surface(brush.Path().Ellipse(at + tilt, y, 4.6f, 4.3f), colour.Darker(0.04f + 0.1f * (i % 2)), 0.7f);
        }
    }
}
