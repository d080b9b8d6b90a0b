using System.Buffers.Binary;

namespace TalkingMachines.Media;

/// <summary>
/// Writes 16-bit mono PCM piece by piece in constant memory. The file gets its name in <see cref="Complete"/>;
/// disposing without it leaves nothing.
/// </summary>
public sealed class WavWriter : IDisposable
{
    const int HeaderBytes = 44;
    const int BlockSamples = 4096;

    readonly PendingFile file;
    readonly string path;
    readonly int sampleRate;
    readonly byte[] block = new byte[2 * BlockSamples];
    readonly byte[] header = new byte[HeaderBytes];

    /// <summary>Begins the file; <paramref name="sampleRate"/> in samples a second.</summary>
    public WavWriter(string path, int sampleRate)
    {
        Resampler.CheckRate(sampleRate);
        (this.path, this.sampleRate) = (path, sampleRate);
        file = new PendingFile(path);
        file.Stream.Write(header);
    }

    /// <summary>The most samples that fit the 32-bit sizes of a WAV header.</summary>
    public static long MaxSamples => (uint.MaxValue - HeaderBytes) / 2;

    /// <summary>Samples written so far.</summary>
    public long SampleCount { get; private set; }

    /// <summary>Appends samples.</summary>
    /// <exception cref="MediaException">The disk refuses, or the file would pass 4 GiB.</exception>
    public void Write(ReadOnlySpan<float> mono)
    {
        if (SampleCount + mono.Length > MaxSamples)
            throw new MediaException($"{path} would pass 4 GiB, the limit of a WAV file.");
        SampleCount += mono.Length;
        try
        {
            while (mono.Length > 0)
            {
                int count = Math.Min(mono.Length, BlockSamples);
                Pcm16.Encode(mono[..count], block);
                file.Stream.Write(block, 0, 2 * count);
                mono = mono[count..];
            }
        }
        catch (IOException e)
        {
            throw MediaException.From("write", path, e);
        }
    }

    /// <summary>Fills in the header and gives the file its name.</summary>
    public void Complete()
    {
        FillHeader(header, sampleRate, SampleCount);
        try
        {
            file.Stream.Position = 0;
            file.Stream.Write(header);
        }
        catch (IOException e)
        {
            throw MediaException.From("write", path, e);
        }
        file.Complete();
    }

    public void Dispose() => file.Dispose();

    static void FillHeader(Span<byte> header, int sampleRate, long samples)
    {
        uint dataBytes = (uint)(2 * samples);
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], dataBytes + HeaderBytes - 8);
        "WAVEfmt "u8.CopyTo(header[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], 16);
        BinaryPrimitives.WriteInt16LittleEndian(header[20..], 1);               // PCM
        BinaryPrimitives.WriteInt16LittleEndian(header[22..], 1);               // channels
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], sampleRate);
        BinaryPrimitives.WriteInt32LittleEndian(header[28..], 2 * sampleRate);  // bytes a second
        BinaryPrimitives.WriteInt16LittleEndian(header[32..], 2);               // bytes a frame
        BinaryPrimitives.WriteInt16LittleEndian(header[34..], 16);              // bits a sample
        "data"u8.CopyTo(header[36..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[40..], dataBytes);
    }
}
