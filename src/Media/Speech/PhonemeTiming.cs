namespace TalkingMachines.Media.Speech;

/// <summary>Turns an engine's marks into ordered intervals that agree with what is heard.</summary>
static class PhonemeTiming
{
    const string StopLetters = "pbtdkgcqɡɖʈɟɢʔɓɗɠ";
    const float Silent = 2f / 32768;
    // a stop is closed for 40..100 ms; a longer silence before it is a pause
    const int LongestClosureMilliseconds = 100;

    /// <summary>Phonemes from their starts; each lasts until the next one.</summary>
    public static List<TimedPhoneme> FromStarts(IReadOnlyList<(string Symbol, long Start)> marks, long end)
    {
        var phonemes = new List<TimedPhoneme>(marks.Count + 1);
        if (marks.Count > 0 && marks[0].Start > 0) Add(phonemes, TimedPhoneme.Pause, 0, Math.Min(marks[0].Start, end));
        for (int i = 0; i < marks.Count; i++)
        {
            long start = Math.Clamp(marks[i].Start, phonemes.Count > 0 ? phonemes[^1].EndSample : 0, end);
            long stop = i + 1 < marks.Count ? Math.Clamp(marks[i + 1].Start, start, end) : end;
            Add(phonemes, marks[i].Symbol, start, stop);
        }
        if (marks.Count == 0) Add(phonemes, TimedPhoneme.Pause, 0, end);
        return phonemes;
    }

    /// <summary>
    /// espeak-ng marks a stop at its burst and leaves the silent closure to the phoneme before;
    /// here that silence moves to the stop, where lips and tongue make it.
    /// </summary>
    public static SpokenLine ClosuresIncluded(SpokenLine line)
    {
        var phonemes = line.Phonemes.ToArray();
        long longest = (long)line.Sound.SampleRate * LongestClosureMilliseconds / 1000;
        for (int i = 1; i < phonemes.Length; i++)
        {
            if (!StopLetters.Contains(phonemes[i].Symbol[0])) continue;
            var before = phonemes[i - 1];
            // the phoneme before keeps at least a third of its time
            long least = Math.Max(phonemes[i].StartSample - longest, before.IsPause ? before.StartSample : before.StartSample + (before.EndSample - before.StartSample) / 3);
            long start = SilenceBefore(line.Sound.Samples, phonemes[i].StartSample, least);
            phonemes[i - 1] = before with { EndSample = start };
            phonemes[i] = phonemes[i] with { StartSample = start };
        }
        return line with { Phonemes = phonemes.Where(p => p.EndSample > p.StartSample).ToArray() };
    }

    static long SilenceBefore(float[] samples, long start, long least)
    {
        // the burst begins a few samples either side of its mark
        long at = start;
        for (int slack = 0; slack < 48 && at > least && Math.Abs(samples[at - 1]) > Silent; slack++) at--;
        long edge = at;
        while (at > least && Math.Abs(samples[at - 1]) <= Silent) at--;
        return at == edge ? start : at;
    }

    static void Add(List<TimedPhoneme> phonemes, string symbol, long start, long end)
    {
        if (end <= start) return;
        if (symbol == TimedPhoneme.Pause && phonemes.Count > 0 && phonemes[^1].IsPause)
            phonemes[^1] = phonemes[^1] with { EndSample = end };
        else
            phonemes.Add(new(symbol, start, end));
    }
}
