using FsCheck;
using FsCheck.Fluent;
using TalkingMachines.Media;
using Xunit;

namespace TalkingMachines.Tests.Media;

public sealed class ResamplerTests
{
    [Theory]
    [InlineData(44100, 16000), InlineData(48000, 16000), InlineData(22050, 16000), InlineData(16000, 48000)]
    [InlineData(16000, 44100), InlineData(44100, 48000), InlineData(8000, 16000), InlineData(44101, 47999), InlineData(96000, 8000)]
    public void A_sine_keeps_its_shape_and_place(int from, int to)
    {
        // 0.43 of the lower rate is 86 % of its Nyquist frequency.
        foreach (double hertz in new[] { 300.0, 0.43 * Math.Min(from, to) })
        {
            var result = Resampler.Resample(Pictures.Sine(hertz, from, from / 2), to);
            var expected = Pictures.Sine(hertz, to, result.Samples.Length);
            Assert.True(SignalToNoise(expected.Samples, result.Samples) > 80, $"{hertz} Hz: {SignalToNoise(expected.Samples, result.Samples):F1} dB");
        }
    }

    [Fact]
    public void A_tone_above_the_new_nyquist_frequency_disappears()
    {
        var result = Resampler.Resample(Pictures.Sine(8200, 48000, 24000), 16000);
        Assert.All(result.Samples[200..^200], sample => Assert.InRange(sample, -1e-4f, 1e-4f));
    }

    [Fact]
    public void The_length_is_the_rounded_up_ratio_and_streaming_equals_one_shot()
    {
        int[] rates = [1000, 8000, 11025, 16000, 22050, 44100, 44101, 48000, 96000];
        var rate = Gen.Elements(rates);
        var cases = from a in rate from b in rate from count in Gen.Choose(0, 6000) from seed in Gen.Choose(0, 1000) select (a, b, count, seed);
        Prop.ForAll(cases.ToArbitrary(), c => StreamingEqualsOneShot(c.a, c.b, c.count, c.seed)).Check(Config.QuickThrowOnFailure.WithMaxTest(15));
    }

    [Fact]
    public void A_constant_stays_exactly_that_away_from_the_ends()
    {
        var input = new float[8000];
        Array.Fill(input, 0.25f);
        var result = Resampler.Resample(new Sound(input, 44100), 16000).Samples;
        Assert.All(result[100..^100], sample => Assert.Equal(0.25f, sample, 1e-6f));
    }

    [Fact]
    public void Equal_rates_pass_the_sound_through()
    {
        var sound = Pictures.Sine(440, 16000, 100);
        Assert.Same(sound, Resampler.Resample(sound, 16000));
        var output = new float[200];
        Assert.Equal(100, new Resampler(16000, 16000).Process(sound.Samples, output));
        Assert.Equal(sound.Samples, output[..100]);
    }

    [Fact]
    public void A_reader_at_another_rate_gives_the_same_samples()
    {
        using var folder = new TemporaryFolder();
        Wav.Write(folder.File("a.wav"), Pictures.Sine(440, 22050, 30000));
        var expected = Resampler.Resample(Wav.Read(folder.File("a.wav")), 16000);
        using var reader = SoundFile.Open(folder.File("a.wav"), 16000);
        Assert.Equal(expected.Samples.Length, reader.FrameCount);
        var all = new List<float>();
        var piece = new float[777];
        for (int got; (got = reader.Read(piece)) > 0;) all.AddRange(piece[..got]);
        Assert.Equal(expected.Samples, all);
    }

    static bool StreamingEqualsOneShot(int from, int to, int count, int seed)
    {
        var random = new Random(seed);
        var input = Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var expected = Resampler.Resample(new Sound(input, from), to).Samples;
        var resampler = new Resampler(from, to);
        var all = new List<float>();
        for (int i = 0; i < count;)
        {
            int take = Math.Min(count - i, random.Next(1, 3000));
            var output = new float[resampler.MaxOutput(take)];
            all.AddRange(output[..resampler.Process(input.AsSpan(i, take), output)]);
            i += take;
        }
        var tail = new float[resampler.MaxTail];
        all.AddRange(tail[..resampler.Finish(tail)]);
        Assert.Equal(Resampler.OutputCount(count, from, to), expected.Length);
        return all.SequenceEqual(expected);
    }

    static double SignalToNoise(float[] expected, float[] actual)
    {
        double signal = 0, noise = 0;
        for (int i = 300; i < expected.Length - 300; i++)
        {
            signal += (double)expected[i] * expected[i];
            noise += Math.Pow(expected[i] - actual[i], 2);
        }
        return 10 * Math.Log10(signal / noise);
    }
}
