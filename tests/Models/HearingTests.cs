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
    public void Features_do_not_depend_on_how_the_sound_is_cut() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 4);
        using var scope = Tensor.Scope();
        var encoder = new MelEncoder(weights);
        float[] whitening = new float[MelEncoder.Features * MelEncoder.RawFeatures];
        new RandomStream(8).Normal(whitening);
        encoder.SetWhitening(new float[MelEncoder.RawFeatures], whitening);
        float[] sound = new float[60 * HearingStream.SamplesPerFrame];
        new RandomStream(6).Normal(sound);

        var whole = new HearingStream(encoder, device);
        whole.Append(sound);
        float[] expected = whole.Features(0, 48).ToArray();

        var cut = new HearingStream(encoder, device);
        var found = new List<float>();
        int given = 0;
        for (int frame = 0; frame < 48; frame += 12)
        {
            int needed = Math.Min(sound.Length, (frame + 12 + HearingStream.Lookahead) * HearingStream.SamplesPerFrame);
            for (; given < needed; given += Math.Min(777, needed - given)) cut.Append(sound.AsSpan(given, Math.Min(777, needed - given)));
            found.AddRange(cut.Features(frame, 12).ToArray());
        }
        float scale = expected.Max(MathF.Abs);
        Assert.All(expected.Zip(found), pair => Assert.InRange(pair.Second, pair.First - (1e-5f * scale), pair.First + (1e-5f * scale)));
    });
}
