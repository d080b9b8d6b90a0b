namespace TalkingMachines.Models.Audio;

/// <summary>
/// Mel features of sound as it arrives. What is asked for again, or remembered, is computed once; what lies behind the
/// last reading is forgotten.
/// </summary>
internal sealed class MelTrack
{
    const int After = MelSpectrogram.Window - MelSpectrogram.Before;   // samples from a feature's place to the end of its window

    readonly MelSpectrogram mel = new();
    float[] samples = new float[16 * MelSpectrogram.SampleRate];
    long origin;
    int count;

    float[] kept = [];          // features first .. first + known, one after the other
    long first;
    int known;

    /// <summary>Samples received.</summary>
    public long Samples => origin + count;

    public void Append(ReadOnlySpan<float> sound)
    {
        if (count + sound.Length > samples.Length) Array.Resize(ref samples, Math.Max(samples.Length * 2, count + sound.Length));
        sound.CopyTo(samples.AsSpan(count));
        count += sound.Length;
    }

    /// <summary>Takes back the sound from sample <paramref name="end"/> on.</summary>
    public void Truncate(long end)
    {
        count = (int)Math.Clamp(end - origin, 0, count);
        known = (int)Math.Clamp(Complete - first, 0, known);
    }

    /// <summary>Features from number <paramref name="start"/> on, band by band [40,columns]; what is not yet received counts as silence.</summary>
    public void Read(long start, Span<float> target)
    {
        int columns = target.Length / MelSpectrogram.Bands;
        if (kept.Length < target.Length) Array.Resize(ref kept, target.Length);
        KeepFrom(start);
        for (int i = known; i < columns; i++) mel.Compute(samples.AsSpan(0, count), origin, start + i, 1, Column(i));
        known = (int)Math.Clamp(Complete - first, 0, columns);
        for (int i = 0; i < columns; i++)
        {
            var column = Column(i);
            for (int band = 0; band < column.Length; band++) target[(band * columns) + i] = column[band];
        }
        Forget((start * MelSpectrogram.Hop) - MelSpectrogram.Before);
    }

    /// <summary>Number of the first feature that sound to come may still change.</summary>
    long Complete => (long)Math.Floor((double)(Samples - After) / MelSpectrogram.Hop) + 1;

    Span<float> Column(int i) => kept.AsSpan(i * MelSpectrogram.Bands, MelSpectrogram.Bands);

    void KeepFrom(long start)
    {
        long gone = start - first;
        if (gone < 0 || gone >= known) known = 0;
        else
        {
            known -= (int)gone;
            kept.AsSpan((int)gone * MelSpectrogram.Bands, known * MelSpectrogram.Bands).CopyTo(kept);
        }
        first = start;
    }

    void Forget(long before)
    {
        int gone = (int)Math.Clamp(before - origin, 0, count);
        if (gone < samples.Length / 2) return; // move seldom
        samples.AsSpan(gone, count - gone).CopyTo(samples);
        origin += gone;
        count -= gone;
    }
}
