using System.Buffers.Binary;

namespace TalkingMachines.Media;

/// <summary>
/// Reads a WAV file from front to back, mixed to mono: PCM of 8 to 32 bits, floats of 32 and 64, plain,
/// extensible and RF64 headers. Sizes that a streaming writer could not know (0, 0xFFFFFFFF, or more than
/// follows) mean "to the end", so the output of another program can be read from a pipe.
/// </summary>
public sealed class WavReader : ISoundReader
{
    const int BufferBytes = 1 << 16;
    const int MaxFormatBytes = 4096;

    readonly Stream stream;
    readonly string name;
    readonly byte[] buffer;
    WavFormat? format;
    long riffEnd;               // where the RIFF chunk says that it ends, or 0
    long longDataBytes = -1;    // the data size of an RF64 file
    long position;              // bytes read, counted because a pipe cannot tell
    long bytesLeft;

    /// <summary>Reads the header. Takes ownership of <paramref name="stream"/>; <paramref name="name"/> stands for it in messages.</summary>
    /// <exception cref="MediaException">No WAV, damaged, or of a codec other than PCM and float.</exception>
    public WavReader(Stream stream, string name)
    {
        (this.stream, this.name) = (stream, name);
        ReadHeader();
        buffer = new byte[BufferBytes / format!.FrameBytes * format.FrameBytes];
    }

    public int SampleRate => format!.SampleRate;

    /// <summary>Channels in the file, before mixing.</summary>
    public int Channels => format!.Channels;

    /// <summary>Frames in the file; null only for a pipe whose header does not say.</summary>
    public long? FrameCount { get; private set; }

    /// <summary>Opens a file.</summary>
    public static WavReader Open(string path)
    {
        FileStream? file = null;
        try
        {
            file = File.OpenRead(path);
            return new WavReader(file, path);
        }
        catch (Exception e)
        {
            file?.Dispose();
            if (MediaException.IsFileFailure(e)) throw MediaException.From("read", path, e);
            throw;
        }
    }

    public int Read(Span<float> mono)
    {
        int done = 0;
        while (done < mono.Length && bytesLeft >= format!.FrameBytes)
        {
            long wanted = Math.Min((long)(mono.Length - done) * format.FrameBytes, Math.Min(buffer.Length, bytesLeft));
            wanted -= wanted % format.FrameBytes;
            int got = Fill(buffer.AsSpan(0, (int)wanted));
            bytesLeft = got < wanted ? 0 : bytesLeft - got;
            int frames = got / format.FrameBytes;
            format.MixToMono(buffer.AsSpan(0, frames * format.FrameBytes), mono.Slice(done, frames));
            done += frames;
        }
        return done;
    }

    public void Dispose() => stream.Dispose();

    void ReadHeader()
    {
        Span<byte> head = stackalloc byte[12];
        int got = Fill(head);
        if (got == 0) throw new MediaException($"{name} is empty, expected a WAV sound.");
        if (!Wav.IsWav(head[..got])) throw new MediaException($"{name} is not a WAV sound.");
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        riffEnd = size is 0 or uint.MaxValue ? 0 : size + 8L;
        uint dataBytes;
        while (!ReadChunk(out dataBytes)) { }
        if (format is null) throw Damaged("its format chunk is missing");
        SetLength(dataBytes);
    }

    /// <summary>Reads one chunk up to the data, whose size it returns.</summary>
    bool ReadChunk(out uint size)
    {
        Span<byte> head = stackalloc byte[8];
        if (Fill(head) < head.Length) throw Damaged("it ends before its samples");
        size = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        var id = head[..4];
        if (id.SequenceEqual("data"u8)) return true;
        if (id.SequenceEqual("fmt "u8)) format = WavFormat.Parse(Body(size, MaxFormatBytes), name);
        else if (id.SequenceEqual("ds64"u8)) longDataBytes = LongDataBytes(Body(size, MaxFormatBytes));
        else Skip(size + (size & 1L));
        return false;
    }

    byte[] Body(uint size, int limit)
    {
        if (size > limit) throw Damaged($"a header chunk has {size} bytes, expected at most {limit}");
        var body = new byte[size];
        if (Fill(body) < size) throw Damaged("it ends inside its header");
        Skip(size & 1);
        return body;
    }

    // RF64 (EBU Tech 3306): riff size, data size and sample count, 64 bits each.
    long LongDataBytes(ReadOnlySpan<byte> chunk) =>
        chunk.Length >= 16 ? BinaryPrimitives.ReadInt64LittleEndian(chunk[8..]) : throw Damaged("its ds64 chunk is too short");

    void SetLength(uint dataBytes)
    {
        bool isEmpty = dataBytes == 0 && riffEnd >= (stream.CanSeek ? stream.Length : position + 1);
        long stated = dataBytes switch
        {
            0 => isEmpty ? 0 : long.MaxValue,
            uint.MaxValue => longDataBytes >= 0 ? longDataBytes : long.MaxValue,
            _ => dataBytes,
        };
        // espeak-ng and others state nearly 2 GiB on a pipe; such a size is no promise either.
        bool unknown = stated == long.MaxValue || (!stream.CanSeek && stated >= 0x7FFF0000);
        bytesLeft = stream.CanSeek ? Math.Min(stated, stream.Length - stream.Position) : stated;
        FrameCount = unknown && !stream.CanSeek ? null : bytesLeft / format!.FrameBytes;
    }

    void Skip(long count)
    {
        if (stream.CanSeek)
        {
            if (count > stream.Length - stream.Position) throw Damaged("it ends before its samples");
            stream.Position += count;
            position += count;
            return;
        }
        Span<byte> scratch = stackalloc byte[1024];
        while (count > 0)
        {
            int got = Fill(scratch[..(int)Math.Min(count, scratch.Length)]);
            if (got == 0) throw Damaged("it ends before its samples");
            count -= got;
        }
    }

    int Fill(Span<byte> bytes)
    {
        try
        {
            int got = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            position += got;
            return got;
        }
        catch (IOException e)
        {
            throw MediaException.From("read", name, e);
        }
    }

    MediaException Damaged(string what) => new($"{name} is damaged: {what}.");
}
