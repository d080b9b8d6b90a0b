namespace TalkingMachines.Media.Speech;

/// <summary>One phoneme of a spoken line, in samples of the line's sound, end exclusive.</summary>
/// <param name="Symbol">IPA, for espeak-ng as the library names it (diphthongs and affricates in one symbol); a pause is <see cref="Pause"/>.</param>
public readonly record struct TimedPhoneme(string Symbol, long StartSample, long EndSample)
{
    public const string Pause = "_";

    public bool IsPause => Symbol == Pause;
}

/// <summary>Speech and the times of its phonemes, which are in order and do not overlap.</summary>
public sealed record SpokenLine(Sound Sound, IReadOnlyList<TimedPhoneme> Phonemes);
