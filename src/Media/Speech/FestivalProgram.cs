using System.Collections.Concurrent;

namespace TalkingMachines.Media.Speech;

/// <summary>
/// festival's voices, one process for each that is asked for: starting one costs a second, a sentence a twentieth of that.
/// </summary>
sealed class FestivalProgram(string program) : IDisposable
{
    public const string DefaultName = "festival";

    /// <summary>The command that brings what <see cref="VoiceEngine.Festival"/> needs for training.</summary>
    public const string Installation = "`apt-get install festival festvox-kdlpc16k festvox-italp16k festvox-itapc16k festvox-suopuhe-lj festvox-suopuhe-mv`";

    readonly ConcurrentDictionary<string, FestivalVoice> voices = new();

    /// <exception cref="MediaException">festival or the voice is missing, refuses or does not finish.</exception>
    public SpokenLine Speak(string text, VoiceSpec voice, CancellationToken stop)
    {
        var lines = Voice(voice.Name).Speak(text, voice, stop);
        return lines.Count switch
        {
            0 => new(new Sound([], 16_000), []),
            1 => lines[0],
            _ => Joined(lines),
        };
    }

    /// <exception cref="MediaException">festival or the voice is missing.</exception>
    public void CheckVoice(string name, CancellationToken stop) => Voice(name).Check(stop);

    public void Dispose()
    {
        foreach (var voice in voices.Values) voice.Dispose();
    }

    FestivalVoice Voice(string name) => voices.GetOrAdd(name, each => new FestivalVoice(program, each));

    static SpokenLine Joined(List<SpokenLine> lines)
    {
        var phonemes = new List<TimedPhoneme>();
        var samples = new List<float>();
        foreach (var line in lines)
        {
            long start = samples.Count;
            foreach (var phoneme in line.Phonemes)
            {
                var (from, to) = (phoneme.StartSample + start, phoneme.EndSample + start);
                // one sentence's last pause and the next one's first are one
                if (phoneme.IsPause && phonemes.Count > 0 && phonemes[^1].IsPause) phonemes[^1] = phonemes[^1] with { EndSample = to };
                else phonemes.Add(new(phoneme.Symbol, from, to));
            }
            samples.AddRange(line.Sound.Samples);
        }
        return new(new Sound([.. samples], lines[0].Sound.SampleRate), phonemes);
    }
}
