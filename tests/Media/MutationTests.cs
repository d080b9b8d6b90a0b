using FsCheck;
using FsCheck.Fluent;
using TalkingMachines.Media;
using Xunit;

namespace TalkingMachines.Tests.Media;

/// <summary>Damaged files give a <see cref="MediaException"/> or a result, nothing else, and take no undue memory.</summary>
public sealed class MutationTests
{
    const long MemoryLimit = 4 << 20;

    [Fact]
    public void Damaged_png_files_fail_cleanly()
    {
        byte[][] originals = [.. new[] { (0, 1, false), (2, 8, true), (3, 4, false), (6, 16, true) }
            .Select(kind => PngBuilder.Random(3, 21, 17, kind.Item1, kind.Item2, kind.Item3))];
        CheckMutations(originals, bytes => Png.Read(bytes, "mutant.png"));
    }

    [Fact]
    public void Damaged_png_contents_behind_valid_checksums_fail_cleanly()
    {
        var pixels = PngBuilder.Deflate(new byte[17 * (1 + 21 * 3)]);
        CheckMutations([pixels], compressed =>
        {
            var file = new MemoryStream();
            file.Write(Png.Signature);
            PngBuilder.WriteChunk(file, "IHDR"u8, PngBuilder.Header(21, 17, 2, 8, false));
            PngBuilder.WriteChunk(file, "IDAT"u8, compressed);
            PngBuilder.WriteChunk(file, "IEND"u8, []);
            Png.Read(file.ToArray(), "mutant.png");
        });
        CheckMutations([PngBuilder.Header(21, 17, 2, 8, false)], header =>
        {
            var file = new MemoryStream();
            file.Write(Png.Signature);
            PngBuilder.WriteChunk(file, "IHDR"u8, header);
            PngBuilder.WriteChunk(file, "IDAT"u8, pixels);
            PngBuilder.WriteChunk(file, "IEND"u8, []);
            Png.Read(file.ToArray(), "mutant.png");
        });
    }

    [Fact]
    public void Damaged_wav_files_fail_cleanly()
    {
        using var folder = new TemporaryFolder();
        Wav.Write(folder.File("a.wav"), Pictures.Sine(100, 8000, 300));
        byte[] plain = File.ReadAllBytes(folder.File("a.wav"));
        CheckMutations([plain, plain[..60]], bytes =>
        {
            using var reader = new WavReader(new MemoryStream(bytes), "mutant.wav");
            var mono = new float[1000];
            int got = reader.Read(mono);
            Assert.All(mono[..got], sample => Assert.True(float.IsFinite(sample)));
            Assert.True(reader.FrameCount is null || reader.FrameCount == got || got == mono.Length);
        });
    }

    static void CheckMutations(byte[][] originals, Action<byte[]> read)
    {
        var mutants = from original in Gen.Elements(originals) from seed in Gen.Choose(0, int.MaxValue - 1) select Mutated(original, new Random(seed));
        Prop.ForAll(mutants.ToArbitrary(), bytes => FailsCleanly(bytes, read)).Check(Config.QuickThrowOnFailure.WithMaxTest(1500));
    }

    static bool FailsCleanly(byte[] bytes, Action<byte[]> read)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            read(bytes);
        }
        catch (MediaException e)
        {
            Assert.StartsWith("mutant.", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', e.Message);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MemoryLimit);
        return true;
    }

    internal static byte[] Mutated(byte[] original, Random random)
    {
        byte[] bytes = random.Next(3) == 0 ? original[..random.Next(original.Length + 1)] : [.. original];
        for (int i = random.Next(6); i > 0 && bytes.Length > 0; i--)
        {
            // Headers decide the most, so half of the damage goes there.
            int place = random.Next(random.Next(2) == 0 ? Math.Min(bytes.Length, 64) : bytes.Length);
            bytes[place] = random.Next(3) switch { 0 => 0xFF, 1 => 0, _ => (byte)random.Next(256) };
        }
        return bytes;
    }
}
