using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Models;

public sealed class HearingTests
{
    [Fact]
    public void A_tone_is_loudest_in_the_band_of_its_pitch()
    {
        var mel = new MelSpectrogram();
        float previous = -1;
        foreach (float hertz in new[] { 300f, 1000f, 3000f, 6000f })
        {
            float[] samples = [.. Enumerable.Range(0, 4000).Select(i => 0.5f * MathF.Sin(2 * MathF.PI * hertz * i / 16000))];
            float[] bands = new float[MelSpectrogram.Bands];
            mel.Compute(samples, 0, 8, 1, bands);
            int loudest = Array.IndexOf(bands, bands.Max());
            double centre = (2595 * Math.Log10(1 + (hertz / 700.0)) - 2595 * Math.Log10(1 + (60 / 700.0))) / (2595 * Math.Log10(1 + (7600 / 700.0)) - 2595 * Math.Log10(1 + (60 / 700.0))) * (MelSpectrogram.Bands + 1) - 1;
            Assert.InRange(loudest, centre - 1.5, centre + 1.5);
            Assert.True(loudest > previous);
            previous = loudest;
        }
    }

    [Fact]
    public void Silence_is_silence_in_every_band()
    {
        float[] bands = new float[MelSpectrogram.Bands * 3];
        new MelSpectrogram().Compute(new float[100], 0, -1, 3, bands);
        Assert.All(bands, value => Assert.Equal(MelSpectrogram.Silence, value));
    }

    [Fact]
    public void Features_do_not_depend_on_how_the_sound_is_cut() => WithEncoder((encoder, device) =>
    {
        const int Frames = 240, Chunk = 12; // longer than what is remembered of a voice, and than sound is kept
        float[] sound = Noise((Frames + HearingStream.Lookahead) * HearingStream.SamplesPerFrame);
        var whole = new HearingStream(encoder, device);
        whole.Append(sound);
        float[] expected = whole.Features(0, Frames).ToArray();

        var cut = new HearingStream(encoder, device);
        var found = new List<float>();
        int given = 0;
        for (int frame = 0; frame < Frames; frame += Chunk)
        {
            int needed = (frame + Chunk + HearingStream.Lookahead) * HearingStream.SamplesPerFrame;
            for (; given < needed; given += Math.Min(777, needed - given)) cut.Append(sound.AsSpan(given, Math.Min(777, needed - given)));
            found.AddRange(cut.Features(frame, Chunk).ToArray());
        }
        ExpectClose(expected, [.. found]);
    });

    [Fact]
    public void After_37_hours_it_hears_as_in_the_first_second() => WithEncoder((encoder, device) =>
    {
        const int Frames = 24;
        float[] sound = Noise((Frames + HearingStream.Lookahead) * HearingStream.SamplesPerFrame), silence = new float[16_000 * HearingStream.SamplesPerFrame];
        HearingStream fresh = new(encoder, device), old = new(encoder, device);
        while (old.Samples <= int.MaxValue)
        {
            old.Append(silence);
            old.Features((old.Samples / HearingStream.SamplesPerFrame) - 1, 1); // what lies behind is forgotten
        }
        long first = old.Samples / HearingStream.SamplesPerFrame;
        fresh.Append(sound);
        old.Append(sound);
        Assert.Equal(fresh.Features(0, Frames).ToArray(), old.Features(first, Frames).ToArray());
    });

    [Fact]
    public void What_is_taken_back_or_came_too_late_leaves_no_trace() => WithEncoder((encoder, device) =>
    {
        const int Frames = 24, End = 12 * HearingStream.SamplesPerFrame;
        float[] sound = Noise(40 * HearingStream.SamplesPerFrame);
        var plain = new HearingStream(encoder, device);
        plain.Append(sound);
        float[] expected = plain.Features(0, Frames).ToArray();

        var changed = new HearingStream(encoder, device);
        changed.Append(sound.AsSpan(0, End));
        changed.Append(new float[9000]);
        changed.Features(0, Frames);
        changed.Truncate(End);
        changed.Features(0, Frames); // what follows is not yet there
        changed.Append(sound.AsSpan(End));
        ExpectClose(expected, changed.Features(0, Frames).ToArray());
    });

    [Fact]
    public void A_voice_is_what_is_always_there_in_the_last_four_seconds()
    {
        const int Columns = 700, Loud = 100;
        float[] mel = new float[MelSpectrogram.Bands * Columns], rows = new float[VoiceMean.Rows * Columns];
        Array.Fill(mel, MelSpectrogram.Silence);
        var random = new RandomStream(3);
        for (int band = 0; band < MelSpectrogram.Bands; band++)
            for (int i = Loud; i < Columns; i++) mel[(band * Columns) + i] = (0.02f * band) + (0.1f * random.Normal());
        VoiceMean.Apply(mel, 0, rows);
        for (int band = 0; band < MelSpectrogram.Bands; band++)
        {
            Assert.Equal(mel.AsSpan(band * Columns, Columns), rows.AsSpan(band * Columns, Columns));
            var without = rows.AsSpan((MelSpectrogram.Bands + band) * Columns, Columns);
            Assert.Equal(MelSpectrogram.Silence, without[Loud - 1]); // nobody has spoken: nothing to take off
            double mean = 0;
            foreach (float value in without[400..]) mean += value / 300.0;
            Assert.InRange(mean, -0.1, 0.1); // the colour is gone, but for what an unknown voice counts
        }

        // By the definition, for a column whose memory has moved on; and for one that is asked for alone.
        double sum = 0, weights = 100;
        for (int i = Columns - VoiceMean.Memory; i < Columns; i++)
        {
            double level = Enumerable.Range(0, MelSpectrogram.Bands).Average(band => (double)mel[(band * Columns) + i]) - MelSpectrogram.Silence;
            sum += level * level * mel[(7 * Columns) + i];
            weights += level * level;
        }
        double expected = mel[(8 * Columns) - 1] - (sum / weights);
        Assert.Equal(expected, rows[((MelSpectrogram.Bands + 8) * Columns) - 1], 5);
        float[] last = new float[VoiceMean.Rows];
        VoiceMean.Apply(mel, Columns - 1, last);
        Assert.Equal(expected, last[MelSpectrogram.Bands + 7], 5);
    }

    static float[] Noise(int samples)
    {
        float[] sound = new float[samples];
        new RandomStream(6).Normal(sound);
        return sound;
    }

    static void WithEncoder(Action<MelEncoder, Device> body) => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 4);
        using var scope = Tensor.Scope();
        var encoder = new MelEncoder(weights);
        float[] whitening = new float[MelEncoder.Features * MelEncoder.RawFeatures];
        new RandomStream(8).Normal(whitening);
        encoder.SetWhitening(new float[MelEncoder.RawFeatures], whitening);
        body(encoder, device);
    });

    static void ExpectClose(float[] expected, float[] found)
    {
        float scale = expected.Max(MathF.Abs);
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), pair => Assert.InRange(pair.Second, pair.First - (1e-5f * scale), pair.First + (1e-5f * scale)));
    }
}
