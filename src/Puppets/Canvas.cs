using System.Numerics;
using TalkingMachines.Media;

namespace TalkingMachines.Puppets;

/// <summary>A rectangle of pixels inside a picture.</summary>
public readonly record struct PixelRegion(int X, int Y, int Width, int Height)
{
    public static PixelRegion Whole(int size) => new(0, 0, size, size);
}

/// <summary>
/// An antialiased drawing surface that holds one window of a larger picture. Paths are given in the coordinates of
/// <see cref="Transform"/>; what a pixel becomes does not depend on the window. Not for use by two threads at once.
/// </summary>
public sealed class Canvas
{
    sealed class ClipMask
    {
        public float[] Values = [];
        public PixelRegion Bounds;
    }

    readonly CoverageRasterizer rasterizer = new();
    readonly Polyline shape = new();
    readonly Stroker stroker = new();
    readonly List<ClipMask> clips = [];
    Vector4[] pixels = [];
    PixelRegion window;
    int clipDepth;

    /// <summary>Maps the coordinates of paths to pixels of the whole picture.</summary>
    public Matrix3x2 Transform { get; set; } = Matrix3x2.Identity;

    /// <summary>Starts a new drawing of the region of a picture; the content is undefined until it is painted over.</summary>
    public void Begin(PixelRegion region)
    {
        window = region;
        clipDepth = 0;
        if (pixels.Length < region.Width * region.Height) pixels = new Vector4[region.Width * region.Height];
        Transform = Matrix3x2.Identity;
    }

    /// <summary>Fills the inside by the non-zero rule; open contours are closed by a line.</summary>
    public void Fill(VectorPath path, in Paint paint)
    {
        if (!Rasterize(path, null, out var bounds)) return;
        Shade(bounds, paint);
    }

    /// <summary>Draws a line along the path; the pen's width is in the coordinates of the path.</summary>
    public void Stroke(VectorPath path, in Pen pen, in Paint paint)
    {
        if (!Rasterize(path, pen, out var bounds)) return;
        Shade(bounds, paint);
    }

    /// <summary>Until the matching <see cref="PopClip"/> only the inside of the path (and of outer clips) is painted.</summary>
    public void PushClip(VectorPath path)
    {
        var outer = clipDepth > 0 ? clips[clipDepth - 1] : null;
        if (clips.Count == clipDepth) clips.Add(new ClipMask());
        var mask = clips[clipDepth];
        mask.Bounds = default;
        if (Rasterize(path, null, out var bounds)) WriteMask(mask, outer, bounds);
        clipDepth++;
    }

    public void PopClip() => clipDepth--;

    /// <summary>Writes the window as interleaved RGB bytes.</summary>
    public void CopyTo(Span<byte> rgb)
    {
        int count = window.Width * window.Height;
        for (int i = 0, o = 0; i < count; i++, o += 3)
        {
            var p = Vector4.Clamp(pixels[i], Vector4.Zero, new Vector4(255)) + new Vector4(0.5f);
            rgb[o] = (byte)p.X;
            rgb[o + 1] = (byte)p.Y;
            rgb[o + 2] = (byte)p.Z;
        }
    }

    public Picture ToPicture()
    {
        var picture = new Picture(window.Width, window.Height);
        CopyTo(picture.Pixels);
        return picture;
    }

    PixelRegion Visible => clipDepth > 0 ? clips[clipDepth - 1].Bounds : window;

    bool Rasterize(VectorPath path, Pen? pen, out PixelRegion bounds)
    {
        bounds = default;
        if (path.Points.Length < 2) return false;
        var (least, greatest) = path.Bounds(Transform);
        float scale = MathF.Sqrt(MathF.Abs(Transform.GetDeterminant()));
        float margin = pen is { } p ? (p.Width / 2 + p.Wobble) * scale + 1 : 0;
        var visible = Visible;
        int left = Math.Max(visible.X, (int)MathF.Floor(MathF.Max(least.X - margin, -1e6f)));
        int top = Math.Max(visible.Y, (int)MathF.Floor(MathF.Max(least.Y - margin, -1e6f)));
        int right = Math.Min(visible.X + visible.Width, (int)MathF.Ceiling(MathF.Min(greatest.X + margin, 1e6f)) + 1);
        int bottom = Math.Min(visible.Y + visible.Height, (int)MathF.Ceiling(MathF.Min(greatest.Y + margin, 1e6f)) + 1);
        if (left >= right || top >= bottom) return false;
        shape.Flatten(path, Transform);
        rasterizer.Begin(left, top, right, bottom);
        rasterizer.Add(pen is { } drawn ? stroker.Outline(shape, drawn, scale) : shape);
        bounds = new PixelRegion(left, top, right - left, bottom - top);
        return rasterizer.Prepare();
    }

    void Shade(PixelRegion bounds, in Paint paint)
    {
        Matrix3x2.Invert(Transform, out var toShape);
        if (paint.Kind == PaintKind.Solid) Blend(bounds, new SolidShader(paint.From), paint.Grain, toShape);
        else if (paint.Kind == PaintKind.Linear) Blend(bounds, new LinearShader(paint, toShape), paint.Grain, toShape);
        else Blend(bounds, new RadialShader(paint, toShape), paint.Grain, toShape);
    }

    void Blend<TShader>(PixelRegion bounds, TShader shader, Grain grain, Matrix3x2 toShape) where TShader : struct, IShader
    {
        if (grain.Strength > 0) Blend(bounds, new GrainShader<TShader>(shader, grain, toShape));
        else Blend(bounds, shader);
    }

    void Blend<TShader>(PixelRegion bounds, TShader shader) where TShader : struct, IShader
    {
        var clip = clipDepth > 0 ? clips[clipDepth - 1] : null;
        for (int y = bounds.Y; y < bounds.Y + bounds.Height; y++)
        {
            if (!rasterizer.Row(y, out int first, out int last)) continue;
            var deltas = rasterizer.Deltas[..bounds.Width];
            var row = pixels.AsSpan((y - window.Y) * window.Width + bounds.X - window.X, bounds.Width);
            var mask = clip is null ? default : MaskRow(clip, y, bounds);
            int sum = 0;
            for (int x = first; x < bounds.Width; x++)
            {
                sum += deltas[x];
                deltas[x] = 0;
                if (sum <= 0)
                {
                    if (x > last) break;
                    continue;
                }
                var colour = shader.At(bounds.X + x + 0.5f, y + 0.5f);
                float share = Math.Min(sum, CoverageRasterizer.Full) * (colour.W / CoverageRasterizer.Full);
                if (!mask.IsEmpty) share *= mask[x];
                row[x] += (colour - row[x]) * share;
            }
        }
    }

    static ReadOnlySpan<float> MaskRow(ClipMask mask, int y, PixelRegion bounds) =>
        mask.Values.AsSpan((y - mask.Bounds.Y) * mask.Bounds.Width + bounds.X - mask.Bounds.X, bounds.Width);

    void WriteMask(ClipMask mask, ClipMask? outer, PixelRegion bounds)
    {
        mask.Bounds = bounds;
        if (mask.Values.Length < bounds.Width * bounds.Height) mask.Values = new float[bounds.Width * bounds.Height];
        mask.Values.AsSpan(0, bounds.Width * bounds.Height).Clear();
        for (int y = bounds.Y; y < bounds.Y + bounds.Height; y++)
        {
            if (!rasterizer.Row(y, out int first, out _)) continue;
            var deltas = rasterizer.Deltas[..bounds.Width];
            var row = mask.Values.AsSpan((y - bounds.Y) * bounds.Width, bounds.Width);
            int sum = 0;
            for (int x = first; x < bounds.Width; x++)
            {
                sum += deltas[x];
                deltas[x] = 0;
                row[x] = Math.Clamp(sum, 0, CoverageRasterizer.Full) * (1f / CoverageRasterizer.Full);
            }
            if (outer is null) continue;
            var above = MaskRow(outer, y, bounds);
            for (int x = 0; x < row.Length; x++) row[x] *= above[x];
        }
    }
}
