using System.Text;

namespace TalkingMachines.Media.Speech;

/// <summary>
/// Speaks text with an installed engine and says when each phoneme sounds.
/// No engine sees a shell, and the text is never an argument of a command. Calls may come from any thread.
/// Disposing ends the processes of festival, the only ones that stay; they end with our own in any case.
/// </summary>
/// <param name="espeakLibrary">Name or path of espeak-ng's shared library (docs/decisions/0002-phoneme-times.md).</param>
/// <param name="fliteProgram">Name or path of flite.</param>
/// <param name="festivalProgram">Name or path of festival.</param>
public sealed class SpeechSynthesizer(
    string espeakLibrary = EspeakLibrary.DefaultName,
    string fliteProgram = FliteProgram.DefaultName,
    string festivalProgram = FestivalProgram.DefaultName) : IDisposable
{
    /// <summary>Longest text of one line, in UTF-16 characters.</summary>
    public const int LongestText = 20_000;

    readonly FliteProgram flite = new(fliteProgram);
    readonly FestivalProgram festival = new(festivalProgram);

    /// <summary>Text without a word in it gives a line of silence.</summary>
    /// <exception cref="MediaException">the engine or the voice is missing, or the text or its speech is too long.</exception>
    /// <exception cref="OperationCanceledException"/>
    public SpokenLine Speak(string text, VoiceSpec voice, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(voice);
        voice.Check();
        if (text.Length > LongestText)
            throw new MediaException($"Text to speak has {text.Length} characters, expected at most {LongestText}.");
        stop.ThrowIfCancellationRequested();
        var plain = Plain(text);
        if (plain.Length == 0) return Silence();
        var line = voice.Engine switch
        {
            VoiceEngine.EspeakNg => PhonemeTiming.ClosuresIncluded(EspeakLibrary.Speak(espeakLibrary, plain, voice, stop)),
            VoiceEngine.Flite => flite.Speak(plain, voice, stop),
            _ => festival.Speak(plain, voice, stop),
        };
        return line.Sound.Samples.Length > 0 ? line : Silence();
    }

    /// <summary>Whether this machine has the engine and the voice.</summary>
    public bool Has(VoiceSpec voice)
    {
        voice.Check();
        try
        {
            if (voice.Engine == VoiceEngine.EspeakNg) EspeakLibrary.Check(espeakLibrary, voice);
            else if (voice.Engine == VoiceEngine.Flite) flite.CheckVoice(voice.Name, CancellationToken.None);
            else festival.CheckVoice(voice.Name, CancellationToken.None);
            return true;
        }
        catch (MediaException)
        {
            return false;
        }
    }

    public void Dispose() => festival.Dispose();

    // espeak-ng reads commands after a control character, so none may pass; a lone surrogate is no text
    static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            plain.Append(Rune.IsControl(rune) || rune == Rune.ReplacementChar ? " " : rune.ToString());
        return plain.ToString().Trim();
    }

    static SpokenLine Silence()
    {
        const int rate = 16_000;
        return new(new Sound(new float[rate / 10], rate), [new(TimedPhoneme.Pause, 0, rate / 10)]);
    }
}
