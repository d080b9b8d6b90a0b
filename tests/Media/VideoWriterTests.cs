using TalkingMachines.Media;
using Xunit;

namespace TalkingMachines.Tests.Media;

public sealed class VideoWriterTests
{
    static readonly VideoFormat Format = new(48, 32, 16, 16000);

    [FfmpegTheory, InlineData("a.mp4", "h264", "aac"), InlineData("a.webm", "vp8", "opus"), InlineData("a.avi", "rawvideo", "pcm_s16le")]
    public void Every_frame_and_sample_arrives(string name, string videoCodec, string soundCodec)
    {
        using var folder = new TemporaryFolder();
        WriteVideo(folder.File(name), Format, frames: 40);
        Assert.Equal([videoCodec, "48", "32", "16/1", "40"], Oracle.Probe(folder.File(name), "v:0", "codec_name,width,height,r_frame_rate,nb_read_packets"));
        Assert.Equal([soundCodec], Oracle.Probe(folder.File(name), "a:0", "codec_name"));
        var sound = SoundFile.Read(folder.File(name), 16000);
        Assert.InRange(sound.Samples.Length, 40_000, 42_000);
        Assert.InRange(sound.Samples.Sum(s => (double)s * s) / 40_000, 0.11, 0.14);
        Assert.Equal([name], folder.Names);
    }

    [FfmpegTheory, InlineData("a.mp4", 20), InlineData("a.webm", 30), InlineData("a.avi", 0)]
    public void Colours_and_orientation_survive(string name, int tolerance)
    {
        using var folder = new TemporaryFolder();
        WriteVideo(folder.File(name), Format, frames: 3);
        Oracle.Ffmpeg("-i", folder.File(name), "-frames:v", "1", folder.File("first.png"));
        var first = Png.Read(folder.File("first.png"));
        var expected = Pictures.Gradient(48, 32, 0);
        for (int i = 0; i < expected.Pixels.Length; i++) Assert.InRange(first.Pixels[i] - expected.Pixels[i], -tolerance, tolerance);
    }

    [FfmpegFact]
    public void An_avi_of_many_segments_reads_as_one()
    {
        using var folder = new TemporaryFolder();
        var format = new VideoFormat(33, 7, 25, 8000);
        using (var writer = new AviWriter(folder.File("a.avi"), format, segmentBytes: 20_000))
        {
            for (int i = 0; i < 100; i++)
            {
                writer.WriteFrame(Pictures.Random(33, 7, i).Pixels);
                writer.WriteSound(Pictures.Sine(440, 8000, 320).Samples);
            }
            writer.Complete();
        }
        Assert.Equal(["33", "7", "4.000000", "100"], Oracle.Probe(folder.File("a.avi"), "v:0", "width,height,duration,nb_read_packets"));
        Assert.Equal(32000, SoundFile.Read(folder.File("a.avi"), 8000).Samples.Length);
        Oracle.Ffmpeg("-ss", "3.6", "-i", folder.File("a.avi"), "-frames:v", "1", folder.File("late.png"));
        Assert.Equal(Pictures.Random(33, 7, 90).Pixels, Png.Read(folder.File("late.png")).Pixels);
    }

    [FfmpegTheory, InlineData("a.mp4"), InlineData("a.webm"), InlineData("a.avi")]
    public void A_video_without_sound_has_one_stream(string name)
    {
        using var folder = new TemporaryFolder();
        using (var writer = VideoWriter.Create(folder.File(name), Format, Ffmpeg.Find()))
        {
            for (int i = 0; i < 5; i++) writer.WriteFrame(Pictures.Gradient(48, 32).Pixels);
            writer.Complete();
        }
        Assert.Equal(["5"], Oracle.Probe(folder.File(name), "v:0", "nb_read_packets"));
        Assert.Empty(Oracle.Probe(folder.File(name), "a", "codec_name"));
    }

    [FfmpegTheory, InlineData("a.mp4"), InlineData("a.webm")]
    public void A_video_stopped_while_its_sound_is_joined_leaves_no_file(string name)
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        using (var writer = VideoWriter.Create(folder.File(name), Format, Ffmpeg.Find()))
        {
            writer.WriteFrame(Pictures.Gradient(48, 32).Pixels);
            for (int minute = 0; minute < 10; minute++) writer.WriteSound(Pictures.Sine(440, 16_000, 60 * 16_000).Samples);
            stop.CancelAfter(TimeSpan.FromMilliseconds(20));
            Assert.ThrowsAny<OperationCanceledException>(() => writer.Complete(stop.Token));
        }
        Assert.Empty(folder.Names);
    }

    [FfmpegFact]
    public void Odd_sizes_lose_their_last_row_and_column()
    {
        using var folder = new TemporaryFolder();
        WriteVideo(folder.File("a:b -c.mp4"), Format with { Width = 47, Height = 33 }, frames: 4);
        Assert.Equal(["46", "32"], Oracle.Probe("file:" + folder.File("a:b -c.mp4"), "v:0", "width,height"));
    }

    [Fact]
    public void A_folder_of_frames_takes_the_place_of_a_killed_run_s_but_of_nothing_else()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("frames.part"));
        File.WriteAllText(Path.Combine(folder.File("frames.part"), "frame-000007.png"), "half");
        using (VideoWriter.Create(folder.File("frames"), Format, null)) Assert.Empty(Directory.EnumerateFileSystemEntries(folder.File("frames.part")));
        Directory.CreateDirectory(folder.File("frames.part"));
        File.WriteAllText(Path.Combine(folder.File("frames.part"), "thesis.tex"), "years");
        var refused = Assert.Throws<MediaException>(() => VideoWriter.Create(folder.File("frames"), Format, null));
        Assert.Contains("thesis.tex", refused.Message, StringComparison.Ordinal);
        Assert.Equal("years", File.ReadAllText(Path.Combine(folder.File("frames.part"), "thesis.tex")));
    }

    [Fact]
    public void A_folder_of_frames_holds_every_frame_and_the_sound()
    {
        using var folder = new TemporaryFolder();
        WriteVideo(folder.File("frames"), Format, frames: 3);
        Assert.Equal(["frames"], folder.Names);
        Assert.Equal(["frame-000000.png", "frame-000001.png", "frame-000002.png", "sound.wav"],
            Directory.GetFiles(folder.File("frames")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
        Assert.Equal(Pictures.Gradient(48, 32, 2).Pixels, Png.Read(Path.Combine(folder.File("frames"), "frame-000002.png")).Pixels);
        Assert.Equal(3000, Wav.Read(Path.Combine(folder.File("frames"), "sound.wav")).Samples.Length);
        var error = Assert.Throws<MediaException>(() => VideoWriter.Create(folder.File("frames"), Format, null));
        Assert.Contains("it exists already", error.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("a.mp4"), InlineData("a.webm"), InlineData("a.avi"), InlineData("frames")]
    public void An_abandoned_video_leaves_nothing(string name)
    {
        if (name is "a.mp4" or "a.webm" && Ffmpeg.Find() is null) return;
        using var folder = new TemporaryFolder();
        using (var writer = VideoWriter.Create(folder.File(name), Format, Ffmpeg.Find()))
        {
            for (int i = 0; i < 20; i++) writer.WriteFrame(Pictures.Gradient(48, 32).Pixels);
            writer.WriteSound(new float[10_000]);
        }
        Assert.Empty(folder.Names);
    }

    [Theory, InlineData("a.mp4"), InlineData("a.webm"), InlineData("a.avi"), InlineData("frames")]
    public void A_second_video_of_the_same_name_is_refused_and_the_first_goes_on(string name)
    {
        if (name is "a.mp4" or "a.webm" && Ffmpeg.Find() is null) return;
        using var folder = new TemporaryFolder();
        using (var first = VideoWriter.Create(folder.File(name), Format, Ffmpeg.Find()))
        {
            first.WriteFrame(Pictures.Gradient(48, 32).Pixels);
            var refused = Assert.Throws<MediaException>(() => VideoWriter.Create(folder.File(name), Format, Ffmpeg.Find()));
            Assert.StartsWith("could not write", refused.Message, StringComparison.Ordinal);
            first.WriteFrame(Pictures.Gradient(48, 32).Pixels);
            first.WriteSound(new float[2000]);
            first.Complete();
        }
        Assert.Equal([name], folder.Names);
        if (name != "frames") WriteVideo(folder.File(name), Format, frames: 2);
    }

    [Fact]
    public void An_empty_name_is_refused() => Assert.Throws<MediaException>(() => VideoWriter.Create("", Format, Ffmpeg.Find()));

    [Fact]
    public void A_missing_ffmpeg_is_told_with_the_way_out()
    {
        var error = Assert.Throws<MediaException>(() => VideoWriter.Create("a.mp4", Format, ffmpeg: null));
        Assert.Equal("could not write a.mp4: ffmpeg, which packs .mp4, is missing (apt-get install ffmpeg); a name ending in .avi or a folder works without it.", error.Message);
        Assert.Throws<MediaException>(() => VideoWriter.Create("a.mkv", Format, Ffmpeg.Find()));
    }

    [Fact]
    public void A_frame_of_another_size_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var writer = VideoWriter.Create(folder.File("a.avi"), Format, null);
        Assert.Throws<ArgumentException>(() => writer.WriteFrame(new byte[10]));
    }

    [Fact]
    public void An_encoder_that_dies_is_one_line_and_leaves_nothing()
    {
        if (!File.Exists("/bin/false")) return;
        using var folder = new TemporaryFolder();
        using (var writer = new FfmpegVideoWriter(new Ffmpeg("/bin/false"), folder.File("a.mp4"), Format))
        {
            var error = Assert.Throws<MediaException>(() =>
            {
                for (int i = 0; i < 1000; i++) writer.WriteFrame(new byte[Format.FrameBytes]);
                writer.Complete();
            });
            Assert.Contains("ffmpeg could not write", error.Message, StringComparison.Ordinal);
        }
        Assert.Empty(folder.Names);
    }

    static void WriteVideo(string path, VideoFormat format, int frames)
    {
        using var writer = VideoWriter.Create(path, format, Ffmpeg.Find());
        int samples = format.SampleRate / format.FramesPerSecond;
        var sound = Pictures.Sine(440, format.SampleRate, frames * samples).Samples;
        for (int i = 0; i < frames; i++)
        {
            writer.WriteFrame(Pictures.Gradient(format.Width, format.Height, (byte)i).Pixels);
            writer.WriteSound(sound.AsSpan(i * samples, samples));
        }
        writer.Complete();
    }
}
