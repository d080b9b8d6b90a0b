using TalkingMachines.Media.Speech;
using TalkingMachines.Models.Audio;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Models;

public sealed class SpeechActivityTests
{
    const int Frame = HearingStream.SamplesPerFrame;

    [Fact]
    public void Silence_does_not_speak() => Assert.DoesNotContain(true, SpeechActivity.Of(new float[40 * Frame]));

    [Theory]
    [InlineData(0.0003f)]
    [InlineData(0.002f)]
    [InlineData(0.05f)]
    [InlineData(0.3f)]
    public void A_steady_noise_is_silence_once_it_has_lasted(float amplitude)
    {
        var speaking = SpeechActivity.Of(Noise(160 * Frame, amplitude));
        Assert.DoesNotContain(true, speaking[60..]);
    }

    [Fact]
    public void Hum_and_a_constant_are_silence_from_the_start()
    {
        float[] sound = [.. Enumerable.Range(0, 60 * Frame).Select(i => 0.2f + (0.02f * MathF.Sin(2 * MathF.PI * 50 * i / 16000)))];
        Assert.DoesNotContain(true, SpeechActivity.Of(sound)[6..]);
    }

    [Fact]
    public void A_frame_that_has_not_been_heard_is_silent()
    {
        var activity = new SpeechActivity();
        activity.Append(Noise(Frame - 1, 0.3f));
        Assert.Equal((0L, false, false), (activity.Frames, activity.IsSpeaking(0), activity.IsSpeaking(-3)));
        activity.Append(Noise(1, 0.3f));
        Assert.Equal((1L, true), (activity.Frames, activity.IsSpeaking(0)));
    }

    [Fact]
    public void Speech_lasts_for_the_hangover_and_ends()
    {
        float[] sound = [.. Noise(10 * Frame, 0), .. Noise((4 * Frame) - 1, 0.2f), .. Noise((20 * Frame) + 1, 0)];
        var expected = Enumerable.Range(0, 34).Select(frame => frame >= 10 && frame < 14 + SpeechActivity.Hangover);
        Assert.Equal(expected, SpeechActivity.Of(sound));
    }

    [Fact]
    public void A_latent_speaks_with_its_frames_and_their_neighbours()
    {
        var activity = new SpeechActivity();
        activity.Append([.. Noise(12 * Frame, 0), .. Noise(1 * Frame, 0.2f), .. Noise(30 * Frame, 0)]);
        // Frame 12 and the hangover up to 17: latent 2 ends at 11, latent 4 at 19, latent 5 begins at 20.
        Assert.Equal([false, false, true, true, true, false, false], Enumerable.Range(0, 7).Select(latent => activity.IsLatentSpeaking(latent)));
        bool[] frames = [.. Enumerable.Range(0, (int)activity.Frames).Select(frame => activity.IsSpeaking(frame))];
        for (int latent = -3; latent < 12; latent++) Assert.Equal(activity.IsLatentSpeaking(latent), SpeechActivity.IsLatentSpeakingFrom(frames, 4 * latent));
    }

    [Fact]
    public void Truncation_forgets_what_follows()
    {
        var activity = new SpeechActivity();
        activity.Append(Noise(30 * Frame, 0.2f));
        activity.Truncate(10);
        activity.Append(Noise(20 * Frame, 0));
        Assert.Equal((30L, true, false), (activity.Frames, activity.IsSpeaking(9), activity.IsSpeaking(10)));
    }

    [Fact]
    public void The_cut_of_the_sound_does_not_matter()
    {
        float[] sound = [.. Noise(7777, 0.1f), .. Noise(33_333, 0.001f), .. Noise(22_222, 0.2f)];
        var activity = new SpeechActivity();
        for (int i = 0, size = 1; i < sound.Length; i += size, size = (size * 7 % 1013) + 1)
            activity.Append(sound.AsSpan(i, Math.Min(size, sound.Length - i)));
        Assert.Equal(SpeechActivity.Of(sound), Enumerable.Range(0, (int)activity.Frames).Select(frame => activity.IsSpeaking(frame)));
    }

    [Fact]
    public void Speech_speaks_and_the_pauses_around_it_do_not()
    {
        var clean = Speak(VoiceEffects.Clean);
        var (missed, invented) = Compare(SpeechActivity.Of(clean.Sound.Samples), clean.Speaking);
        Assert.InRange(missed, 0, 0.03);
        Assert.InRange(invented, 0, 0.1);
    }

    [Fact]
    public void Speech_is_told_from_the_noise_of_a_room_that_has_been_heard()
    {
        var clean = Speak(VoiceEffects.Clean);
        const int Before = 60;
        float[] sound = Noise(clean.Sound.Samples.Length + (Before * Frame), 0.01f);
        for (int i = 0; i < clean.Sound.Samples.Length; i++) sound[(Before * Frame) + i] += clean.Sound.Samples[i];
        var (missed, invented) = Compare(SpeechActivity.Of(sound)[Before..], clean.Speaking);
        Assert.InRange(missed, 0, 0.1);
        Assert.InRange(invented, 0, 0.1);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(15)]
    public void Speech_is_told_from_hiss(double decibels)
    {
        var clean = Speak(VoiceEffects.Clean);
        float[] voice = clean.Sound.Samples;
        double power = Enumerable.Range(0, voice.Length).Where(i => i / Frame < clean.Speaking.Length && clean.Speaking[i / Frame]).Average(i => (double)voice[i] * voice[i]);
        const int Before = 60;
        float[] sound = Noise(voice.Length + (Before * Frame), (float)Math.Sqrt(power / Math.Pow(10, decibels / 10)));
        for (int i = 0; i < voice.Length; i++) sound[(Before * Frame) + i] += voice[i];
        var (missed, invented) = Compare(SpeechActivity.Of(sound)[Before..], clean.Speaking);
        Assert.InRange(missed, 0, 0.05);
        Assert.InRange(invented, 0, 0.1);
    }

    /// <summary>Shares of true speech called silent, and of frames more than the hangover away from speech called speaking.</summary>
    static (double Missed, double Invented) Compare(bool[] found, bool[] truth)
    {
        bool Near(int frame) => Enumerable.Range(frame - SpeechActivity.Hangover - 1, SpeechActivity.Hangover + 3).Any(i => i >= 0 && i < truth.Length && truth[i]);
        int[] spoken = [.. Enumerable.Range(0, truth.Length).Where(i => truth[i])], quiet = [.. Enumerable.Range(0, truth.Length).Where(i => !Near(i))];
        return (spoken.Count(i => !found[i]) / (double)spoken.Length, quiet.Count(i => found[i]) / Math.Max(1.0, quiet.Length));
    }

    static Performance Speak(VoiceEffects effects) => Performance.Speak(
        new SpeechSynthesizer(), 3, new VoiceSpec(VoiceEngine.EspeakNg, "en-us"),
        ["Few people move a boat alone.", "She sells sea shells, and fish, by the sea shore.", "Yes."], effects);

    static float[] Noise(int count, float amplitude)
    {
        float[] noise = new float[count];
        new RandomStream(9).Normal(noise);
        for (int i = 0; i < count; i++) noise[i] *= amplitude;
        return noise;
    }
}
