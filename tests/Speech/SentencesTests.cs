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

    /// <summary>Pitch, tone and melody aside, which training varies anyway: what is left is the throat.</summary>
    [Fact]
    public void No_held_out_variant_is_nearly_one_of_training()
    {
        string folder = Directory.EnumerateDirectories("/usr/lib", "espeak-ng-data", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 }).First();
        HashSet<string> Throat(string variant) =>
        [
            .. from line in File.ReadLines(Path.Combine(folder, "voices", "!v", variant))
               let words = line.Split("//")[0].Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
               where words is ["formant" or "voicing" or "breath" or "breathw" or "consonants" or "klatt" or "flutter" or "roughness", ..]
               select string.Join(' ', words),
        ];
        var training = Variants(VoiceCatalog.Training).Select(VariantFile).OfType<string>().Select(name => (name, Lines: Throat(name))).ToArray();
        foreach (string heldOut in Variants(VoiceCatalog.HeldOut).Select(VariantFile).OfType<string>())
        {
            var own = Throat(heldOut);
            foreach (var (name, lines) in training)
                Assert.True(own.Intersect(lines).Count() <= 0.6 * own.Union(lines).Count(), $"{heldOut} is nearly {name}.");
        }

        string? VariantFile(string variant) => File.Exists(Path.Combine(folder, "voices", "!v", variant)) ? variant : null;
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
