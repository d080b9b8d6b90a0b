using TalkingMachines.Media.Speech;
using TalkingMachines.Puppets;
using Xunit;

namespace TalkingMachines.Tests.Speech;

public sealed class SentencesTests
{
    [Fact]
    public void English_hardly_repeats_itself()
    {
        var drawn = Enumerable.Range(0, 20_000).Select(seed => Sentences.Draw(seed, "en", false)).ToHashSet();
        Assert.True(drawn.Count > 19_500, $"{drawn.Count} distinct of 20000");
    }

    [Fact]
    public void Every_training_language_has_hundreds_of_words()
    {
        Assert.True(Sentences.TrainingLanguages.Count >= 8);
        foreach (var language in Sentences.TrainingLanguages)
        {
            var words = Enumerable.Range(0, 1500).SelectMany(seed => Sentences.Draw(seed, language, false).Split(' ', ',', '.', '!', '?'))
                .Select(word => word.ToLowerInvariant()).ToHashSet();
            Assert.True(words.Count > 220, $"{language} has {words.Count} words");
        }
    }

    [Fact]
    public void Held_out_sentences_are_never_drawn_for_training()
    {
        foreach (var language in Sentences.TrainingLanguages)
        {
            var training = Enumerable.Range(0, 3000).Select(seed => Sentences.Draw(seed, language, false)).ToHashSet();
            if (!Sentences.HeldOutLanguages.Contains(language)) continue;
            Assert.DoesNotContain(Sentences.HeldOut(language), training.Contains);
        }
        Assert.True(Sentences.HeldOut("en").Count >= 60);
    }

    [Fact]
    public void Held_out_voices_share_no_name_speaker_or_variant_with_training()
    {
        Assert.Empty(VoiceCatalog.Training.Intersect(VoiceCatalog.HeldOut));
        Assert.Empty(Variants(VoiceCatalog.Training).Intersect(Variants(VoiceCatalog.HeldOut)));
        Assert.True(VoiceCatalog.HeldOut.Count > 20);
    }

    [Fact]
    public void Every_voice_has_sentences()
    {
        Assert.All(VoiceCatalog.Training, voice => Assert.NotEmpty(Sentences.Draw(1, voice.Language, false)));
        Assert.All(VoiceCatalog.HeldOut, voice => Assert.NotEmpty(Sentences.Draw(1, voice.Language, true)));
    }

    [Fact]
    public void Every_language_and_variant_speaks()
    {
        using var synthesizer = new SpeechSynthesizer();
        var voices = VoiceCatalog.Training.Concat(VoiceCatalog.HeldOut).ToArray();
        var chosen = voices.DistinctBy(voice => voice.Name.Split('+')[0]).Concat(voices.DistinctBy(voice => voice.Name.Split('+')[^1])).Distinct();
        Assert.All(chosen, voice => Assert.True(synthesizer.Speak("Mama.", new(voice.Engine, voice.Name)).Phonemes.Count > 2));
    }

    static HashSet<string> Variants(IEnumerable<CatalogVoice> voices) =>
        [.. voices.Select(voice => voice.Name.Split('+') is [_, var variant] ? variant : voice.Name)];
}
