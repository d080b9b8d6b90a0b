using System.Numerics;

namespace TalkingMachines.Puppets;

/// <summary>Lighter and darker spots that move with a shape: pores, threads, strands.</summary>
/// <param name="Size">Of the finest spots, in the coordinates of the shape; there are others four times as large.</param>
/// <param name="Strength">By how much brightness varies at most, as a share; 0: there are none.</param>
public readonly record struct Grain(Vector2 Size, float Strength);

/// <summary>How the inside of a shape is coloured.</summary>
public enum PaintKind { Solid, Linear, Radial }

/// <summary>A colour, or a gradient between two; points and radii in the coordinates of the shape it fills.</summary>
public readonly record struct Paint(PaintKind Kind, Vector4 From, Vector4 To, Vector2 Origin, Vector2 Extent)
{
    public Grain Grain { get; init; }

    public static Paint Solid(Rgb colour, float alpha = 1) =>
        new(PaintKind.Solid, colour.WithAlpha(alpha), default, default, default);

    /// <summary>Runs from one point to another and stays constant beyond both.</summary>
    public static Paint Linear(Vector2 start, Vector2 end, Rgb from, Rgb to, float fromAlpha = 1, float toAlpha = 1) =>
        new(PaintKind.Linear, from.WithAlpha(fromAlpha), to.WithAlpha(toAlpha), start, end - start);

    /// <summary>Runs smoothly from the centre of an ellipse to its rim.</summary>
    public static Paint Radial(Vector2 centre, Vector2 radii, Rgb from, Rgb to, float fromAlpha = 1, float toAlpha = 1) =>
        new(PaintKind.Radial, from.WithAlpha(fromAlpha), to.WithAlpha(toAlpha), centre, radii);

    public static implicit operator Paint(Rgb colour) => Solid(colour);

    public static Paint FromRgb(Rgb colour) => Solid(colour);
}

/// <summary>Colour of a pixel by the position of its centre; the last component is opacity.</summary>
interface IShader
{
    Vector4 At(float x, float y);
}

readonly struct SolidShader(Vector4 colour) : IShader
{
    public Vector4 At(float x, float y) => colour;
}

readonly struct LinearShader : IShader
{
    readonly Vector4 from, change;
    readonly float byX, byY, offset;

    /// <param name="toShape">Maps pixels to the coordinates of the paint.</param>
    public LinearShader(in Paint paint, Matrix3x2 toShape)
    {
        from = paint.From;
        change = paint.To - paint.From;
        var axis = paint.Extent / MathF.Max(paint.Extent.LengthSquared(), 1e-12f);
        byX = toShape.M11 * axis.X + toShape.M12 * axis.Y;
        byY = toShape.M21 * axis.X + toShape.M22 * axis.Y;
        offset = Vector2.Dot(new Vector2(toShape.M31, toShape.M32) - paint.Origin, axis);
    }

    public Vector4 At(float x, float y) => from + change * Math.Clamp(x * byX + y * byY + offset, 0, 1);
}

readonly struct RadialShader : IShader
{
    readonly Vector4 from, change;
    readonly Vector2 byX, byY, offset;

    /// <param name="toShape">Maps pixels to the coordinates of the paint.</param>
    public RadialShader(in Paint paint, Matrix3x2 toShape)
    {
        from = paint.From;
        change = paint.To - paint.From;
        var scale = Vector2.One / Vector2.Max(paint.Extent, new Vector2(1e-6f));
        byX = new Vector2(toShape.M11, toShape.M12) * scale;
        byY = new Vector2(toShape.M21, toShape.M22) * scale;
        offset = (new Vector2(toShape.M31, toShape.M32) - paint.Origin) * scale;
    }

    public Vector4 At(float x, float y)
    {
        float t = MathF.Min((byX * x + byY * y + offset).Length(), 1);
        return from + change * (t * t * (3 - 2 * t)); // smoothstep: no visible rim where a glow ends
    }
}

/// <summary>Another shader's colours, brightened and darkened by value noise of two sizes.</summary>
readonly struct GrainShader<TShader> : IShader where TShader : struct, IShader
{
    const float Larger = 4;

    readonly TShader inner;
    readonly Matrix3x2 toGrain;
    readonly float strength;

    /// <param name="toShape">Maps pixels to the coordinates of the paint.</param>
    public GrainShader(TShader inner, Grain grain, Matrix3x2 toShape)
    {
        this.inner = inner;
        toGrain = toShape * Matrix3x2.CreateScale(Vector2.One / grain.Size);
        strength = grain.Strength / 2;
    }

    public Vector4 At(float x, float y)
    {
        var colour = inner.At(x, y);
        var place = Vector2.Transform(new Vector2(x, y), toGrain);
        var brighter = colour * (1 + (strength * (Noise(place) + Noise(place / Larger))));
        brighter.W = colour.W;
        return brighter;
    }

    /// <summary>-1 to 1, smooth between a lattice's random values.</summary>
    static float Noise(Vector2 at)
    {
        float left = MathF.Floor(at.X), top = MathF.Floor(at.Y), x = at.X - left, y = at.Y - top;
        int column = (int)left, row = (int)top;
        x *= x * (3 - (2 * x));
        y *= y * (3 - (2 * y));
        float above = float.Lerp(Value(column, row), Value(column + 1, row), x), below = float.Lerp(Value(column, row + 1), Value(column + 1, row + 1), x);
        return float.Lerp(above, below, y);
    }

    static float Value(int column, int row)
    {
        uint hash = ((uint)column * 0x8DA6B343) ^ ((uint)row * 0xD8163841);
        hash = (hash ^ (hash >> 15)) * 0x2C1B3C6D;
        hash ^= hash >> 13;
        return ((hash & 0xFFFF) / 32767.5f) - 1;
    }
}
