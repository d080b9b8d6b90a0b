namespace TalkingMachines.Media;

/// <summary>Opens a sound of any format: WAV by ourselves, the rest through ffmpeg. The bytes decide, not the name.</summary>
public static class SoundFile
{
    // ffmpeg is asked for this rate where the caller wants the file's own, which only decoding would tell.
    const int DefaultRate = 48_000;

    /// <summary>Opens a file, at its own rate where it is WAV, at 48 kHz where ffmpeg decodes it.</summary>
    /// <exception cref="MediaException">It cannot be read, with the reason in one line.</exception>
    public static ISoundReader Open(string path) =>
        OpenWav(path) is { } wav ? wav : Decoder(path).OpenSound(path, DefaultRate);

    /// <summary>Opens a file and converts it to <paramref name="sampleRate"/> while it is read.</summary>
    /// <exception cref="MediaException">It cannot be read, with the reason in one line.</exception>
    public static ISoundReader Open(string path, int sampleRate, CancellationToken stop = default)
    {
        Resampler.CheckRate(sampleRate);
        if (OpenWav(path) is not { } wav) return Decoder(path).OpenSound(path, sampleRate, stop);
        return wav.SampleRate == sampleRate ? wav : new ResampledReader(wav, sampleRate);
    }

    /// <summary>Reads a whole file into memory at <paramref name="sampleRate"/>, up to <see cref="Wav.MaxSamples"/>.</summary>
    public static Sound Read(string path, int sampleRate)
    {
        using var reader = Open(path, sampleRate);
        return Wav.ReadAll(reader, path);
    }

    /// <summary>Our own reader, or null where only ffmpeg knows the format.</summary>
    static WavReader? OpenWav(string path)
    {
        var kind = FileHead.Inspect(path, "a sound");
        if (kind == FileKind.Text) throw new MediaException($"{path} is text, expected a sound.");
        if (kind == FileKind.Png) throw new MediaException($"{path} is a PNG picture, expected a sound.");
        if (kind != FileKind.Wav) return null;
        try
        {
            return WavReader.Open(path);
        }
        catch (MediaException e) when (e.IsUnknownCodec && Ffmpeg.Find() is not null)
        {
            return null;
        }
    }

    static Ffmpeg Decoder(string path) => Ffmpeg.Find() ??
        throw new MediaException($"{path} is not WAV, and ffmpeg, which reads other sounds, is missing: apt-get install ffmpeg");
}
