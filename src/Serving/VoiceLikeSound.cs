using TalkingMachines.Media;

namespace TalkingMachines.Serving;

/// <summary>
/// A sound with the rhythm of speech, from arithmetic alone: harmonics of a moving pitch in syllables, words and pauses. Measuring
/// speed needs no voice, and no machine should need one to measure it.
/// </summary>
public sealed class VoiceLikeSound(long samples) : ISoundReader
{
    const int Harmonics = 12;
    const double Amplitude = 0.12;

    long position;

    public int SampleRate => SoundBlock.SampleRate;

    public long? FrameCount => samples;

    public int Read(Span<float> mono)
    {
        int count = (int)Math.Min(mono.Length, samples - position);
        for (int i = 0; i < count; i++) mono[i] = Sample((double)position++ / SampleRate);
        return count;
    }

    public void Dispose()
    {
    }

    // 4 syllables a second, 2.4 s of speech and 0.8 s of pause.
    static float Sample(double time)
    {
        if (time % 3.2 > 2.4) return 0;
        double loudness = Math.Pow(Math.Sin(Math.PI * 4 * time), 2);
        double phase = 2 * Math.PI * ((130 * time) + (3 * Math.Sin(2 * Math.PI * 0.7 * time)));
        double formant = 4 + (3 * Math.Sin(2 * Math.PI * 1.3 * time)); // the vowel: which harmonic is loudest
        double sum = 0;
        for (int n = 1; n <= Harmonics; n++) sum += Math.Sin(n * phase) / (1 + ((n - formant) * (n - formant) / 4));
        return (float)(Amplitude * loudness * sum);
    }
}
