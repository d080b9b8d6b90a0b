using System.Buffers.Binary;

namespace TalkingMachines.Media;

/// <summary>Colour types of PNG (section 11.2.2).</summary>
internal enum PngColour
{
    Grey = 0,
    Rgb = 2,
    Palette = 3,
    GreyAlpha = 4,
    RgbAlpha = 6,
}

/// <summary>One pass of an interlaced picture, or the whole: which pixels it holds, and how many.</summary>
internal readonly record struct PngPass(int X, int Y, int StepX, int StepY, int Width, int Height);

/// <summary>The IHDR chunk, checked.</summary>
internal sealed record PngHeader(int Width, int Height, int Depth, PngColour Colour, bool Interlaced)
{
    // Adam7 (section 8.2): first column and row, then steps.
    static readonly (int X, int Y, int StepX, int StepY)[] Adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>Samples a pixel.</summary>
    public int Channels => Colour switch
    {
        PngColour.Rgb => 3,
        PngColour.GreyAlpha => 2,
        PngColour.RgbAlpha => 4,
        _ => 1,
    };

    /// <summary>Distance that filters look back, in bytes; at least one.</summary>
    public int BytesBetweenPixels => Math.Max(1, Channels * Depth / 8);

    /// <summary>The passes that hold pixels, in file order.</summary>
    public IReadOnlyList<PngPass> Passes { get; } = PassesOf(Width, Height, Interlaced);

    /// <summary>Size of the inflated pixels with their filter bytes.</summary>
    public long RawBytes => Passes.Sum(pass => pass.Height * (RowBytes(pass.Width) + 1L));

    /// <summary>Bytes of a row without its filter byte.</summary>
    public int RowBytes(int width) => (width * Channels * Depth + 7) / 8;

    public static PngHeader Parse(ReadOnlySpan<byte> data, string name)
    {
        if (data.Length != 13) throw new MediaException($"{name} is damaged: its header has {data.Length} bytes, expected 13.");
        uint width = BinaryPrimitives.ReadUInt32BigEndian(data), height = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
        if (!Picture.IsAllowedSize(width, height))
            throw new MediaException($"{name} is {width}x{height}, expected 1 to {Picture.MaxSide} pixels a side.");
        var (depth, colour, interlace) = (data[8], (PngColour)data[9], data[12]);
        if (!IsAllowed(colour, depth))
            throw new MediaException($"{name} is damaged: colour type {(int)colour} with {depth} bits does not exist.");
        if (data[10] != 0 || data[11] != 0 || interlace > 1)
            throw new MediaException($"{name} is damaged: unknown compression, filter or interlace method.");
        return new PngHeader((int)width, (int)height, depth, colour, interlace == 1);
    }

    static bool IsAllowed(PngColour colour, int depth) => colour switch
    {
        PngColour.Grey => depth is 1 or 2 or 4 or 8 or 16,
        PngColour.Palette => depth is 1 or 2 or 4 or 8,
        PngColour.Rgb or PngColour.GreyAlpha or PngColour.RgbAlpha => depth is 8 or 16,
        _ => false,
    };

    static List<PngPass> PassesOf(int width, int height, bool interlaced)
    {
        if (!interlaced) return [new PngPass(0, 0, 1, 1, width, height)];
        var passes = new List<PngPass>();
        foreach (var (x, y, stepX, stepY) in Adam7)
        {
            int columns = (width - x + stepX - 1) / stepX, rows = (height - y + stepY - 1) / stepY;
            if (columns > 0 && rows > 0) passes.Add(new PngPass(x, y, stepX, stepY, columns, rows));
        }
        return passes;
    }
}
