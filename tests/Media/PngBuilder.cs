using System.Buffers.Binary;
using System.IO.Compression;

namespace TalkingMachines.Tests.Media;

/// <summary>Makes PNG files of any colour type, depth and interlacing from random samples.</summary>
internal static class PngBuilder
{
    static readonly int[][] Adam7 = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];

    public static byte[] Random(int seed, int width, int height, int colour, int depth, bool interlaced)
    {
        var random = new Random(seed);
        int channels = colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        var raw = new MemoryStream();
        foreach (int[] pass in interlaced ? Adam7 : [[0, 0, 1, 1]])
        {
            int columns = (width - pass[0] + pass[2] - 1) / pass[2], rows = (height - pass[1] + pass[3] - 1) / pass[3];
            if (columns <= 0) continue;
            for (int y = 0; y < rows; y++)
            {
                var row = new byte[1 + (columns * channels * depth + 7) / 8];
                random.NextBytes(row);
                // Any bytes are valid under any filter: the decoder makes random pixels of them.
                row[0] = (byte)random.Next(5);
                raw.Write(row);
            }
        }
        var file = new MemoryStream();
        file.Write(TalkingMachines.Media.Png.Signature);
        WriteChunk(file, "IHDR"u8, Header(width, height, colour, depth, interlaced));
        if (colour == 3) WritePalette(file, random, 1 << depth);
        byte[] compressed = Deflate(raw.ToArray());
        WriteChunk(file, "tEXt"u8, "Comment\0two data chunks follow"u8);
        WriteChunk(file, "IDAT"u8, compressed.AsSpan(0, compressed.Length / 2));
        WriteChunk(file, "IDAT"u8, compressed.AsSpan(compressed.Length / 2));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    public static byte[] Header(int width, int height, int colour, int depth, bool interlaced)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)depth, (byte)colour, interlaced ? (byte)1 : (byte)0);
        return header;
    }

    public static void WriteChunk(Stream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var word = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        file.Write(word);
        file.Write(type);
        file.Write(data);
        byte[] body = [.. type, .. data];
        BinaryPrimitives.WriteUInt32BigEndian(word, Checksum(body));
        file.Write(word);
    }

    public static byte[] Deflate(byte[] raw)
    {
        var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest)) zlib.Write(raw);
        return compressed.ToArray();
    }

    static void WritePalette(Stream file, Random random, int colours)
    {
        var palette = new byte[3 * colours];
        var alpha = new byte[colours / 2];
        random.NextBytes(palette);
        random.NextBytes(alpha);
        WriteChunk(file, "PLTE"u8, palette);
        WriteChunk(file, "tRNS"u8, alpha);
    }

    // Bit by bit, on purpose unlike the table of the product.
    static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~0u;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xEDB88320u & (uint)-(int)(crc & 1));
        }
        return ~crc;
    }
}
