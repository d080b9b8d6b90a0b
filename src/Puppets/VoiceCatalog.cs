using TalkingMachines.Media.Speech;

namespace TalkingMachines.Puppets;

/// <summary>A voice to draw from and the language of its text.</summary>
/// <param name="Language">Key of <see cref="Sentences"/>.</param>
/// <param name="Name">Name for <see cref="VoiceSpec"/>.</param>
public sealed record CatalogVoice(VoiceEngine Engine, string Language, string Name);

/// <summary>
/// The voices of training and, apart from them, those of measurement: held-out voices share neither
/// speaker (flite), nor variant (espeak-ng), and half of them not even the language.
/// </summary>
public static class VoiceCatalog
{
    static readonly string[] TrainingVariants = ["", "+f1", "+f2", "+f3", "+f4", "+m1", "+m2", "+m3", "+m4", "+m5", "+m7", "+Andrea", "+Alex", "+Gene", "+Jacky", "+Lee", "+Mario", "+Michael", "+antonio", "+anika", "+belinda", "+linda", "+steph", "+ed", "+iven", "+max", "+pablo", "+quincy", "+travis", "+croak"];
    static readonly string[] HeldOutVariants = ["+f5", "+m6", "+m8", "+Annie", "+Denis", "+Hugo", "+paul", "+grandma", "+shelby", "+victor"];

    /// <summary>espeak-ng's voice and the language of its text.</summary>
    static readonly (string Voice, string Language)[] TrainingSpeech =
    [
        ("en-us", "en"), ("en", "en"), ("en-gb-x-rp", "en"), ("en-gb-scotland", "en"), ("en-029", "en"), ("en-us-nyc", "en"),
        ("de", "de"), ("fr", "fr"), ("fr-be", "fr"), ("es", "es"), ("es-419", "es"), ("it", "it"), ("pt-br", "pt-br"), ("nl", "nl"),
        ("sv", "sv"), ("pl", "pl"), ("tr", "tr"), ("fi", "fi"),
    ];

    static readonly (string Voice, string Language)[] HeldOutSpeech =
    [
        ("en-gb-x-gbclan", "en"), ("en-gb-x-gbcwmd", "en"), ("en-us", "en"), ("de", "de"), ("fr", "fr"), ("es", "es"), ("it", "it"),
        ("nl", "nl"), ("da", "da"), ("pt", "pt"), ("ca", "ca"), ("hu", "hu"),
    ];

    public static IReadOnlyList<CatalogVoice> Training { get; } = [.. Flite("slt", "rms", "kal", "kal16"), .. Espeak(TrainingSpeech, TrainingVariants)];

    public static IReadOnlyList<CatalogVoice> HeldOut { get; } = [.. Flite("awb"), .. Espeak(HeldOutSpeech, HeldOutVariants)];

    /// <summary>
    /// A voice with speed and pitch of its own. Three in ten are flite's, built from recordings of people;
    /// half of the others speak English.
    /// </summary>
    public static (VoiceSpec Voice, string Language) Draw(PerformanceRandom random, bool heldOut)
    {
        var roster = heldOut ? HeldOut : Training;
        bool flite = random.Chance(.3), english = random.Chance(.5);
        var choice = random.Pick(roster.Where(voice => flite
            ? voice.Engine == VoiceEngine.Flite
            : voice.Engine == VoiceEngine.EspeakNg && voice.Language == "en" == english).ToArray());
        return (Vary(random, choice), choice.Language);
    }

    static VoiceSpec Vary(PerformanceRandom random, CatalogVoice voice) => new(
        voice.Engine,
        voice.Name,
        (int)random.Between(130, 220),
        (int)random.Between(15, 85),
        (int)random.Between(25, 95));

    static IEnumerable<CatalogVoice> Flite(params string[] names) => names.Select(name => new CatalogVoice(VoiceEngine.Flite, "en", name));

    static IEnumerable<CatalogVoice> Espeak((string Voice, string Language)[] speech, string[] variants) =>
        from spoken in speech
        from variant in variants
        select new CatalogVoice(VoiceEngine.EspeakNg, spoken.Language, spoken.Voice + variant);
}
