using TalkingMachines.Media.Speech;

namespace TalkingMachines.Serving.Web;

/// <summary>
/// The voices that the page offers, with names that people remember. First the languages that the model was trained on. Only
/// those that this machine can really speak.
/// </summary>
internal sealed class VoiceRoster
{
    const int OwnSpeed = 175; // words a minute

    static readonly Voice[] All =
    [
        Flite("sally", "Sally", "en-US", "slt"),
        Flite("ronald", "Ronald", "en-US", "rms"),
        Flite("alan", "Alan", "en-GB", "awb"),
        Flite("kurt", "Kurt", "en-US", "kal16"),
        Espeak("amy", "Amy", "en-US", "en-us+f3"),
        Espeak("mark", "Mark", "en-US", "en-us+m3"),
        Espeak("victoria", "Victoria", "en-GB", "en-gb-x-rp+f2"),
        Espeak("callum", "Callum", "en-GB", "en-gb-scotland+m7"),
        Espeak("anna", "Anna", "de", "de+f2"),
        Espeak("jonas", "Jonas", "de", "de+m3"),
        Espeak("camille", "Camille", "fr", "fr+f4"),
        Espeak("luc", "Luc", "fr", "fr+m4"),
        Espeak("carmen", "Carmen", "es", "es+f2"),
        Espeak("diego", "Diego", "es-419", "es-419+m3"),
        Espeak("giulia", "Giulia", "it", "it+f3"),
        Espeak("marco", "Marco", "it", "it+m2"),
        Espeak("beatriz", "Beatriz", "pt-BR", "pt-br+f4"),
        Espeak("sanne", "Sanne", "nl", "nl+f2"),
        Espeak("astrid", "Astrid", "sv", "sv+f3"),
        Espeak("zofia", "Zofia", "pl", "pl+f2"),
        Espeak("elif", "Elif", "tr", "tr+f4"),
        Espeak("aino", "Aino", "fi", "fi+f3"),
        Espeak("freja", "Freja", "da", "da+f2"),
        Espeak("ines", "Ines", "pt-PT", "pt+f3"),
        Espeak("nuria", "Nuria", "ca", "ca+f4"),
        Espeak("eszter", "Eszter", "hu", "hu+f2"),
        Espeak("eliska", "Eliska", "cs", "cs+f3"),
    ];

    readonly Task<IReadOnlyList<Voice>> installed;

    /// <param name="speaks">Whether a voice is installed.</param>
    public VoiceRoster(Func<VoiceSpec, bool> speaks) =>
        installed = Task.Run<IReadOnlyList<Voice>>(() => [.. All.Where(each => speaks(each.Spec))]);

    /// <param name="Language">BCP 47.</param>
    public sealed record Voice(string Id, string Name, string Language, VoiceSpec Spec);

    /// <summary>Those that can speak, the usual one first.</summary>
    public async Task<IReadOnlyList<VoiceChoice>> ChoicesAsync() =>
        [.. (await installed).Select(each => new VoiceChoice(each.Id, each.Name, each.Language, each.Spec.Engine == VoiceEngine.Flite ? "flite" : "espeak-ng"))];

    /// <summary>A voice at a speed, 1 being its own.</summary>
    /// <param name="id">Null: the usual one.</param>
    /// <exception cref="WebProblem"/>
    public async Task<VoiceSpec> FindAsync(string? id, double speed)
    {
        var voices = await installed;
        if (voices.Count == 0) throw WebProblem.Busy("There is no voice", "Neither espeak-ng nor flite is installed on the server; `apt-get install espeak-ng flite` brings them.", TimeSpan.FromMinutes(10));
        var voice = id is null ? voices[0] : voices.FirstOrDefault(each => each.Id == id)
            ?? throw WebProblem.Senseless($"The voice '{id}' is unknown, expected one of {string.Join(", ", voices.Select(each => each.Id))}.");
        return voice.Spec with { WordsPerMinute = (int)Math.Round(OwnSpeed * speed) };
    }

    static Voice Flite(string id, string name, string language, string voice) => new(id, name, language, new VoiceSpec(VoiceEngine.Flite, voice));

    static Voice Espeak(string id, string name, string language, string voice) => new(id, name, language, new VoiceSpec(VoiceEngine.EspeakNg, voice));
}
