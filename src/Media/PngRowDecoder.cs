using System.Buffers.Binary;

namespace TalkingMachines.Media;

/// <summary>Turns unfiltered rows of any colour type and depth into RGB pixels over mid grey.</summary>
internal sealed class PngRowDecoder
{
    const int Backdrop = 128;

    readonly PngHeader header;
    readonly byte[] palette;       // [n, 3], transparency already laid over the backdrop
    readonly ushort[] key;         // the one transparent colour, in file samples, or empty
    readonly ushort[] samples;     // one row, [width, channels], in file samples

    public PngRowDecoder(PngHeader header, byte[] palette, byte[] transparency)
    {
        this.header = header;
        this.palette = header.Colour == PngColour.Palette ? Blended(palette, transparency) : [];
        key = KeyOf(header, transparency);
        samples = new ushort[header.Width * header.Channels];
    }

    /// <summary>Decodes row <paramref name="y"/> of a pass into its places in the picture.</summary>
    public void Decode(ReadOnlySpan<byte> row, PngPass pass, int y, Picture picture)
    {
        var target = picture.Row(pass.Y + y * pass.StepY);
        if (header is { Colour: PngColour.Rgb, Depth: 8, Interlaced: false } && key.Length == 0)
        {
            row.CopyTo(target);
            return;
        }
        Unpack(row, pass.Width * header.Channels);
        for (int i = 0; i < pass.Width; i++)
            Colour(samples.AsSpan(i * header.Channels, header.Channels), target.Slice((pass.X + i * pass.StepX) * 3, 3));
    }

    void Unpack(ReadOnlySpan<byte> row, int count)
    {
        if (header.Depth == 8)
            for (int i = 0; i < count; i++) samples[i] = row[i];
        else if (header.Depth == 16)
            for (int i = 0; i < count; i++) samples[i] = BinaryPrimitives.ReadUInt16BigEndian(row[(2 * i)..]);
        else
            UnpackBits(row, count);
    }

    void UnpackBits(ReadOnlySpan<byte> row, int count)
    {
        int depth = header.Depth, mask = (1 << depth) - 1;
        for (int i = 0; i < count; i++)
        {
            int bit = i * depth;
            samples[i] = (ushort)((row[bit >> 3] >> (8 - depth - (bit & 7))) & mask);
        }
    }

    void Colour(ReadOnlySpan<ushort> pixel, Span<byte> rgb)
    {
        if (header.Colour == PngColour.Palette)
        {
            // An index beyond the palette is shown black, as libpng does.
            int i = pixel[0] * 3;
            if (i < palette.Length) palette.AsSpan(i, 3).CopyTo(rgb);
            return;
        }
        bool coloured = header.Colour is PngColour.Rgb or PngColour.RgbAlpha;
        int alpha = header.Colour is PngColour.GreyAlpha or PngColour.RgbAlpha ? ToByte(pixel[^1])
            : key.Length > 0 && pixel.SequenceEqual(key) ? 0 : 255;
        for (int c = 0; c < 3; c++)
            rgb[c] = Over(ToByte(pixel[coloured ? c : 0]), alpha);
    }

    int ToByte(int sample)
    {
        int max = (1 << header.Depth) - 1;
        return (sample * 255 + max / 2) / max;
    }

    static byte Over(int value, int alpha) => (byte)((value * alpha + Backdrop * (255 - alpha) + 127) / 255);

    static byte[] Blended(byte[] palette, byte[] transparency)
    {
        var result = new byte[palette.Length];
        for (int i = 0; i < palette.Length; i++)
            result[i] = Over(palette[i], i / 3 < transparency.Length ? transparency[i / 3] : 255);
        return result;
    }

    static ushort[] KeyOf(PngHeader header, byte[] transparency)
    {
        if (header.Colour is not (PngColour.Grey or PngColour.Rgb) || transparency.Length != header.Channels * 2) return [];
        var key = new ushort[header.Channels];
        for (int c = 0; c < key.Length; c++) key[c] = BinaryPrimitives.ReadUInt16BigEndian(transparency.AsSpan(2 * c));
        return key;
    }
}
