using TalkingMachines.Media;
using Xunit;

namespace TalkingMachines.Tests.Media;

public sealed class PngTests
{
    static readonly (int Colour, int Depth)[] Kinds =
        [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8), (4, 8), (4, 16), (6, 8), (6, 16)];

    public static TheoryData<int, int, bool> AllKinds()
    {
        var data = new TheoryData<int, int, bool>();
        foreach (var (colour, depth) in Kinds)
            foreach (bool interlaced in new[] { false, true }) data.Add(colour, depth, interlaced);
        return data;
    }

    [FfmpegTheory, MemberData(nameof(AllKinds))]
    public void Every_kind_of_png_reads_as_ffmpeg_reads_it(int colour, int depth, bool interlaced)
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = PngBuilder.Random(colour * 100 + depth, 13, 11, colour, depth, interlaced);
        var expected = Ffmpeg.Find()!.ReadPicture(folder.Write("a.png", bytes));
        // ffmpeg cuts 16 bits to 8 where we round, before the alpha is applied.
        AssertClose(expected, Png.Read(bytes, "a.png"), tolerance: depth == 16 ? 2 : 1);
    }

    [Theory, InlineData(1, 1), InlineData(3, 2), InlineData(4, 7), InlineData(1, 9)]
    public void Tiny_interlaced_pictures_skip_their_empty_passes(int width, int height)
    {
        var picture = Png.Read(PngBuilder.Random(1, width, height, 6, 8, interlaced: true), "tiny.png");
        Assert.Equal((width, height), (picture.Width, picture.Height));
    }

    [Theory, InlineData(1, 1), InlineData(17, 5), InlineData(64, 48)]
    public void What_is_written_is_read_back(int width, int height)
    {
        using var folder = new TemporaryFolder();
        var picture = Pictures.Random(width, height);
        Png.Write(picture, folder.File("a.png"));
        Assert.Equal(picture.Pixels, Png.Read(folder.File("a.png")).Pixels);
        Assert.Equal(["a.png"], folder.Names);
    }

    [FfmpegFact]
    public void What_is_written_is_read_by_ffmpeg_and_not_larger_than_its_own()
    {
        using var folder = new TemporaryFolder();
        var picture = Pictures.Gradient(320, 200);
        Png.Write(picture, folder.File("a.png"));
        Assert.Equal(picture.Pixels, Ffmpeg.Find()!.ReadPicture(folder.File("a.png")).Pixels);
        Oracle.Ffmpeg("-i", folder.File("a.png"), "-pred", "mixed", folder.File("b.png"));
        Assert.True(new FileInfo(folder.File("a.png")).Length <= 1.1 * new FileInfo(folder.File("b.png")).Length);
    }

    [Fact]
    public void The_transparent_colour_of_grey_and_true_colour_becomes_mid_grey()
    {
        var file = new MemoryStream();
        file.Write(Png.Signature);
        PngBuilder.WriteChunk(file, "IHDR"u8, PngBuilder.Header(2, 1, 2, 8, false));
        PngBuilder.WriteChunk(file, "tRNS"u8, [0, 10, 0, 20, 0, 30]);
        PngBuilder.WriteChunk(file, "IDAT"u8, PngBuilder.Deflate([0, 10, 20, 30, 10, 20, 31]));
        PngBuilder.WriteChunk(file, "IEND"u8, []);
        Assert.Equal([128, 128, 128, 10, 20, 31], Png.Read(file.ToArray(), "key.png").Pixels);
    }

    [Fact]
    public void Half_transparent_red_lies_over_mid_grey()
    {
        var file = new MemoryStream();
        file.Write(Png.Signature);
        PngBuilder.WriteChunk(file, "IHDR"u8, PngBuilder.Header(1, 1, 6, 8, false));
        PngBuilder.WriteChunk(file, "IDAT"u8, PngBuilder.Deflate([0, 255, 0, 0, 128]));
        PngBuilder.WriteChunk(file, "IEND"u8, []);
        Assert.Equal([192, 64, 64], Png.Read(file.ToArray(), "red.png").Pixels);
    }

    [Fact]
    public void A_truncated_png_is_refused_with_one_line_wherever_it_ends()
    {
        byte[] bytes = PngBuilder.Random(5, 9, 9, 3, 4, interlaced: true);
        for (int length = 0; length < bytes.Length; length++)
        {
            var error = Assert.Throws<MediaException>(() => Png.Read(bytes.AsSpan(0, length), "cut.png"));
            Assert.StartsWith("cut.png ", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    [Fact]
    public void A_wrong_checksum_is_refused()
    {
        byte[] bytes = PngBuilder.Random(6, 9, 9, 2, 8, interlaced: false);
        bytes[20] ^= 1;
        var error = Assert.Throws<MediaException>(() => Png.Read(bytes, "bad.png"));
        Assert.Equal("bad.png is damaged: the checksum of its chunk IHDR is wrong.", error.Message);
    }

    [Fact]
    public void A_huge_size_is_refused_before_memory_is_taken()
    {
        foreach (var (width, height, depth) in new[] { (100_000, 10, 8), (8192, 8192, 16), (0, 5, 8), (-1, 5, 8) })
        {
            var file = new MemoryStream();
            file.Write(Png.Signature);
            PngBuilder.WriteChunk(file, "IHDR"u8, PngBuilder.Header(width, height, 6, depth, false));
            PngBuilder.WriteChunk(file, "IDAT"u8, PngBuilder.Deflate(new byte[100]));
            PngBuilder.WriteChunk(file, "IEND"u8, []);
            byte[] bytes = file.ToArray();
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<MediaException>(() => Png.Read(bytes, "huge.png"));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    static void AssertClose(Picture expected, Picture actual, int tolerance)
    {
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        for (int i = 0; i < expected.Pixels.Length; i++)
            Assert.InRange(actual.Pixels[i], expected.Pixels[i] - tolerance, expected.Pixels[i] + tolerance);
    }
}
