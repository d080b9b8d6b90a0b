using System.Buffers.Binary;
using System.Text;

namespace TalkingMachines.Media;

/// <summary>
/// Uncompressed video without any other program: 24-bit BGR frames and 16-bit mono PCM in an AVI file with the
/// OpenDML extensions (Matrox, version 1.02), so that it may pass 2 GB: the file is a row of RIFF segments, each
/// with its own indexes, found through a super index in the header.
/// </summary>
public sealed class AviWriter : IVideoWriter
{
    /// <summary>Bytes after which a new segment begins. The first one also serves old players, which read no more.</summary>
    public const long DefaultSegmentBytes = 1L << 30;

    const int MaxSegmentChunks = 1 << 18;
    const uint FrameId = 0x62643030, SoundId = 0x62773130;     // "00db", "01wb", little-endian

    readonly PendingFile file;
    readonly Stream stream;
    readonly BinaryWriter writer;
    readonly VideoFormat format;
    readonly string path;
    readonly long segmentBytes;
    readonly byte[] frame;              // bottom-up, rows padded to four bytes
    readonly byte[] sound;              // one second at most
    readonly AviHeader header;
    readonly List<AviChunk> chunks = [];
    int soundBytes;
    long riffStart, moviStart;

    /// <summary>Begins a file; offsets inside a segment are of 32 bits, hence its bound of 2 GiB.</summary>
    public AviWriter(string path, VideoFormat format, long segmentBytes = DefaultSegmentBytes)
    {
        if (segmentBytes is < 1 or > int.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(segmentBytes), $"A segment has {segmentBytes} bytes, expected 1 to {int.MaxValue}.");
        (this.path, this.format, this.segmentBytes) = (path, format.Checked(), segmentBytes);
        frame = new byte[(format.Width * 3 + 3) / 4 * 4 * format.Height];
        sound = new byte[2 * format.SampleRate];
        header = new AviHeader(format, frame.Length);
        file = new PendingFile(path);
        stream = file.Stream;
        writer = new BinaryWriter(stream, Encoding.ASCII, leaveOpen: true);
        Guarded(() => BeginSegment("AVI "));
    }

    public void WriteFrame(ReadOnlySpan<byte> rgb)
    {
        format.CheckFrame(rgb);
        FlipToBgr(rgb);
        Guarded(() =>
        {
            WriteSoundChunk();
            WriteChunk(FrameId, frame);
        });
    }

    public void WriteSound(ReadOnlySpan<float> mono)
    {
        while (mono.Length > 0)
        {
            int count = Math.Min(mono.Length, (sound.Length - soundBytes) / 2);
            Pcm16.Encode(mono[..count], sound.AsSpan(soundBytes));
            soundBytes += 2 * count;
            mono = mono[count..];
            if (soundBytes == sound.Length) Guarded(WriteSoundChunk);
        }
    }

    public void Complete(CancellationToken stop = default)
    {
        Guarded(() =>
        {
            WriteSoundChunk();
            EndSegment();
            header.Rewrite(writer);
            writer.Flush();
        });
        file.Complete();
    }

    public void Dispose() => file.Dispose();

    void FlipToBgr(ReadOnlySpan<byte> rgb)
    {
        int width = format.Width * 3, stride = frame.Length / format.Height;
        for (int y = 0; y < format.Height; y++)
        {
            var from = rgb.Slice(y * width, width);
            var to = frame.AsSpan((format.Height - 1 - y) * stride, width);
            for (int i = 0; i < width; i += 3)
                (to[i], to[i + 1], to[i + 2]) = (from[i + 2], from[i + 1], from[i]);
        }
    }

    void WriteSoundChunk()
    {
        if (soundBytes == 0) return;
        WriteChunk(SoundId, sound.AsSpan(0, soundBytes));
        soundBytes = 0;
    }

    void WriteChunk(uint id, ReadOnlySpan<byte> data)
    {
        bool full = stream.Position - riffStart + data.Length + 8 > segmentBytes || chunks.Count >= MaxSegmentChunks;
        if (full && chunks.Count > 0)
        {
            EndSegment();
            BeginSegment("AVIX");
        }
        // Both kinds have even sizes, so no chunk needs padding.
        chunks.Add(new AviChunk(id, stream.Position - moviStart, data.Length));
        writer.Write(id);
        writer.Write(data.Length);
        writer.Write(data);
    }

    void BeginSegment(string form)
    {
        if (header.IsFull) throw new MediaException($"{path} would pass {AviHeader.MaxSegments} segments, the limit of its index.");
        riffStart = stream.Position;
        writer.Write("RIFF"u8);
        writer.Write(0);
        writer.Write(Encoding.ASCII.GetBytes(form));
        if (form == "AVI ") header.Write(writer);
        moviStart = stream.Position;
        writer.Write("LIST"u8);
        writer.Write(0);
        writer.Write("movi"u8);
    }

    void EndSegment()
    {
        bool first = riffStart == 0;
        WriteStandardIndex(FrameId, "ix00"u8, header.Frames);
        WriteStandardIndex(SoundId, "ix01"u8, header.Sound);
        PatchSize(moviStart);
        if (first) WriteOldIndex();
        PatchSize(riffStart);
        if (first) header.FirstSegmentFrames = (int)header.Frames.Units;
        chunks.Clear();
    }

    void WriteStandardIndex(uint id, ReadOnlySpan<byte> fourCc, AviSuperIndex super)
    {
        var own = chunks.FindAll(chunk => chunk.Id == id);
        if (own.Count == 0) return;
        long start = stream.Position;
        writer.Write(fourCc);
        writer.Write(24 + 8 * own.Count);
        writer.Write((short)2);             // 32-bit words an entry
        writer.Write((short)0x0100);        // an index of chunks
        writer.Write(own.Count);
        writer.Write(id);
        writer.Write(moviStart);
        writer.Write(0);
        foreach (var chunk in own)
        {
            writer.Write((uint)chunk.Offset + 8);   // of the data, behind the chunk's head
            writer.Write(chunk.Bytes);
        }
        long units = id == FrameId ? own.Count : own.Sum(chunk => (long)chunk.Bytes) / 2;
        super.Add(start, (int)(stream.Position - start), units);
    }

    // The index of AVI 1.0, of which most players use this much: offsets count from the word "movi".
    void WriteOldIndex()
    {
        const int keyFrame = 0x10;
        writer.Write("idx1"u8);
        writer.Write(16 * chunks.Count);
        foreach (var chunk in chunks)
        {
            writer.Write(chunk.Id);
            writer.Write(keyFrame);
            writer.Write((uint)chunk.Offset - 8);
            writer.Write(chunk.Bytes);
        }
    }

    void PatchSize(long start)
    {
        long end = stream.Position;
        Span<byte> size = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)(end - start - 8));
        stream.Position = start + 4;
        stream.Write(size);
        stream.Position = end;
    }

    void Guarded(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e)
        {
            throw MediaException.From("write", path, e);
        }
    }
}

/// <summary>A chunk of the current segment.</summary>
/// <param name="Id">Stream number and kind.</param>
/// <param name="Offset">Of its head, from the segment's movi list.</param>
/// <param name="Bytes">Of its data.</param>
internal readonly record struct AviChunk(uint Id, long Offset, int Bytes);
