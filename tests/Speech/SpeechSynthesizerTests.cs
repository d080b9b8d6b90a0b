using TalkingMachines.Media;
using TalkingMachines.Media.Speech;
using TalkingMachines.Puppets;
using Xunit;

namespace TalkingMachines.Tests.Speech;

public sealed class SpeechSynthesizerTests : IDisposable
{
    static readonly VoiceSpec Espeak = new(VoiceEngine.EspeakNg, "en-us");
    static readonly VoiceSpec Flite = new(VoiceEngine.Flite, "kal");

    readonly SpeechSynthesizer synthesizer = new();

    public void Dispose() => synthesizer.Dispose();

    public static TheoryData<VoiceEngine, string> Voices => new()
    {
        { VoiceEngine.EspeakNg, "en-us+f3" },
        { VoiceEngine.EspeakNg, "de" },
        { VoiceEngine.EspeakNg, "pl+m1" },
        { VoiceEngine.Flite, "kal" },
        { VoiceEngine.Flite, "slt" },
    };

    [Theory, MemberData(nameof(Voices))]
    public void Phoneme_times_are_ordered_and_inside_the_sound(VoiceEngine engine, string name)
    {
        var line = synthesizer.Speak("Bob put my map in a van. Then, papa paused.", new(engine, name));
        Assert.True(line.Phonemes.Count > 20);
        long before = 0;
        foreach (var phoneme in line.Phonemes)
        {
            Assert.InRange(phoneme.StartSample, before, line.Sound.Samples.Length - 1);
            Assert.InRange(phoneme.EndSample, phoneme.StartSample + 1, line.Sound.Samples.Length);
            before = phoneme.EndSample;
        }
    }

    [Theory, MemberData(nameof(Voices))]
    public void Pauses_are_silent_and_vowels_are_not(VoiceEngine engine, string name)
    {
        var line = synthesizer.Speak("Maybe papa, or Emma, moved away.", new(engine, name));
        double pauses = Power(line, phoneme => phoneme.IsPause);
        double vowels = Power(line, phoneme => PhonemeTable.Targets(phoneme.Symbol) is [{ Vowel: true }, ..]);
        Assert.True(vowels > 100 * pauses, $"vowels {vowels:G3}, pauses {pauses:G3}");
    }

    [Theory, MemberData(nameof(Voices))]
    public void The_same_line_sounds_the_same_after_others(VoiceEngine engine, string name)
    {
        var voice = new VoiceSpec(engine, name, 160, 60, 70);
        var first = synthesizer.Speak("Few people move a boat.", voice);
        synthesizer.Speak("Bonjour.", new(VoiceEngine.EspeakNg, "fr"));
        var again = synthesizer.Speak("Few people move a boat.", voice);
        Assert.Equal(first.Sound.Samples, again.Sound.Samples);
        Assert.Equal(first.Phonemes, again.Phonemes);
    }

    [Fact]
    public void Bilabial_stops_begin_with_their_closure()
    {
        var line = synthesizer.Speak("A happy apple.", Espeak);
        foreach (var p in line.Phonemes.Where(phoneme => phoneme.Symbol == "p"))
            Assert.True(Math.Abs(line.Sound.Samples[p.StartSample + line.Sound.SampleRate / 100]) < 1e-3);
    }

    [Fact]
    public void Missing_espeak_library_names_its_package()
    {
        var failure = Assert.Throws<MediaException>(() => new SpeechSynthesizer(espeakLibrary: "/nowhere/libespeak-ng.so.1").Speak("Hello", Espeak));
        Assert.Contains("apt-get install espeak-ng", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void Missing_flite_program_names_its_package()
    {
        var failure = Assert.Throws<MediaException>(() => new SpeechSynthesizer(fliteProgram: "/nowhere/flite").Speak("Hello", Flite));
        Assert.Contains("apt-get install flite", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Theory]
    [InlineData(VoiceEngine.EspeakNg, "xx-nowhere")]
    [InlineData(VoiceEngine.EspeakNg, "../../etc/passwd")]
    [InlineData(VoiceEngine.EspeakNg, "--help")]
    [InlineData(VoiceEngine.Flite, "nobody")]
    [InlineData(VoiceEngine.Flite, "http://example.org/voice.flitevox")]
    [InlineData(VoiceEngine.Flite, "")]
    public void Unknown_voice_is_refused_with_one_line(VoiceEngine engine, string name)
    {
        var failure = Assert.Throws<MediaException>(() => synthesizer.Speak("Hello", new(engine, name)));
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Theory]
    [MemberData(nameof(OddTexts.All), MemberType = typeof(OddTexts))]
    [InlineData("-f /etc/passwd")]
    [InlineData("$(id) `id` ; id | id")]
    [InlineData("<speak><mark name='x'/>&lt;</speak> [[h@l'oU]]")]
    [InlineData("\u0001180p hello %s%n")]
    public void Odd_text_is_spoken_and_never_an_option(string text)
    {
        foreach (var voice in new[] { Espeak, Flite })
        {
            var line = synthesizer.Speak(text, voice);
            Assert.InRange(line.Sound.Samples.Length / line.Sound.SampleRate, 0, 20);
            Assert.NotEmpty(line.Sound.Samples);
            Assert.All(line.Phonemes, phoneme => Assert.NotEmpty(phoneme.Symbol));
        }
    }

    [Fact]
    public void A_hundred_kilobytes_are_refused()
    {
        var failure = Assert.Throws<MediaException>(() => synthesizer.Speak(new string('a', 100_000), Espeak));
        Assert.Contains("100000", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelled_speech_stops()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => synthesizer.Speak("Hello", Espeak, stop.Token));
        Assert.Throws<OperationCanceledException>(() => synthesizer.Speak("Hello", Flite, stop.Token));
    }

    [Theory]
    [InlineData(20, 50, 50)]
    [InlineData(175, -1, 50)]
    [InlineData(175, 50, 100)]
    public void Settings_out_of_range_are_refused(int speed, int pitch, int range) =>
        Assert.Throws<MediaException>(() => synthesizer.Speak("Hello", new(VoiceEngine.EspeakNg, "en-us", speed, pitch, range)));

    static double Power(SpokenLine line, Func<TimedPhoneme, bool> which)
    {
        double power = 0, count = 0;
        foreach (var phoneme in line.Phonemes.Where(which))
        {
            foreach (float sample in line.Sound.Samples.AsSpan((int)phoneme.StartSample, (int)(phoneme.EndSample - phoneme.StartSample)))
                power += sample * sample;
            count += phoneme.EndSample - phoneme.StartSample;
        }
        return power / Math.Max(1, count);
    }
}
