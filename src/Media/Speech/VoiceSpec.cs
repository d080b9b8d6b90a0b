namespace TalkingMachines.Media.Speech;

/// <summary>The installed program that speaks.</summary>
public enum VoiceEngine
{
    EspeakNg,
    Flite,

    /// <summary>Festival's diphone voices, for training.</summary>
    Festival,
}

/// <summary>What is common to an engine's voices.</summary>
public static class VoiceEngines
{
    /// <summary>Whether its voices are built from recordings of people.</summary>
    public static bool SpeaksRecordings(this VoiceEngine engine) => engine != VoiceEngine.EspeakNg;
}

/// <summary>A voice of an engine and how it is set.</summary>
/// <param name="Name">espeak-ng: language and variant such as "en-us+f3"; flite: a voice of `flite -lv`; festival: one of its voice.list such as "ked_diphone".</param>
/// <param name="WordsPerMinute">80..400; 175 is about the engines' own speed.</param>
/// <param name="Pitch">0..99, 50 is the voice's own; flite and festival move by half an octave at the ends.</param>
/// <param name="PitchRange">0..99, 50 is the voice's own, 0 a monotone.</param>
public sealed record VoiceSpec(VoiceEngine Engine, string Name, int WordsPerMinute = 175, int Pitch = 50, int PitchRange = 50)
{
    const int LongestName = 60;

    /// <exception cref="MediaException">a field is out of its range.</exception>
    public void Check()
    {
        if (!Enum.IsDefined(Engine)) throw new MediaException($"Voice engine {(int)Engine} is unknown, expected espeak-ng, flite or festival.");
        if (Name.Length is 0 or > LongestName || !Name.All(IsNameLetter) || Name[0] == '-')
            throw new MediaException($"Voice name of {Name.Length} characters is refused, expected 1..{LongestName} of letters, digits, '+', '-', '_'.");
        CheckRange(WordsPerMinute, 80, 400, "words per minute");
        CheckRange(Pitch, 0, 99, "pitch");
        CheckRange(PitchRange, 0, 99, "pitch range");
    }

    // no slash, dot or blank: a name is also part of a path inside the engines
    static bool IsNameLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '+' or '-' or '_';

    static void CheckRange(int value, int least, int most, string what)
    {
        if (value < least || value > most) throw new MediaException($"Voice has {what} {value}, expected {least}..{most}.");
    }
}
