namespace TalkingMachines.Media;

/// <summary>A picture of 8-bit sRGB pixels: rows from top to bottom, three bytes (R, G, B) a pixel, no padding.</summary>
public sealed class Picture
{
    /// <summary>The largest width or height, in pixels. Readers refuse larger files before allocating.</summary>
    public const int MaxSide = 8192;

    /// <summary>A black picture.</summary>
    public Picture(int width, int height) : this(width, height, new byte[ByteCount(width, height)]) { }

    /// <summary>Takes ownership of <paramref name="pixels"/>, [height, width, 3].</summary>
    public Picture(int width, int height, byte[] pixels)
    {
        int expected = ByteCount(width, height);
        if (pixels.Length != expected)
            throw new ArgumentException($"{pixels.Length} bytes came for a {width}x{height} picture, expected {expected}.", nameof(pixels));
        (Width, Height, Pixels) = (width, height, pixels);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>[Height, Width, 3], R G B.</summary>
    public byte[] Pixels { get; }

    /// <summary>One row, [Width, 3].</summary>
    public Span<byte> Row(int y) => Pixels.AsSpan(y * Width * 3, Width * 3);

    /// <summary>
    /// The same picture at another size. Each axis on its own is averaged over the covered area when it
    /// shrinks and interpolated with the Catmull-Rom cubic when it grows.
    /// </summary>
    public Picture Resized(int width, int height) =>
        width == Width && height == Height ? new Picture(width, height, [.. Pixels]) : PictureScaler.Scale(this, width, height);

    /// <summary>The largest square around the centre.</summary>
    public Picture CroppedToSquare()
    {
        int side = Math.Min(Width, Height);
        return Crop((Width - side) / 2, (Height - side) / 2, side, side);
    }

    /// <summary>The rectangle whose upper left corner is (x, y); it must lie inside the picture.</summary>
    public Picture Crop(int x, int y, int width, int height)
    {
        if (x < 0 || y < 0 || width < 1 || height < 1 || x > Width - width || y > Height - height)
            throw new ArgumentOutOfRangeException(nameof(width), $"The crop {width}x{height} at ({x}, {y}) leaves the {Width}x{Height} picture.");
        var result = new Picture(width, height);
        for (int row = 0; row < height; row++)
            Row(y + row).Slice(x * 3, width * 3).CopyTo(result.Row(row));
        return result;
    }

    /// <summary>Copies <paramref name="source"/> over this picture at (x, y); what falls outside is cut off.</summary>
    public void Draw(Picture source, int x, int y)
    {
        int left = Math.Max(x, 0), right = (int)Math.Min((long)x + source.Width, Width);
        int top = Math.Max(y, 0), bottom = (int)Math.Min((long)y + source.Height, Height);
        if (left >= right) return;
        for (int row = top; row < bottom; row++)
            source.Row(row - y).Slice((left - x) * 3, (right - left) * 3).CopyTo(Row(row)[(left * 3)..]);
    }

    /// <summary>True where a picture of this size may exist.</summary>
    internal static bool IsAllowedSize(long width, long height) =>
        width is >= 1 and <= MaxSide && height is >= 1 and <= MaxSide;

    static int ByteCount(int width, int height)
    {
        if (!IsAllowedSize(width, height))
            throw new ArgumentOutOfRangeException(nameof(width), $"The picture is {width}x{height}, expected 1 to {MaxSide} a side.");
        return width * height * 3;
    }
}
