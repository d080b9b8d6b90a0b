using TalkingMachines.Media.Speech;
using TalkingMachines.Puppets;
using Xunit;

namespace TalkingMachines.Tests.Speech;

public sealed class PerformanceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_seed_gives_the_same_clip(bool heldOut)
    {
        for (long seed = 0; seed < 6; seed++)
        {
            var first = TrainingPerformance.Draw(seed, 40, heldOut);
            var again = TrainingPerformance.Draw(seed, 40, heldOut);
            Assert.Equal(first.Sound.Samples, again.Sound.Samples);
            Assert.Equal(first.Poses, again.Poses);
            Assert.Equal(first.Speaking, again.Speaking);
            Assert.Equal(first.Voice, again.Voice);
            if (first.Voice is { } voice)
                Assert.Contains((voice.Engine, voice.Name), (heldOut ? VoiceCatalog.HeldOut : VoiceCatalog.Training).Select(each => (each.Engine, each.Name)));
        }
    }

    [Fact]
    public void Clips_have_a_thousand_samples_a_frame_and_differ()
    {
        var clips = Enumerable.Range(100, 12).Select(seed => TrainingPerformance.Draw(seed, 33, false)).ToArray();
        foreach (var clip in clips)
        {
            Assert.Equal(16_000, clip.Sound.SampleRate);
            Assert.Equal(33_000, clip.Sound.Samples.Length);
            Assert.Equal(33, clip.Poses.Length);
            Assert.Equal(33, clip.Speaking.Length);
            Assert.All(clip.Sound.Samples, sample => Assert.InRange(sample, -1, 1));
        }
        Assert.Equal(clips.Length, clips.Select(clip => clip.Poses[^1]).Distinct().Count());
        Assert.Contains(clips, clip => clip.Speaking.Any(speaking => speaking));
    }

    [Fact]
    public void Noise_without_speech_does_not_move_the_mouth()
    {
        int speechless = 0;
        for (long seed = 0; seed < 90 && speechless < 4; seed++)
        {
            var clip = TrainingPerformance.Draw(seed, 12, false);
            if (clip.Speaking.Any(speaking => speaking) || clip.Sound.Samples.All(sample => sample == 0)) continue;
            // a clip of listening may end as speech begins, and lips lead
            Assert.All(clip.Poses[..^2], pose => Assert.InRange(pose.Mouth.Open, 0, .01f));
            speechless++;
        }
        Assert.True(speechless > 0);
    }

    [Fact]
    public void Speech_begins_and_ends_at_rest()
    {
        var clip = Performance.Speak(new SpeechSynthesizer(), 1, new(VoiceEngine.EspeakNg, "en-us"), ["Papa bought a map.", "We moved."], VoiceEffects.Clean);
        Assert.Equal(clip.Sound.Samples.Length, 1000 * clip.Poses.Length);
        Assert.False(clip.Speaking[0] || clip.Speaking[^1]);
        Assert.InRange(clip.Poses[0].Mouth.Open, 0, .01f);
        Assert.InRange(clip.Poses[^1].Mouth.Open, 0, .01f);
        Assert.True(clip.Poses.Max(pose => pose.Mouth.Open) > .5f);
        Assert.InRange(clip.Speaking.Count(speaking => speaking), clip.Poses.Length / 3, clip.Poses.Length - 4);
    }

    [Fact]
    public void A_shifted_line_keeps_its_phonemes_in_place()
    {
        var line = new SpeechSynthesizer().Speak("Happy people.", new(VoiceEngine.EspeakNg, "en-us"));
        var shifted = (VoiceEffects.Clean with { Shift = 1.2 }).Shifted(line, 16_000);
        Assert.Equal(line.Phonemes.Select(p => p.Symbol), shifted.Phonemes.Select(p => p.Symbol));
        double factor = (double)shifted.Sound.Samples.Length / line.Sound.Samples.Length;
        Assert.Equal(16_000 / 22_050.0 / 1.2, factor, 3);
        for (int i = 0; i < line.Phonemes.Count; i++)
            Assert.InRange(shifted.Phonemes[i].StartSample - factor * line.Phonemes[i].StartSample, -4, 4);
    }

    [Fact]
    public void Noise_has_the_level_asked_for()
    {
        var tone = Enumerable.Range(0, 32_000).Select(i => i < 16_000 ? .5f * MathF.Sin(.2f * i) : 0).ToArray();
        (VoiceEffects.Clean with { Noise = VoiceNoiseKind.White, SignalToNoise = 20, Gain = 0 }).Colour(new(1), tone, 16_000);
        double speech = Math.Sqrt(tone[..16_000].Average(sample => sample * sample)), noise = Math.Sqrt(tone[16_000..].Average(sample => sample * sample));
        Assert.InRange(20 * Math.Log10(speech / noise), 19, 21);
    }
}
