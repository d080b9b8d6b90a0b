using TalkingMachines.Media.Speech;

namespace TalkingMachines.Puppets;

/// <summary>A voice to draw from and the language of its text.</summary>
/// <param name="Language">Key of <see cref="Sentences"/>.</param>
/// <param name="Name">Name for <see cref="VoiceSpec"/>.</param>
public sealed record CatalogVoice(VoiceEngine Engine, string Language, string Name)
{
    /// <summary>Of a recorded voice: flite has kal at two rates.</summary>
    public string Speaker => Name.TrimEnd("0123456789".ToCharArray());
}

/// <summary>
/// The voices of training and, apart from them, those of measurement: held-out voices share neither
/// speaker (flite, festival), nor variant (espeak-ng), and a third of them not even the language.
/// </summary>
public static class VoiceCatalog
{
    static readonly string[] TrainingVariants =
    [
        "", "+f1", "+f2", "+f3", "+f4", "+m1", "+m2", "+m3", "+m4", "+m5", "+m7", "+Andrea", "+Alex", "+Gene", "+Jacky", "+Lee", "+Mario", "+Michael",
        "+antonio", "+anika", "+belinda", "+linda", "+steph", "+ed", "+iven", "+max", "+pablo", "+quincy", "+travis", "+croak",
        "+Alicia", "+Andy", "+AnxiousAndy", "+Diogo", "+Gene2", "+Henrique", "+Marco", "+Mike", "+Nguyen", "+RicishayMax", "+RicishayMax2",
        "+RicishayMax3", "+Storm", "+adam", "+announcer", "+aunty", "+benjamin", "+boris", "+caleb", "+david", "+edward", "+edward2", "+grandpa",
        "+gustave", "+iven2", "+iven3", "+iven4", "+john", "+kaukovalta", "+klatt", "+klatt2", "+klatt3", "+klatt4", "+klatt5", "+klatt6", "+marcelo",
        "+michel", "+miguel", "+norbert", "+pedro", "+rob", "+robert", "+sandro", "+steph2", "+steph3", "+whisper", "+whisperf", "+zac",
    ];

    // Not Hugo, m8 and f5: Diogo, Henrique, michel, miguel, Nguyen and f2, which are trained on, have the same formants.
    static readonly string[] HeldOutVariants = ["+Demonic", "+m6", "+Annie", "+Denis", "+paul", "+grandma", "+shelby", "+victor"];

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

    static readonly CatalogVoice[] Festival =
    [
        new(VoiceEngine.Festival, "en", "ked_diphone"), new(VoiceEngine.Festival, "it", "lp_diphone"), new(VoiceEngine.Festival, "it", "pc_diphone"),
        new(VoiceEngine.Festival, "fi", "suo_fi_lj_diphone"), new(VoiceEngine.Festival, "fi", "hy_fi_mv_diphone"),
    ];

    public static IReadOnlyList<CatalogVoice> Training { get; } = [.. Flite("slt", "rms", "kal", "kal16"), .. Festival, .. Espeak(TrainingSpeech, TrainingVariants)];

    public static IReadOnlyList<CatalogVoice> HeldOut { get; } = [.. Flite("awb"), .. Espeak(HeldOutSpeech, HeldOutVariants)];

    /// <summary>
    /// A voice with speed and pitch of its own. Half of training, and three in ten of measurement, are built from recordings
    /// of people, each of whom is as likely as the others; half of the rest speak English.
    /// </summary>
    public static (VoiceSpec Voice, string Language) Draw(PerformanceRandom random, bool heldOut)
    {
        var roster = heldOut ? HeldOut : Training;
        bool recorded = random.Chance(heldOut ? .3 : .5), english = random.Chance(.5);
        var choice = random.Pick(recorded
            ? Recorded(roster)
            : [.. roster.Where(voice => !voice.Engine.SpeaksRecordings() && voice.Language == "en" == english)]);
        return (Vary(random, choice), choice.Language);
    }

    /// <summary>Voices of recorded people, those of one who has fewer than another several times.</summary>
    static CatalogVoice[] Recorded(IReadOnlyList<CatalogVoice> roster)
    {
        var speakers = roster.Where(voice => voice.Engine.SpeaksRecordings()).GroupBy(voice => voice.Speaker).ToArray();
        int most = speakers.Max(voices => voices.Count());
        return [.. speakers.SelectMany(voices => Enumerable.Repeat(voices, most / voices.Count()).SelectMany(each => each))];
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
