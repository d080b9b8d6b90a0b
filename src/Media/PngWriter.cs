using System.Buffers.Binary;
using System.IO.Compression;

namespace TalkingMachines.Media;

/// <summary>
/// Writes 8-bit RGB. Each row takes the filter with the smallest sum of absolute differences, the choice that
/// section 12.7 of the specification recommends for true colour.
/// </summary>
internal static class PngWriter
{
    const int Step = 3;

    public static void Write(Picture picture, Stream stream)
    {
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, picture.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], picture.Height);
        (header[8], header[9]) = (8, (byte)PngColour.Rgb);
        header[10..].Clear();
        stream.Write(Png.Signature);
        WriteChunk(stream, "IHDR"u8, header);
        var pixels = Compress(picture);
        WriteChunk(stream, "IDAT"u8, pixels.GetBuffer().AsSpan(0, (int)pixels.Length));
        WriteChunk(stream, "IEND"u8, []);
    }

    static MemoryStream Compress(Picture picture)
    {
        var compressed = new MemoryStream();
        using var deflate = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true);
        var candidates = new byte[PngFilter.Count][];
        for (int filter = 0; filter < PngFilter.Count; filter++)
        {
            candidates[filter] = new byte[1 + picture.Width * Step];
            candidates[filter][0] = (byte)filter;
        }
        ReadOnlySpan<byte> above = new byte[picture.Width * Step];
        for (int y = 0; y < picture.Height; y++)
        {
            deflate.Write(BestFilter(picture.Row(y), above, candidates));
            above = picture.Row(y);
        }
        return compressed;
    }

    static byte[] BestFilter(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, byte[][] candidates)
    {
        var best = candidates[0];
        long least = long.MaxValue;
        for (int filter = 0; filter < PngFilter.Count; filter++)
        {
            var filtered = candidates[filter].AsSpan(1);
            PngFilter.Apply(filter, row, above, Step, filtered);
            long cost = 0;
            foreach (byte b in filtered) cost += b < 128 ? b : 256 - b;
            if (cost < least) (best, least) = (candidates[filter], cost);
        }
        return best;
    }

    static void WriteChunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        stream.Write(word);
        stream.Write(type);
        stream.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(word, Crc32.Of(type, data));
        stream.Write(word);
    }
}
