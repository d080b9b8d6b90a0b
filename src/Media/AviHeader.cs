namespace TalkingMachines.Media;

/// <summary>
/// The hdrl list of an AVI file: written once to take its place, and again at the end when lengths and the super
/// indexes are known. Layouts are those of vfw.h (MainAVIHeader, AVIStreamHeader) and the OpenDML extensions.
/// </summary>
internal sealed class AviHeader(VideoFormat format, int frameBytes)
{
    /// <summary>Segments that the super indexes can name: half a terabyte.</summary>
    public const int MaxSegments = 512;

    const int HasIndex = 0x10, IsInterleaved = 0x100;

    long start;

    public AviSuperIndex Frames { get; } = new("00db");

    public AviSuperIndex Sound { get; } = new("01wb");

    /// <summary>What players without OpenDML see.</summary>
    public int FirstSegmentFrames { get; set; }

    public bool IsFull => Math.Max(Frames.Count, Sound.Count) >= MaxSegments;

    /// <summary>Writes the header again over the first one.</summary>
    public void Rewrite(BinaryWriter writer)
    {
        writer.BaseStream.Position = start;
        Write(writer);
    }

    /// <summary>Writes the header where the stream stands; always the same number of bytes.</summary>
    public void Write(BinaryWriter writer)
    {
        start = writer.BaseStream.Position;
        Sized(writer, "LIST"u8, () =>
        {
            writer.Write("hdrl"u8);
            Sized(writer, "avih"u8, () => WriteMainHeader(writer));
            Sized(writer, "LIST"u8, () => WriteVideoStream(writer));
            // A video without sound keeps the place, but players shall see no empty stream.
            Sized(writer, Frames.Units > 0 && Sound.Units == 0 ? "JUNK"u8 : "LIST"u8, () => WriteSoundStream(writer));
            Sized(writer, "LIST"u8, () =>
            {
                writer.Write("odml"u8);
                Sized(writer, "dmlh"u8, () => writer.Write((int)Frames.Units));
            });
        });
    }

    void WriteMainHeader(BinaryWriter writer)
    {
        writer.Write(1_000_000 / format.FramesPerSecond);           // microseconds a frame
        long bytesPerSecond = (long)frameBytes * format.FramesPerSecond + 2L * format.SampleRate;
        writer.Write((int)Math.Min(bytesPerSecond, int.MaxValue));
        writer.Write(0);                                            // padding granularity
        writer.Write(HasIndex | IsInterleaved);
        writer.Write(FirstSegmentFrames);
        writer.Write(0);                                            // initial frames
        writer.Write(Frames.Units > 0 && Sound.Units == 0 ? 1 : 2); // streams
        writer.Write(frameBytes + 8);                               // suggested buffer
        writer.Write(format.Width);
        writer.Write(format.Height);
        writer.Write(new byte[16]);
    }

    void WriteVideoStream(BinaryWriter writer)
    {
        writer.Write("strl"u8);
        Sized(writer, "strh"u8, () => WriteStreamHeader(writer, "vids"u8, 1, format.FramesPerSecond, Frames.Units, frameBytes, 0));
        Sized(writer, "strf"u8, () =>
        {
            writer.Write(40);                   // BITMAPINFOHEADER
            writer.Write(format.Width);
            writer.Write(format.Height);        // positive: rows from bottom to top
            writer.Write((short)1);
            writer.Write((short)24);
            writer.Write(0);                    // BI_RGB
            writer.Write(frameBytes);
            writer.Write(new byte[16]);
        });
        Sized(writer, "indx"u8, () => Frames.Write(writer));
    }

    void WriteSoundStream(BinaryWriter writer)
    {
        writer.Write("strl"u8);
        Sized(writer, "strh"u8, () => WriteStreamHeader(writer, "auds"u8, 1, format.SampleRate, Sound.Units, 2 * format.SampleRate, 2));
        Sized(writer, "strf"u8, () =>
        {
            writer.Write((short)1);             // PCM
            writer.Write((short)1);             // channels
            writer.Write(format.SampleRate);
            writer.Write(2 * format.SampleRate);
            writer.Write((short)2);
            writer.Write((short)16);
        });
        Sized(writer, "indx"u8, () => Sound.Write(writer));
    }

    void WriteStreamHeader(BinaryWriter writer, ReadOnlySpan<byte> type, int scale, int rate, long length, int buffer, int sampleBytes)
    {
        writer.Write(type);
        writer.Write(0);                        // handler: uncompressed
        writer.Write(0);                        // flags
        writer.Write(0);                        // priority and language
        writer.Write(0);                        // initial frames
        writer.Write(scale);
        writer.Write(rate);
        writer.Write(0);                        // start
        writer.Write((uint)Math.Min(length, uint.MaxValue));
        writer.Write(buffer);
        writer.Write(-1);                       // quality: default
        writer.Write(sampleBytes);
        writer.Write(0);                        // left and top
        bool isVideo = sampleBytes == 0;
        writer.Write((short)(isVideo ? format.Width : 0));
        writer.Write((short)(isVideo ? format.Height : 0));
    }

    static void Sized(BinaryWriter writer, ReadOnlySpan<byte> fourCc, Action body)
    {
        writer.Write(fourCc);
        long size = writer.BaseStream.Position;
        writer.Write(0);
        body();
        long end = writer.BaseStream.Position;
        writer.BaseStream.Position = size;
        writer.Write((int)(end - size - 4));
        writer.BaseStream.Position = end;
    }
}

/// <summary>The super index of one stream: where each segment's own index lies.</summary>
internal sealed class AviSuperIndex(string chunkId)
{
    readonly List<(long Offset, int Bytes, long Units)> entries = [];

    public int Count => entries.Count;

    /// <summary>Frames or samples in all.</summary>
    public long Units { get; private set; }

    public void Add(long offset, int bytes, long units)
    {
        entries.Add((offset, bytes, units));
        Units += units;
    }

    /// <summary>Writes the entries and zeros for those that may still come.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write((short)4);                 // 32-bit words an entry
        writer.Write((short)0);                 // an index of indexes
        writer.Write(entries.Count);
        foreach (char letter in chunkId) writer.Write((byte)letter);
        writer.Write(new byte[12]);
        foreach (var (offset, bytes, units) in entries)
        {
            writer.Write(offset);
            writer.Write(bytes);
            writer.Write((int)units);
        }
        writer.Write(new byte[16 * (AviHeader.MaxSegments - entries.Count)]);
    }
}
