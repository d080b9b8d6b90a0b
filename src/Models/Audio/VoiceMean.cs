namespace TalkingMachines.Models.Audio;

/// <summary>
/// Mel features beside the same features less the mean of the voice that is speaking: throats and microphones differ by what is
/// always there, sounds by what changes. The mean is over the last four seconds, loud moments counting more, digital
/// silence not at all. (Mean normalisation, as of cepstra: Atal 1974.)
/// </summary>
public static class VoiceMean
{
    /// <summary>Rows of what <see cref="Apply"/> gives: the bands, and the bands less their mean.</summary>
    public const int Rows = 2 * MelSpectrogram.Bands;

    /// <summary>Mel frames that a mean is of, the last one its own.</summary>
    public const int Memory = 256;

    const double Prior = 100; // weight of a mean of zero: a tenth of a second's speech tells little of a voice

    /// <summary>Features of the columns from <paramref name="first"/> on; what is before them is remembered, and before that there was silence.</summary>
    /// <param name="mel">Band by band [40,columns].</param>
    /// <param name="target">Row by row [80,columns - first].</param>
    public static void Apply(ReadOnlySpan<float> mel, int first, Span<float> target)
    {
        int columns = mel.Length / MelSpectrogram.Bands, count = columns - first;
        Span<double> sums = stackalloc double[MelSpectrogram.Bands];
        double total = Prior;
        for (int column = 0; column < columns; column++)
        {
            Count(mel, columns, column, 1, sums, ref total);
            if (column >= Memory) Count(mel, columns, column - Memory, -1, sums, ref total);
            if (column < first) continue;
            for (int band = 0; band < MelSpectrogram.Bands; band++)
            {
                float value = mel[(band * columns) + column];
                target[(band * count) + column - first] = value;
                target[((MelSpectrogram.Bands + band) * count) + column - first] = value - (float)(sums[band] / total);
            }
        }
    }

    // Adds a column to what is remembered, or takes it away: by the square of how far its mean is above silence.
    static void Count(ReadOnlySpan<float> mel, int columns, int column, int sign, Span<double> sums, ref double total)
    {
        double level = 0;
        for (int band = 0; band < MelSpectrogram.Bands; band++) level += mel[(band * columns) + column];
        double above = Math.Max(0, (level / MelSpectrogram.Bands) - MelSpectrogram.Silence), weight = sign * above * above;
        for (int band = 0; band < MelSpectrogram.Bands; band++) sums[band] += weight * mel[(band * columns) + column];
        total += weight;
    }
}
