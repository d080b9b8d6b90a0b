namespace TalkingMachines.Media;

/// <summary>Whole WAV files at once; <see cref="WavReader"/> and <see cref="WavWriter"/> stream them.</summary>
public static class Wav
{
    /// <summary>The longest sound that is read into memory, in samples (about six hours at 16 kHz).</summary>
    public const int MaxSamples = 360_000_000;

    /// <summary>True where bytes begin like a WAV file (RIFF or RF64 form).</summary>
    public static bool IsWav(ReadOnlySpan<byte> head) =>
        head.Length >= 12 && (head.StartsWith("RIFF"u8) || head.StartsWith("RF64"u8)) && head[8..].StartsWith("WAVE"u8);

    /// <summary>Reads a file, mixed to mono.</summary>
    public static Sound Read(string path)
    {
        using var reader = WavReader.Open(path);
        return ReadAll(reader, path);
    }

    /// <summary>Writes 16-bit mono PCM, beside and then renamed.</summary>
    public static void Write(string path, Sound sound)
    {
        using var writer = new WavWriter(path, sound.SampleRate);
        writer.Write(sound.Samples);
        writer.Complete();
    }

    /// <summary>Reads what is left of a sound; <paramref name="name"/> stands for it in messages.</summary>
    internal static Sound ReadAll(ISoundReader reader, string name)
    {
        if (reader.FrameCount > MaxSamples) throw TooLong(name);
        // A stated length is only a hint: the memory grows with what really comes.
        var samples = new float[Math.Clamp(reader.FrameCount ?? 0, 1 << 12, 1 << 20)];
        int count = 0;
        while (true)
        {
            int got = reader.Read(samples.AsSpan(count));
            count += got;
            if (count < samples.Length) break;
            if (count >= MaxSamples) throw TooLong(name);
            Array.Resize(ref samples, Math.Min(2 * count, MaxSamples + 1));
        }
        Array.Resize(ref samples, count);
        return new Sound(samples, reader.SampleRate);
    }

    static MediaException TooLong(string name) => new($"{name} has more than {MaxSamples} samples, too many to hold in memory.");
}
