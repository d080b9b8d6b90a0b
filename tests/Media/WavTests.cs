using System.Buffers.Binary;
using TalkingMachines.Media;
using Xunit;

namespace TalkingMachines.Tests.Media;

public sealed class WavTests
{
    [Fact]
    public void What_is_written_is_read_back_exactly()
    {
        using var folder = new TemporaryFolder();
        var samples = Enumerable.Range(0, 65536).Select(i => (i - 32768) / 32768f).ToArray();
        Wav.Write(folder.File("a.wav"), new Sound(samples, 16000));
        var back = Wav.Read(folder.File("a.wav"));
        Assert.Equal(16000, back.SampleRate);
        Assert.Equal(samples, back.Samples);
        Assert.Equal(["a.wav"], folder.Names);
    }

    [Fact]
    public void Loud_and_undefined_samples_are_clipped_and_silenced()
    {
        var bytes = new byte[8];
        Pcm16.Encode([2f, -2f, float.NaN, float.PositiveInfinity], bytes);
        var back = new float[4];
        Pcm16.Decode(bytes, back);
        Assert.Equal([32767 / 32768f, -1f, 0f, 32767 / 32768f], back);
    }

    [FfmpegTheory]
    [InlineData("pcm_u8", 1 / 120.0), InlineData("pcm_s16le", 1 / 30000.0), InlineData("pcm_s24le", 1 / 30000.0)]
    [InlineData("pcm_s32le", 1 / 30000.0), InlineData("pcm_f32le", 1 / 30000.0), InlineData("pcm_f64le", 1 / 30000.0)]
    public void Every_sample_format_of_ffmpeg_is_read_and_mixed(string codec, double tolerance)
    {
        using var folder = new TemporaryFolder();
        var sound = Pictures.Sine(440, 22050, 5000);
        Wav.Write(folder.File("a.wav"), sound);
        // Three channels make ffmpeg write the extensible header; only the first is loud.
        Oracle.Ffmpeg("-i", folder.File("a.wav"), "-af", "pan=3.0|c0=c0|c1=0*c0|c2=0*c0", "-c:a", codec, folder.File("b.wav"));
        using var reader = WavReader.Open(folder.File("b.wav"));
        Assert.Equal((22050, 3, 5000L), (reader.SampleRate, reader.Channels, reader.FrameCount));
        var mono = new float[6000];
        Assert.Equal(5000, reader.Read(mono));
        for (int i = 0; i < 5000; i++) Assert.Equal(sound.Samples[i] / 3, mono[i], tolerance);
        Assert.Equal(0, reader.Read(mono));
    }

    [FfmpegFact]
    public void A_64_bit_header_is_read()
    {
        using var folder = new TemporaryFolder();
        Wav.Write(folder.File("a.wav"), Pictures.Sine(440, 8000, 1000));
        Oracle.Ffmpeg("-i", folder.File("a.wav"), "-rf64", "always", folder.File("b.wav"));
        Assert.Equal(Wav.Read(folder.File("a.wav")).Samples, Wav.Read(folder.File("b.wav")).Samples);
    }

    [Theory]
    [InlineData(0u, 0u), InlineData(uint.MaxValue, uint.MaxValue), InlineData(36u, 0u), InlineData(0x7FFFF024u, 0x7FFFF000u), InlineData(2036u, 2000u)]
    public void Sizes_that_a_streaming_writer_could_not_know_mean_to_the_end(uint riffBytes, uint dataBytes)
    {
        byte[] bytes = WavBytes(riffBytes, dataBytes, samples: 1000);
        using var file = new WavReader(new MemoryStream(bytes), "stream.wav");
        Assert.Equal(1000, file.FrameCount);
        using var pipe = new WavReader(new PipeStream(bytes), "pipe.wav");
        Assert.Equal(dataBytes == 2000 ? 1000 : null, pipe.FrameCount);
        Assert.Equal(1000, file.Read(new float[2000]));
        Assert.Equal(1000, pipe.Read(new float[2000]));
    }

    [Fact]
    public void An_honestly_empty_sound_is_empty_though_tags_follow()
    {
        byte[] bytes = [.. WavBytes(36 + 12, 0, samples: 0), .. "LIST"u8, 4, 0, 0, 0, .. "INFO"u8];
        using var reader = new WavReader(new MemoryStream(bytes), "empty.wav");
        Assert.Equal(0, reader.FrameCount);
        Assert.Equal(0, reader.Read(new float[10]));
    }

    [Fact]
    public void A_file_of_another_codec_is_refused_with_one_line()
    {
        byte[] bytes = WavBytes(2036, 2000, 1000);
        bytes[20] = 0x55;
        var error = Assert.Throws<MediaException>(() => new WavReader(new MemoryStream(bytes), "a.wav"));
        Assert.Equal("a.wav holds sound of codec 0x0055, expected PCM or float.", error.Message);
    }

    [Fact]
    public void A_writer_that_is_not_completed_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        using (var writer = new WavWriter(folder.File("a.wav"), 16000)) writer.Write(new float[100_000]);
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_one_clear_line()
    {
        var error = Assert.Throws<MediaException>(() => new WavWriter("/nowhere/at/all.wav", 16000));
        Assert.Equal("could not write /nowhere/at/all.wav: there is no such file or folder.", error.Message);
    }

    static byte[] WavBytes(uint riffBytes, uint dataBytes, int samples)
    {
        using var folder = new TemporaryFolder();
        Wav.Write(folder.File("a.wav"), Pictures.Sine(100, 8000, samples));
        byte[] bytes = File.ReadAllBytes(folder.File("a.wav"));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), riffBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(40), dataBytes);
        return bytes;
    }

    /// <summary>Gives a few bytes at a time and cannot seek, as a pipe.</summary>
    sealed class PipeStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 37)]);
    }
}
