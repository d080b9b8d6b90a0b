namespace TalkingMachines.Puppets;

/// <summary>Draws beards and moustaches; the lips stay free.</summary>
static class Beard
{
    public static void Draw(Brush brush, Puppet puppet, in MouthShape shape, float drop)
    {
        brush.Part(50);
        var kind = puppet.Hair.Beard;
        var colour = puppet.Hair.Colour.Darker(0.08f);
        var head = puppet.Head;
        float chin = head.ChinY + drop, mouth = puppet.Mouth.Y, upper = mouth - puppet.Mouth.UpperLip - 1.4f;
        switch (kind)
        {
            case BeardKind.Stubble:
                brush.Flat(Mask(brush.Path(), head, chin - 0.6f, upper, 0.4f), puppet.Skin.Skin.Mix(colour, 0.65f), 0.34f);
                break;
            case BeardKind.Full:
                brush.Surface(Mask(brush.Path(), head, chin + 2, upper, 0.9f), colour, 0.6f);
                break;
            case BeardKind.Long:
                brush.Surface(Mask(brush.Path(), head, chin + 7, upper, 1), colour, 0.6f);
                Strands(brush, colour, chin);
                break;
            case BeardKind.ChinStrap:
                brush.Surface(Mask(brush.Path(), head, chin + 1, chin - 6.2f, 0.6f), colour, 0.6f);
                break;
            case BeardKind.Goatee:
                float w = puppet.Mouth.HalfWidth;
                brush.Surface(
                    brush.Path().MoveTo(50 - w - 1.4f, mouth - 1).CubicTo(50 - w - 2, mouth + 6, 50 - 7, chin + 1.6f, 50, chin + 2.2f)
                        .CubicTo(50 + 7, chin + 1.6f, 50 + w + 2, mouth + 6, 50 + w + 1.4f, mouth - 1)
                        .CubicTo(50 + w * 0.7f, upper - 2.2f, 50 + 3, upper - 2.4f, 50, upper - 1.6f)
                        .CubicTo(50 - 3, upper - 2.4f, 50 - w * 0.7f, upper - 2.2f, 50 - w - 1.4f, mouth - 1).Close(),
                    colour, 0.6f, 0.6f);
                break;
        }
        if (kind is BeardKind.Full or BeardKind.Long or BeardKind.Goatee) Shaved(brush, puppet, shape);
    }

    /// <summary>Over the upper lip, which it must not hide; it spreads with the mouth.</summary>
    public static void Moustache(Brush brush, Puppet puppet, in MouthShape shape)
    {
        var kind = puppet.Hair.Beard;
        if (kind is BeardKind.None or BeardKind.Stubble or BeardKind.ChinStrap) return;
        brush.Part(52);
        var mouth = new MouthAnatomy(puppet.Mouth, shape);
        float w = float.Lerp(puppet.Mouth.HalfWidth, mouth.HalfWidth, 0.5f) * (kind == BeardKind.Handlebar ? 1.3f : 1.05f);
        float bottom = mouth.Top - mouth.Upper - 0.5f, top = MathF.Max(bottom - 3.4f, puppet.Nose.Y + 1.6f);
        float tipY = kind == BeardKind.Handlebar ? bottom - 2.6f : bottom + 1.5f;
        var path = brush.Path().MoveTo(50, top)
            .CubicTo(50 + w * 0.4f, top - 0.6f, 50 + w * 0.75f, bottom - 1, 50 + w, tipY)
            .CubicTo(50 + w * 0.75f, bottom + (kind == BeardKind.Handlebar ? 1.6f : 0.6f), 50 + w * 0.3f, bottom + 0.4f, 50, bottom - 0.5f)
            .CubicTo(50 - w * 0.3f, bottom + 0.4f, 50 - w * 0.75f, bottom + (kind == BeardKind.Handlebar ? 1.6f : 0.6f), 50 - w, tipY)
            .CubicTo(50 - w * 0.75f, bottom - 1, 50 - w * 0.4f, top - 0.6f, 50, top).Close();
        brush.Surface(path, puppet.Hair.Colour.Darker(0.05f), 0.5f, 0.6f);
    }

    /// <summary>Along the jaw from ear to ear, up to the cheeks and over the mouth.</summary>
    static VectorPath Mask(VectorPath path, HeadTraits head, float chin, float upper, float spread)
    {
        float jaw = head.ChinY - 10.5f, x = head.Cheek + 0.3f * spread;
        path.Curve(
        [
            new(50 + x - 0.2f, 47), new(50 + x + spread * 0.6f, 56), new(50 + head.Jaw + spread * 1.6f, jaw + 0.5f),
            new(50 + head.Chin + 2 + spread, chin - 2), new(50, chin), new(50 - head.Chin - 2 - spread, chin - 2),
            new(50 - head.Jaw - spread * 1.6f, jaw + 0.5f), new(50 - x - spread * 0.6f, 56), new(50 - x + 0.2f, 47),
        ]);
        float inner = head.Cheek - 3.2f;
        return path.CubicTo(50 - inner, 56, 50 - inner, upper + 1, 50 - head.Jaw + 3, upper + 1)
            .CubicTo(50 - 11, upper - 2.5f, 50 - 6, upper - 2, 50, upper - 0.6f)
            .CubicTo(50 + 6, upper - 2, 50 + 11, upper - 2.5f, 50 + head.Jaw - 3, upper + 1)
            .CubicTo(50 + inner, upper + 1, 50 + inner, 56, 50 + x - 0.2f, 47).Close();
    }

    /// <summary>Skin around the lips, so that the mouth reads against the beard.</summary>
    static void Shaved(Brush brush, Puppet puppet, in MouthShape shape)
    {
        var mouth = new MouthAnatomy(puppet.Mouth, shape);
        float top = mouth.Top - mouth.Upper, bottom = mouth.Bottom + mouth.Lower;
        brush.Flat(
            brush.Path().Ellipse(50, (top + bottom) / 2, mouth.HalfWidth + 1.6f, (bottom - top) / 2 + 1.3f), puppet.Skin.Skin.Darker(0.1f));
    }

    static void Strands(Brush brush, Rgb colour, float chin)
    {
        for (int i = -2; i <= 2; i++)
            brush.Line(
                brush.Path().MoveTo(50 + i * 4.5f, chin - 4).QuadTo(50 + i * 4.2f, chin + 1, 50 + i * 2.8f, chin + 4.5f),
                colour.Darker(0.4f), 0.6f, 0.9f, 0.6f);
    }
}
