using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using TalkingMachines.Media;
using TalkingMachines.Media.Speech;
using TalkingMachines.Puppets;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.Speech;

public sealed class FestivalTests : IDisposable
{
    static readonly VoiceSpec Ked = new(VoiceEngine.Festival, "ked_diphone");

    readonly SpeechSynthesizer synthesizer = new();

    /// <summary>Voices, and sentences of their language full of p, b and m.</summary>
    public static TheoryData<string, string> Voices => new()
    {
        { "ked_diphone", "Mabel, Bob and Pam bump my purple umbrella, a happy baby." },
        { "lp_diphone", "La mamma beve, il papà pompa e il bambino prova un bel pompelmo." },
        { "pc_diphone", "La mamma beve, il papà pompa e il bambino prova un bel pompelmo." },
        { "suo_fi_lj_diphone", "Mummo pumppaa, pappa maistaa pommin ja pieni apina pesee pöydän." },
        { "hy_fi_mv_diphone", "Mummo pumppaa, pappa maistaa pommin ja pieni apina pesee pöydän." },
    };

    public void Dispose() => synthesizer.Dispose();

    [Theory, MemberData(nameof(Voices))]
    public void Lips_touch_on_every_p_b_and_m_and_stops_are_quiet_there(string voice, string sentence)
    {
        var line = synthesizer.Speak(sentence, new(VoiceEngine.Festival, voice));
        var track = VisemeTrack.Build(line, line.Sound.Samples.Length);
        var frames = track.At16();
        var closures = line.Phonemes.Where(phoneme => phoneme.Symbol[0] is 'p' or 'b' or 'm').ToArray();
        Assert.InRange(closures.Length, 10, 24);
        Assert.Equal(closures.Length, track.Closed.Count(closed => closed));
        for (int i = 0; i < track.Closed.Count; i++)
        {
            if (!track.Closed[i]) continue;
            Assert.Equal(0, track.Shapes[i].Open);
            Assert.Equal(0, frames[i / VisemeTrack.ShapesPerFrame].Open);
        }
        double quiet = Power(line, phoneme => phoneme.Symbol[0] == 'p'), loud = Power(line, phoneme => PhonemeTable.Targets(phoneme.Symbol) is [{ Vowel: true }, ..]);
        Assert.True(loud > 15 * quiet, $"vowels {loud:G3}, p {quiet:G3}");
    }

    [Theory, MemberData(nameof(Voices))]
    public void Phoneme_times_are_ordered_and_pauses_silent(string voice, string sentence)
    {
        var line = synthesizer.Speak(sentence + " " + sentence, new(VoiceEngine.Festival, voice));
        long before = 0;
        foreach (var phoneme in line.Phonemes)
        {
            Assert.Equal(before, phoneme.StartSample);
            Assert.InRange(phoneme.EndSample, phoneme.StartSample + 1, line.Sound.Samples.Length);
            before = phoneme.EndSample;
        }
        double pauses = Power(line, phoneme => phoneme.IsPause), vowels = Power(line, phoneme => PhonemeTable.Targets(phoneme.Symbol) is [{ Vowel: true }, ..]);
        Assert.True(vowels > 100 * pauses, $"vowels {vowels:G3}, pauses {pauses:G3}");
        Assert.InRange(Math.Sqrt(vowels), .02, .6);
    }

    [Theory, MemberData(nameof(Voices))]
    public void The_same_line_sounds_the_same_after_others_and_in_another_process(string voice, string sentence)
    {
        var spec = new VoiceSpec(VoiceEngine.Festival, voice, 160, 60, 70);
        var first = synthesizer.Speak(sentence, spec);
        synthesizer.Speak("Mamma.", spec with { WordsPerMinute = 220, Pitch = 20, PitchRange = 30 });
        var again = synthesizer.Speak(sentence, spec);
        using var other = new SpeechSynthesizer();
        var elsewhere = other.Speak(sentence, spec);
        Assert.Equal(first.Sound.Samples, again.Sound.Samples);
        Assert.Equal(first.Phonemes, again.Phonemes);
        Assert.Equal(first.Sound.Samples, elsewhere.Sound.Samples);
    }

    [Fact]
    public void Every_training_sentence_is_spoken_in_phones_that_have_a_mouth()
    {
        // a phone that is not of its voice's set would throw
        foreach (var voice in VoiceCatalog.Training.Where(voice => voice.Engine == VoiceEngine.Festival))
        {
            for (long seed = 0; seed < 30; seed++)
            {
                var text = Sentences.Draw(seed, voice.Language, heldOut: false);
                var line = synthesizer.Speak(text, new(voice.Engine, voice.Name, 220));
                Assert.All(line.Phonemes.Where(phoneme => !phoneme.IsPause), phoneme => Assert.Contains(phoneme.Symbol, PhonemeTable.Knows));
                Assert.InRange((double)line.Sound.Samples.Length / line.Sound.SampleRate / text.Length, .02, .3);
            }
        }
    }

    [Fact]
    public void Finnish_and_Italian_letters_beyond_ascii_are_spoken()
    {
        var finnish = Symbols("Äiti, hölmö YÖ.", "suo_fi_lj_diphone");
        Assert.True(finnish.Count(symbol => symbol[0] == 'æ') == 1 && finnish.Count(symbol => symbol[0] == 'ø') >= 2, string.Join(' ', finnish));
        Assert.Equal(Symbols("la città è più giù", "lp_diphone"), Symbols("La CITTÀ È PIÙ GIÙ", "lp_diphone"));
        Assert.Equal(["l", "u", "n", "e", "d", "i"], Symbols("lunedì", "lp_diphone"));
    }

    [Fact]
    public void Speed_and_pitch_are_followed()
    {
        const string text = "A happy boy may play the piano alone.";
        int own = synthesizer.Speak(text, Ked).Sound.Samples.Length, fast = synthesizer.Speak(text, Ked with { WordsPerMinute = 350 }).Sound.Samples.Length;
        Assert.InRange((double)fast / own, .45, .6);
        Assert.InRange(Hertz(synthesizer.Speak(text, Ked with { Pitch = 85 })) / Hertz(synthesizer.Speak(text, Ked with { Pitch = 15 })), 1.3, 2);
    }

    [Theory]
    [MemberData(nameof(OddTexts.All), MemberType = typeof(OddTexts))]
    [InlineData("'")]
    [InlineData("1' zwx'q 'tis dell'")]
    [InlineData("\") (system \"touch FILE\") (print \"")]
    [InlineData("\\\") (system \\\"touch FILE\\\") ;")]
    [InlineData("hello\n(system \"touch FILE\")\n(quit)\n")]
    [InlineData("\uff02) (system \uff02touch FILE\uff02)")]
    [InlineData("=spoken 1 16000 5 0")]
    public void Odd_text_is_spoken_and_never_a_command(string text)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("harmed");
        foreach (var voice in new[] { "ked_diphone", "lp_diphone", "hy_fi_mv_diphone" })
        {
            var line = synthesizer.Speak(text.Replace("FILE", file, StringComparison.Ordinal), new(VoiceEngine.Festival, voice));
            Assert.InRange(line.Sound.Samples.Length / line.Sound.SampleRate, 0, 30);
            Assert.NotEmpty(line.Sound.Samples);
        }
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void Any_text_becomes_utterances_that_stay_within_their_string()
    {
        Prop.ForAll<string>(text =>
        {
            return new[] { PhoneSet.Cmu, PhoneSet.Italian, PhoneSet.Finnish }.All(phones => FestivalText.Utterances(text ?? "", phones).All(utterance =>
                utterance.Length is > 0 and <= FestivalText.LongestUtterance
                && utterance.All(letter => char.IsAsciiLetterOrDigit(letter) || " .,;:!?'".Contains(letter) || phones.Letters.Contains(letter))
                && (char.IsAsciiLetterOrDigit(utterance[0]) || phones.Letters.Contains(utterance[0]))));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Long_text_is_spoken_in_pieces_without_losing_a_word()
    {
        var words = string.Join(' ', Enumerable.Repeat("mamma beve", 60));
        Assert.Equal(words, string.Join(' ', FestivalText.Utterances(words, PhoneSet.Italian)));
        Assert.Equal(["Oh!", "Mr.", "3.5 x"], FestivalText.Utterances("Oh!! ... Mr.  3.5\t. x", PhoneSet.Cmu));
        Assert.Equal(["Deja vu", "cafe uno"], FestivalText.Utterances("Déjà vu", PhoneSet.Cmu).Concat(FestivalText.Utterances("cafe\u0301 — uño", PhoneSet.Finnish)));
        Assert.Equal([240, 60], FestivalText.Utterances(new string('a', 300), PhoneSet.Cmu).Select(utterance => utterance.Length));
    }

    [Fact]
    public async Task Threads_take_turns()
    {
        var alone = synthesizer.Speak("Papa bought a map.", Ked);
        var together = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => synthesizer.Speak("Papa bought a map.", Ked))));
        Assert.All(together, line => Assert.Equal(alone.Sound.Samples, line.Sound.Samples));
    }

    [Fact]
    public void A_crash_costs_one_line_and_no_more()
    {
        // its Italian rules crash on this word alone
        var italian = new VoiceSpec(VoiceEngine.Festival, "pc_diphone");
        Assert.DoesNotContain('\n', Assert.Throws<MediaException>(() => synthesizer.Speak("È.", italian)).Message);
        Assert.NotEmpty(synthesizer.Speak("È vero.", italian).Sound.Samples);
    }

    [Fact]
    public void Cancelled_speech_stops_and_the_next_is_spoken()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var longText = string.Concat(Enumerable.Repeat("The purple people eat a very big apple. ", 400));
        Assert.ThrowsAny<OperationCanceledException>(() => synthesizer.Speak(longText, Ked, stop.Token));
        Assert.NotEmpty(synthesizer.Speak("Hello.", Ked).Sound.Samples);
    }

    [Fact]
    public void Disposing_ends_the_process_and_does_not_wait()
    {
        using var own = new FestivalProcess(FestivalProgram.DefaultName, "ked_diphone", default);
        Assert.True(own.IsUsable);
        using var process = Process.GetProcessById(own.Id);
        own.Dispose();
        Assert.True(process.WaitForExit(5000));
    }

    [Fact]
    public void Missing_program_and_voices_name_their_packages()
    {
        using var without = new SpeechSynthesizer(festivalProgram: "/nowhere/festival");
        foreach (var failure in new[]
        {
            Assert.Throws<MediaException>(() => without.Speak("Hello", Ked)),
            Assert.Throws<MediaException>(() => synthesizer.Speak("Hello", new(VoiceEngine.Festival, "nobody"))),
        })
        {
            Assert.Contains("apt-get install festival festvox-kdlpc16k", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', failure.Message);
        }
        Assert.False(synthesizer.Has(new(VoiceEngine.Festival, "nobody")));
        Assert.True(synthesizer.Has(Ked));
    }

    string[] Symbols(string text, string voice) =>
        [.. synthesizer.Speak(text, new(VoiceEngine.Festival, voice)).Phonemes.Where(phoneme => !phoneme.IsPause).Select(phoneme => phoneme.Symbol)];

    /// <summary>Mean power of the later half of each phoneme, where a stop is closed whatever came before it, up to its burst.</summary>
    static double Power(SpokenLine line, Func<TimedPhoneme, bool> which)
    {
        double power = 0, count = 0;
        foreach (var phoneme in line.Phonemes.Where(which))
        {
            long length = phoneme.EndSample - phoneme.StartSample;
            foreach (float sample in line.Sound.Samples.AsSpan((int)(phoneme.StartSample + length * 4 / 10), (int)(length * 3 / 10)))
                power += sample * sample;
            count += length * 3 / 10;
        }
        return power / Math.Max(1, count);
    }

    /// <summary>Pitch of the longest vowel, by the best autocorrelation of 60..250 Hz.</summary>
    static double Hertz(SpokenLine line)
    {
        var vowel = line.Phonemes.Where(phoneme => PhonemeTable.Targets(phoneme.Symbol) is [{ Vowel: true }, ..]).MaxBy(phoneme => phoneme.EndSample - phoneme.StartSample);
        var samples = line.Sound.Samples.AsSpan((int)vowel.StartSample, (int)(vowel.EndSample - vowel.StartSample));
        int rate = line.Sound.SampleRate, best = 0;
        double most = double.MinValue;
        for (int lag = rate / 250; lag <= rate / 60 && lag < samples.Length / 2; lag++)
        {
            double sum = 0;
            for (int i = 0; i < samples.Length / 2; i++) sum += samples[i] * samples[i + lag];
            if (sum > most) (most, best) = (sum, lag);
        }
        return (double)rate / best;
    }
}
