using TalkingMachines.Media;
using TalkingMachines.Media.Speech;

namespace TalkingMachines.Serving;

/// <summary>Says a text with an installed voice, sentence by sentence, so that a long one begins as soon as a short one.</summary>
public sealed class SpokenText(SpeechSynthesizer synthesizer)
{
    /// <summary>Longest text of one turn, in UTF-16 characters.</summary>
    public const int Longest = 2000;

    const int LongestSentence = 300; // is cut at a blank, and at twice as many anywhere
    const int ShortestSentence = 24; // what is shorter goes with its neighbour: an engine's intonation needs words
    const float Loudest = 0.7f;      // engines differ much in level
    const float Quiet = 0.01f;       // of the loudest: what is below before the first word only costs time
    const int Onset = SoundBlock.SampleRate / 50; // kept before it

    // Engines compute, or wait for each other: they are not to take every thread of the pool.
    static readonly SemaphoreSlim Engines = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>Speaks all of the text into the turn's sound and completes it.</summary>
    /// <exception cref="MediaException">The voice or its engine is missing, or the text is too long.</exception>
    public async Task SpeakAsync(string text, VoiceSpec voice, SoundQueue sound, CancellationToken stop)
    {
        if (text.Length > Longest) throw new MediaException($"The text has {text.Length} characters, expected at most {Longest}.");
        try
        {
            bool isFirst = true;
            foreach (string sentence in Sentences(text))
            {
                if (sound.IsCompleted) return; // interrupted
                var spoken = await SpokenAsync(sentence, voice, stop);
                sound.Caption(sentence);
                await sound.AppendAsync(isFirst ? spoken.AsMemory(Start(spoken)) : spoken, stop);
                isFirst = false;
            }
        }
        finally
        {
            sound.Complete();
        }
    }

    async Task<float[]> SpokenAsync(string sentence, VoiceSpec voice, CancellationToken stop)
    {
        await Engines.WaitAsync(stop);
        try
        {
            return await Task.Run(() => Spoken(sentence, voice, stop), stop);
        }
        finally
        {
            Engines.Release();
        }
    }

    float[] Spoken(string sentence, VoiceSpec voice, CancellationToken stop)
    {
        var spoken = Resampler.Resample(synthesizer.Speak(sentence, voice, stop).Sound, SoundBlock.SampleRate).Samples;
        float peak = 0;
        foreach (float sample in spoken) peak = Math.Max(peak, Math.Abs(sample));
        if (peak > 0)
            foreach (ref float sample in spoken.AsSpan()) sample *= Loudest / peak;
        return spoken;
    }

    // Engines begin with up to a tenth of a second of silence, which somebody who has asked would wait for.
    static int Start(float[] spoken) => Math.Max(0, Array.FindIndex(spoken, sample => Math.Abs(sample) > Quiet * Loudest) - Onset);

    /// <summary>Cuts after the marks that end a sentence, at line ends, and what goes on for too long.</summary>
    public static IEnumerable<string> Sentences(string text)
    {
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            bool ends = text[i] is '\n' or '\u3002' or '\uFF01' or '\uFF1F'
                || (text[i] is '.' or '!' or '?' or ';' or ':' && i + 1 < text.Length && char.IsWhiteSpace(text[i + 1]))
                || (i + 1 - start >= LongestSentence && char.IsWhiteSpace(text[i])) || (i + 1 - start >= 2 * LongestSentence && !char.IsHighSurrogate(text[i]));
            if (!ends || i + 1 - start < ShortestSentence || text.Length - i - 1 < ShortestSentence) continue;
            if (text[start..(i + 1)].Trim() is { Length: > 0 } sentence) yield return sentence;
            start = i + 1;
        }
        if (text[start..].Trim() is { Length: > 0 } rest) yield return rest;
    }
}
