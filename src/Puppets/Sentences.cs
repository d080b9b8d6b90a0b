namespace TalkingMachines.Puppets;

/// <summary>Free text by seed. Training text is built from patterns, held-out text is a handwritten list apart.</summary>
public static class Sentences
{
    /// <summary>Languages with training text; other languages of training voices don't exist.</summary>
    public static IReadOnlyList<string> TrainingLanguages { get; } = ["en", .. SentencePhrases.ByLanguage.Keys];

    public static IReadOnlyList<string> HeldOutLanguages { get; } = [.. SentenceHeldOut.ByLanguage.Keys];

    /// <summary>All held-out sentences of a language.</summary>
    public static IReadOnlyList<string> HeldOut(string language) => SentenceHeldOut.ByLanguage.TryGetValue(language, out var all)
        ? all
        : throw new ArgumentException($"No held-out sentences in '{language}', expected {string.Join(", ", HeldOutLanguages)}.", nameof(language));

    /// <summary>One sentence of a language; the same random state gives the same sentence.</summary>
    public static string Draw(PerformanceRandom random, string language, bool heldOut)
    {
        if (heldOut) return random.Pick(HeldOut(language));
        if (language == "en") return English(random);
        if (!SentencePhrases.ByLanguage.TryGetValue(language, out var lists))
            throw new ArgumentException($"No training sentences in '{language}', expected {string.Join(", ", TrainingLanguages)}.", nameof(language));
        return random.Chance(.2) ? ReadOut(random, SentenceVocabulary.ByLanguage[language]) : Joined(random, lists);
    }

    /// <summary>One sentence from a seed alone.</summary>
    public static string Draw(long seed, string language, bool heldOut) => Draw(new PerformanceRandom(seed), language, heldOut);

    static string English(PerformanceRandom random)
    {
        var sentence = random.Pick(SentenceWords.EnglishPatterns);
        for (int open = sentence.IndexOf('{'); open >= 0; open = sentence.IndexOf('{'))
        {
            int close = sentence.IndexOf('}', open);
            var word = random.Pick(SentenceWords.English[sentence[(open + 1)..close]]);
            sentence = string.Concat(sentence.AsSpan(0, open), word, sentence.AsSpan(close + 1));
        }
        return Capital(sentence);
    }

    static string Joined(PerformanceRandom random, string[][] lists)
    {
        // two clauses now and then, so that lengths vary
        int clauses = random.Chance(.25) ? 2 : 1;
        var parts = new List<string>(4 * clauses);
        for (int clause = 0; clause < clauses; clause++)
        {
            if (clause > 0) parts[^1] += ",";
            foreach (var list in lists) parts.Add(random.Pick(list));
        }
        return Capital(string.Join(' ', parts)) + random.Pick([".", ".", ".", "!", "?"]);
    }

    /// <summary>Three to seven single words.</summary>
    static string ReadOut(PerformanceRandom random, string[] words)
    {
        var read = Enumerable.Range(0, 3 + random.Below(5)).Select(_ => random.Pick(words)).ToArray();
        return Capital(string.Join(random.Chance(.5) ? ", " : " ", read)) + ".";
    }

    static string Capital(string sentence) => char.ToUpperInvariant(sentence[0]) + sentence[1..];
}
