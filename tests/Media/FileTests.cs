using TalkingMachines.Media;
using Xunit;

namespace TalkingMachines.Tests.Media;

/// <summary>Files of any kind and state, by <see cref="PictureFile"/> and <see cref="SoundFile"/>.</summary>
public sealed class FileTests
{
    [FfmpegTheory, InlineData("a.jpg", 12), InlineData("a.webp", 40), InlineData("a.bmp", 0), InlineData("a.tiff", 0), InlineData("a.gif", 100)]
    public void Other_pictures_come_through_ffmpeg(string name, int tolerance)
    {
        using var folder = new TemporaryFolder();
        var picture = Pictures.Gradient(64, 48);
        Png.Write(picture, folder.File("a.png"));
        Oracle.Ffmpeg("-i", folder.File("a.png"), "-q:v", "1", folder.File(name));
        var read = PictureFile.Read(folder.File(name));
        Assert.Equal((64, 48), (read.Width, read.Height));
        for (int i = 0; i < picture.Pixels.Length; i++) Assert.InRange(read.Pixels[i] - picture.Pixels[i], -tolerance, tolerance);
    }

    [FfmpegTheory]
    [InlineData("-i.jpg"), InlineData("a:b.jpg"), InlineData("a b'\"$(x).jpg"), InlineData("100%d.jpg"), InlineData("png inside.png"), InlineData("no extension")]
    public void Awkward_and_lying_names_are_no_obstacle(string name)
    {
        using var folder = new TemporaryFolder();
        Png.Write(Pictures.Gradient(32, 16), folder.File("plain.png"));
        Oracle.Ffmpeg("-i", folder.File("plain.png"), folder.File("plain.jpg"));
        File.Move(folder.File("plain.jpg"), folder.File(name));
        Assert.Equal(32, PictureFile.Read(folder.File(name)).Width);
    }

    [FfmpegFact]
    public void A_photograph_is_turned_as_its_exif_says()
    {
        using var folder = new TemporaryFolder();
        Png.Write(Pictures.Gradient(32, 16), folder.File("a.png"));
        Oracle.Ffmpeg("-i", folder.File("a.png"), folder.File("a.jpg"));
        byte[] jpeg = File.ReadAllBytes(folder.File("a.jpg"));
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0MM\0*\0\0\0\u0008\0\u0001"u8, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
        var turned = PictureFile.Read(folder.Write("b.jpg", [.. jpeg[..2], .. exif, .. jpeg[2..]]));
        Assert.Equal((16, 32), (turned.Width, turned.Height));
    }

    [Fact]
    public void What_is_no_picture_is_refused_with_one_line()
    {
        using var folder = new TemporaryFolder();
        AssertRefused(PictureFile.Read, folder.Write("text.png", "This is no picture."u8), "is text, expected a picture.");
        AssertRefused(PictureFile.Read, folder.Write("empty.jpg", []), "is empty, expected a picture.");
        AssertRefused(PictureFile.Read, folder.Root, "is a folder, expected a picture.");
        AssertRefused(PictureFile.Read, folder.File("missing.png"), "there is no such file or folder.");
        AssertRefused(PictureFile.Read, folder.Write("list.jpg", "#EXTM3U\n/etc/passwd\n"u8), "is text, expected a picture.");
        AssertRefused(PictureFile.Read, folder.Write("cut.png", PngBuilder.Random(1, 9, 9, 2, 8, false).AsSpan(0, 60)), "is damaged:");
        AssertRefused(SoundFile.Open, folder.Write("empty.wav", []), "is empty, expected a sound.");
        AssertRefused(SoundFile.Open, folder.Write("text.wav", "Not\xC3\xA9 a sound"u8), "is text, expected a sound.");
    }

    [FfmpegFact]
    public void What_ffmpeg_cannot_read_is_refused_with_one_line()
    {
        using var folder = new TemporaryFolder();
        byte[] noise = new byte[3000];
        new Random(1).NextBytes(noise);
        AssertRefused(PictureFile.Read, folder.Write("noise.jpg", noise), "ffmpeg could not read ");
        AssertRefused(path => SoundFile.Read(path, 16000), folder.Write("x.webm", noise), "ffmpeg could not read ");
        Png.Write(Pictures.Random(64, 64), folder.File("a.png"));
        Oracle.Ffmpeg("-i", folder.File("a.png"), folder.File("a.jpg"));
        AssertRefused(path => SoundFile.Read(path, 16000), folder.File("a.jpg"), "ffmpeg could not read ");
        AssertRefused(PictureFile.Read, folder.Write("cut.jpg", File.ReadAllBytes(folder.File("a.jpg")).AsSpan(0, 900)), "ffmpeg could not read ");
    }

    [FfmpegFact]
    public void A_playlist_in_binary_disguise_cannot_pull_in_other_files()
    {
        using var folder = new TemporaryFolder();
        Wav.Write(folder.File("secret.wav"), Pictures.Sine(440, 16000, 16000));
        byte[] list = [.. "#EXTM3U\n#EXT-X-TARGETDURATION:1\n"u8, .. "#\0\n"u8, .. "#EXTINF:1,\nsecret.wav\n#EXT-X-ENDLIST\n"u8];
        AssertRefused(path => SoundFile.Read(path, 16000), folder.Write("list.m3u8", list), "its format is not among those that are let in.");
    }

    [FfmpegTheory, InlineData("a.mp3", 0.15), InlineData("a.ogg", 0.05), InlineData("a.flac", 1e-4), InlineData("a.m4a", 0.05), InlineData("-a:b.flac", 1e-4)]
    public void Other_sounds_come_through_ffmpeg(string name, double tolerance)
    {
        using var folder = new TemporaryFolder();
        Wav.Write(folder.File("a.wav"), Pictures.Sine(440, 16000, 16000));
        Oracle.Ffmpeg("-i", folder.File("a.wav"), "file:" + folder.File(name));
        var sound = SoundFile.Read(folder.File(name), 16000);
        Assert.InRange(sound.Samples.Length, 16000, 18500);
        double power = sound.Samples.Sum(s => (double)s * s) / 16000;
        Assert.InRange(power, 0.125 * (1 - tolerance), 0.125 * (1 + tolerance));
    }

    [FfmpegFact]
    public void A_wav_of_a_foreign_codec_comes_through_ffmpeg()
    {
        using var folder = new TemporaryFolder();
        Wav.Write(folder.File("a.wav"), Pictures.Sine(440, 16000, 16000));
        Oracle.Ffmpeg("-i", folder.File("a.wav"), "-c:a", "pcm_mulaw", folder.File("b.wav"));
        Assert.Equal(16000, SoundFile.Read(folder.File("b.wav"), 16000).Samples.Length);
    }

    [FfmpegFact]
    public void A_reader_may_be_dropped_or_cancelled_in_the_middle()
    {
        using var folder = new TemporaryFolder();
        Oracle.Ffmpeg("-f", "lavfi", "-i", "anoisesrc=d=60:r=48000", folder.File("long.flac"));
        var dropped = SoundFile.Open(folder.File("long.flac"), 16000);
        Assert.Equal(100, dropped.Read(new float[100]));
        dropped.Dispose();
        using var stop = new CancellationTokenSource();
        using var cancelled = SoundFile.Open(folder.File("long.flac"), 48000, stop.Token);
        Assert.Equal(100, cancelled.Read(new float[100]));
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => cancelled.Read(new float[60 * 48000]));
    }

    [Fact]
    public void A_machine_without_ffmpeg_is_recognized()
    {
        using var folder = new TemporaryFolder();
        folder.Write("ffmpeg", "not executable"u8);
        Assert.Null(Ffmpeg.Find(folder.Root + Path.PathSeparator + "/nowhere"));
        Assert.Null(Ffmpeg.Find((string?)null));
    }

    static void AssertRefused<T>(Func<string, T> read, string path, string reason)
    {
        var error = Assert.Throws<MediaException>(() => { read(path); });
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
