using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace TalkingMachines.Media;

/// <summary>Walks the chunks of one PNG, checks them, and unpacks the pixels. <paramref name="name"/> appears in messages.</summary>
internal sealed class PngReader(string name)
{
    // Deflate cannot shrink more than 1032:1, so fewer compressed bytes than this prove a truncated file
    // before its pixels are allocated.
    const long MaxDeflateRatio = 1032;

    byte[] compressed = [];     // the data chunks joined, at most as large as the file
    int compressedCount;
    PngHeader? header;
    byte[] palette = [];
    byte[] transparency = [];

    /// <summary>Reads what follows the signature.</summary>
    public Picture Read(ReadOnlySpan<byte> chunks)
    {
        compressed = new byte[chunks.Length];
        ReadChunks(chunks);
        if (header is null) throw Damaged("it has no header chunk");
        if (header.Colour == PngColour.Palette && palette.Length == 0) throw Damaged("its palette is missing");
        if (compressedCount * MaxDeflateRatio < header.RawBytes) throw Damaged("its pixels are cut off");
        return Decode(new PngRowDecoder(header, palette, transparency));
    }

    void ReadChunks(ReadOnlySpan<byte> rest)
    {
        while (true)
        {
            if (rest.Length < 12) throw Damaged("it ends before its last chunk");
            uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            var type = rest.Slice(4, 4);
            if (length > rest.Length - 12) throw Damaged($"its chunk {Printable(type)} is cut off");
            var data = rest.Slice(8, (int)length);
            uint crc = BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + data.Length)..]);
            if (type.SequenceEqual("IEND"u8)) return;
            ReadChunk(type, data, crc);
            rest = rest[(12 + data.Length)..];
        }
    }

    void ReadChunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data, uint crc)
    {
        bool header = type.SequenceEqual("IHDR"u8), pixels = type.SequenceEqual("IDAT"u8);
        bool colours = type.SequenceEqual("PLTE"u8), alpha = type.SequenceEqual("tRNS"u8);
        bool critical = (type[0] & 0x20) == 0;
        if (!critical && !alpha) return;
        if (crc != Crc32.Of(type, data)) throw Damaged($"the checksum of its chunk {Printable(type)} is wrong");
        if (header != (this.header is null)) throw Damaged("its header chunk is not the first and only one");
        if (header) this.header = PngHeader.Parse(data, name);
        else if (pixels) Collect(data);
        else if (colours) palette = CheckedPalette(data);
        else if (alpha) transparency = data.Length <= 256 ? data.ToArray() : throw Damaged("its transparency chunk is too long");
        else throw Damaged($"its chunk {Printable(type)} is unknown");
    }

    void Collect(ReadOnlySpan<byte> data)
    {
        data.CopyTo(compressed.AsSpan(compressedCount));
        compressedCount += data.Length;
    }

    byte[] CheckedPalette(ReadOnlySpan<byte> data) =>
        data.Length is > 0 and <= 768 && data.Length % 3 == 0
            ? data.ToArray()
            : throw Damaged($"its palette has {data.Length} bytes");

    Picture Decode(PngRowDecoder decoder)
    {
        var picture = new Picture(header!.Width, header.Height);
        try
        {
            using var inflated = new ZLibStream(new MemoryStream(compressed, 0, compressedCount), CompressionMode.Decompress);
            foreach (var pass in header.Passes)
                DecodePass(inflated, pass, decoder, picture);
            // Reading on to the end makes the stream check its Adler-32.
            inflated.ReadByte();
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new MediaException($"{name} is damaged: its pixels are {(e is EndOfStreamException ? "cut off" : "not decodable")}.", e);
        }
        return picture;
    }

    void DecodePass(Stream inflated, PngPass pass, PngRowDecoder decoder, Picture picture)
    {
        int rowBytes = header!.RowBytes(pass.Width);
        var previous = new byte[rowBytes];
        var row = new byte[rowBytes];
        for (int y = 0; y < pass.Height; y++)
        {
            int filter = inflated.ReadByte();
            inflated.ReadExactly(row);
            if (!PngFilter.Undo(filter, row, previous, header.BytesBetweenPixels))
                throw filter < 0 ? Damaged("its pixels are cut off") : Damaged($"its row filter is {filter}, expected 0 to 4");
            decoder.Decode(row, pass, y, picture);
            (row, previous) = (previous, row);
        }
    }

    MediaException Damaged(string what) => new($"{name} is damaged: {what}.");

    static string Printable(ReadOnlySpan<byte> type)
    {
        foreach (byte b in type)
            if (!char.IsAsciiLetter((char)b)) return "0x" + Convert.ToHexString(type);
        return Encoding.ASCII.GetString(type);
    }
}
