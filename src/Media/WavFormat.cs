using System.Buffers.Binary;

namespace TalkingMachines.Media;

/// <summary>The <c>fmt </c> chunk of a WAV file, checked.</summary>
/// <param name="IsFloat">IEEE floats, otherwise integers.</param>
/// <param name="Channels">Interleaved channels.</param>
/// <param name="SampleRate">Frames a second.</param>
/// <param name="SampleBytes">Size of one sample of one channel.</param>
internal sealed record WavFormat(bool IsFloat, int Channels, int SampleRate, int SampleBytes)
{
    public const int MaxChannels = 256;
    const int Pcm = 1, Float = 3, Extensible = 0xFFFE;

    public int FrameBytes => Channels * SampleBytes;

    /// <summary>Parses WAVEFORMATEX or WAVEFORMATEXTENSIBLE (at least 16 bytes).</summary>
    public static WavFormat Parse(ReadOnlySpan<byte> chunk, string name)
    {
        if (chunk.Length < 16) throw new MediaException($"{name} is damaged: its format chunk has {chunk.Length} bytes, expected 16 or more.");
        int codec = BinaryPrimitives.ReadUInt16LittleEndian(chunk);
        // The sub-format is a GUID whose first two bytes are the codec.
        if (codec == Extensible && chunk.Length >= 26) codec = BinaryPrimitives.ReadUInt16LittleEndian(chunk[24..]);
        int channels = BinaryPrimitives.ReadUInt16LittleEndian(chunk[2..]);
        uint rate = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(chunk[14..]);
        if (codec is not (Pcm or Float))
            throw new MediaException($"{name} holds sound of codec 0x{codec:X4}, expected PCM or float.") { IsUnknownCodec = true };
        if (channels is < 1 or > MaxChannels)
            throw new MediaException($"{name} has {channels} channels, expected 1 to {MaxChannels}.");
        if (rate is < Resampler.MinRate or > Resampler.MaxRate)
            throw new MediaException($"{name} has {rate} samples a second, expected {Resampler.MinRate} to {Resampler.MaxRate}.");
        bool isFloat = codec == Float;
        if (isFloat ? bits is not (32 or 64) : bits is < 1 or > 32)
            throw new MediaException($"{name} has samples of {bits} bits, expected 8, 16, 24 or 32, or floats of 32 or 64.");
        // Odd widths such as 20 bits fill the upper bits of whole bytes.
        var format = new WavFormat(isFloat, channels, (int)rate, (bits + 7) / 8);
        int frameBytes = BinaryPrimitives.ReadUInt16LittleEndian(chunk[12..]);
        return frameBytes == format.FrameBytes
            ? format
            : throw new MediaException($"{name} has frames of {frameBytes} bytes, expected {format.FrameBytes} for {channels} channels of {bits} bits.") { IsUnknownCodec = true };
    }

    /// <summary>Averages the channels of each frame into one sample; what is no finite number becomes silence.</summary>
    public void MixToMono(ReadOnlySpan<byte> frames, Span<float> mono)
    {
        if (this is { IsFloat: false, Channels: 1, SampleBytes: 2 })
        {
            Pcm16.Decode(frames, mono);
            return;
        }
        for (int i = 0; i < mono.Length; i++)
        {
            double sum = 0;
            for (int channel = 0; channel < Channels; channel++)
                sum += Sample(frames.Slice(i * FrameBytes + channel * SampleBytes, SampleBytes));
            float mean = (float)(sum / Channels);
            mono[i] = float.IsFinite(mean) ? mean : 0;
        }
    }

    double Sample(ReadOnlySpan<byte> bytes) => (IsFloat, SampleBytes) switch
    {
        (true, 4) => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        (true, _) => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        (_, 1) => (bytes[0] - 128) / 128.0,        // eight bits are unsigned, wider ones signed
        (_, 2) => BinaryPrimitives.ReadInt16LittleEndian(bytes) / 32768.0,
        (_, 3) => ((bytes[0] << 8) | (bytes[1] << 16) | (bytes[2] << 24)) / 2147483648.0,
        _ => BinaryPrimitives.ReadInt32LittleEndian(bytes) / 2147483648.0,
    };
}
