namespace TalkingMachines.Puppets;

/// <summary>
/// Where a mouth's curves run for one shape: the opening between the inner lip edges and the lips around it, relative to
/// the picture in hundredths. Wide open mouths are larger than life, for the mouth's action is what must be seen.
/// </summary>
readonly struct MouthAnatomy
{
    /// <summary>Height of the opening at Open 1.</summary>
    public const float WidestOpen = 12.5f;

    /// <summary>Share of the opening above the line of the closed mouth; the jaw does the rest.</summary>
    public const float UpperShare = 0.17f;

    public readonly float HalfWidth, Height, Top, Bottom, CornerY, Upper, Lower, Bow, Rounding;

    public MouthAnatomy(MouthTraits traits, in MouthShape shape)
    {
        float spread = shape.Width < 0.5f
            ? float.Lerp(0.66f, 1, shape.Width * 2)
            : float.Lerp(1, 1.26f, shape.Width * 2 - 1);
        float round = shape.Round;
        HalfWidth = traits.HalfWidth * spread * (1 - 0.46f * round) * (1 - 0.06f * shape.Open);
        // teeth on the lip (f, v) need a gap to be seen in, but only once the lips part
        float parted = Smooth(shape.Open / 0.08f);
        float bite = Smooth((0.32f - shape.Open) / 0.2f) * shape.Teeth * parted;
        Height = MathF.Max(shape.Open * WidestOpen * (1 - 0.12f * round), 1.5f * bite);
        float line = traits.Y + 0.55f * traits.Smile * (1 - round);
        Top = line - Height * UpperShare;
        Bottom = line + Height * (1 - UpperShare);
        CornerY = line - (0.35f + 2 * traits.Smile) * (1 - 0.85f * round) * (1 - 0.3f * shape.Open)
            + Height * (0.06f + 0.26f * round);
        float pucker = 1 + 0.5f * round, stretched = 1 - 0.16f * MathF.Max(shape.Width * 2 - 1, 0);
        // lips pressed together (p, b, m) are a little thinner than at ease
        Upper = MathF.Max(traits.UpperLip * pucker * stretched * (0.92f + 0.1f * parted), 0.45f);
        Lower = MathF.Max(traits.LowerLip * pucker * stretched * (0.92f + 0.1f * parted) * (1 - 0.42f * bite), 0.55f);
        Bow = traits.Bow * (1 - 0.6f * round);
        Rounding = Math.Clamp(0.25f + 0.55f * round + 0.45f * shape.Open, 0, 1);
    }

    /// <summary>The hole between the lips. Its area is zero when the mouth is shut.</summary>
    public VectorPath Opening(VectorPath path)
    {
        path.MoveTo(50 - HalfWidth, CornerY);
        UpperEdge(path);
        LowerEdgeBack(path);
        return path.Close();
    }

    /// <summary>From the left corner to the right one along the upper lip.</summary>
    public void UpperEdge(VectorPath path)
    {
        float corner = float.Lerp(0.72f, 1, Rounding) * HalfWidth, flat = float.Lerp(0.5f, 0.56f, Rounding) * HalfWidth;
        float dip = Bow * 0.5f, lift = CornerY + (Top - CornerY) * 0.62f;
        path.CubicTo(50 - corner, lift, 50 - flat, Top - dip, 50, Top + dip * 0.4f)
            .CubicTo(50 + flat, Top - dip, 50 + corner, lift, 50 + HalfWidth, CornerY);
    }

    /// <summary>Both lips, as one shape.</summary>
    public VectorPath Lips(VectorPath path)
    {
        UpperLip(path);
        float w = HalfWidth + 0.35f;
        float belly = Bottom + Lower, corner = float.Lerp(0.78f, 1.02f, Rounding) * w, flat = 0.52f * w;
        float sag = CornerY + (belly - CornerY) * 0.66f;
        return path.CubicTo(50 + corner, sag, 50 + flat, belly, 50, belly)
            .CubicTo(50 - flat, belly, 50 - corner, sag, 50 - w, CornerY)
            .Close();
    }

    /// <summary>The upper lip's outer edge, with the bow, from corner to corner.</summary>
    public void UpperLip(VectorPath path)
    {
        float w = HalfWidth + 0.35f, peak = Top - Upper - Bow, dip = Top - Upper + Bow * 0.9f;
        float px = 0.26f * w, corner = float.Lerp(0.7f, 0.98f, Rounding) * w;
        float lift = CornerY + (peak - CornerY) * 0.7f;
        path.MoveTo(50 - w, CornerY)
            .CubicTo(50 - corner, lift, 50 - px - 0.25f * w, peak, 50 - px, peak)
            .CubicTo(50 - px * 0.55f, peak, 50 - px * 0.4f, dip, 50, dip)
            .CubicTo(50 + px * 0.4f, dip, 50 + px * 0.55f, peak, 50 + px, peak)
            .CubicTo(50 + px + 0.25f * w, peak, 50 + corner, lift, 50 + w, CornerY);
    }

    void LowerEdgeBack(VectorPath path)
    {
        float corner = float.Lerp(0.72f, 1, Rounding) * HalfWidth, flat = float.Lerp(0.5f, 0.56f, Rounding) * HalfWidth;
        float middle = Bottom;
        // shut, the lower edge is the upper one, point by point
        float dip = Bow * 0.5f * (1 - Smooth(Height / 1.5f)), sag = CornerY + (Bottom - CornerY) * 0.62f;
        path.CubicTo(50 + corner, sag, 50 + flat, middle - dip, 50, middle + dip * 0.4f)
            .CubicTo(50 - flat, middle - dip, 50 - corner, sag, 50 - HalfWidth, CornerY);
    }

    public static float Smooth(float t)
    {
        t = Math.Clamp(t, 0, 1);
        return t * t * (3 - 2 * t);
    }
}
