namespace TalkingMachines.Puppets;

/// <summary>What is heard besides the voice.</summary>
public enum VoiceNoiseKind
{
    None,
    White,
    Pink,
    /// <summary>Pink noise in speech's band that swells and fades as a crowd does.</summary>
    Babble,
    /// <summary>Mains or fan: a low tone and its overtones.</summary>
    Hum,
    /// <summary>Slow chords of plain tones.</summary>
    Music,
}

/// <summary>Sounds without speech, of root mean square 1.</summary>
static class VoiceNoise
{
    public static float[] Make(PerformanceRandom random, VoiceNoiseKind kind, int samples, int rate)
    {
        var noise = new float[samples];
        switch (kind)
        {
            case VoiceNoiseKind.White: White(random, noise); break;
            case VoiceNoiseKind.Pink: Pink(random, noise); break;
            case VoiceNoiseKind.Babble: Babble(random, noise, rate); break;
            case VoiceNoiseKind.Hum: Hum(random, noise, rate); break;
            case VoiceNoiseKind.Music: Music(random, noise, rate); break;
            default: return noise;
        }
        return Normalized(noise);
    }

    // uniform: as white as normal, and a fifth of its price
    static void White(PerformanceRandom random, Span<float> noise)
    {
        foreach (ref float sample in noise) sample = (float)random.Unit() - .5f;
    }

    /// <summary>White through three one-pole filters: -3 dB an octave (P. Kellet's economy filter).</summary>
    static void Pink(PerformanceRandom random, Span<float> noise)
    {
        float low = 0, middle = 0, high = 0;
        foreach (ref float sample in noise)
        {
            float white = (float)random.Unit() - .5f;
            low = .99765f * low + .0990460f * white;
            middle = .96300f * middle + .2965164f * white;
            high = .57000f * high + 1.0526913f * white;
            sample = low + middle + high + .1848f * white;
        }
    }

    static void Babble(PerformanceRandom random, Span<float> noise, int rate)
    {
        Pink(random, noise);
        VoiceFilter.HighPass(noise, rate, 200);
        VoiceFilter.LowPass(noise, rate, 2500);
        double first = random.Between(1.5, 3), second = random.Between(3, 6), phase = random.Between(0, 6);
        for (int i = 0; i < noise.Length; i++)
        {
            double t = 2 * Math.PI * i / rate;
            noise[i] *= (float)(1 + .4 * Math.Sin(first * t + phase) + .3 * Math.Sin(second * t));
        }
    }

    static void Hum(PerformanceRandom random, Span<float> noise, int rate)
    {
        double hertz = random.Pick([50.0, 60.0, random.Between(80, 240)]);
        for (int overtone = 1; overtone <= 5; overtone++)
            AddTone(noise, rate, hertz * overtone, random.Between(.2, 1) / overtone, random.Between(0, 6), 0, noise.Length);
    }

    static void Music(PerformanceRandom random, Span<float> noise, int rate)
    {
        double ground = random.Between(110, 330);
        for (int start = 0; start < noise.Length;)
        {
            int end = Math.Min(noise.Length, start + (int)(rate * random.Between(.3, 1.2)));
            foreach (int semitones in random.Pick<int[]>([[0, 4, 7], [-3, 0, 5], [-5, -1, 2], [0, 5, 9]]))
            {
                double hertz = ground * Math.Pow(2, semitones / 12.0);
                AddTone(noise, rate, hertz, 1, 0, start, end);
                AddTone(noise, rate, 2 * hertz, .4, 0, start, end);
            }
            start = end;
        }
    }

    /// <summary>A tone that fades in and out over 20 ms.</summary>
    static void AddTone(Span<float> noise, int rate, double hertz, double amplitude, double phase, int start, int end)
    {
        double turn = 2 * Math.PI * hertz / rate, fade = .02 * rate;
        for (int i = start; i < end; i++)
        {
            double edge = Math.Min(1, Math.Min(i - start, end - i) / fade);
            noise[i] += (float)(amplitude * edge * Math.Sin(turn * (i - start) + phase));
        }
    }

    static float[] Normalized(float[] noise)
    {
        double power = 0;
        foreach (float sample in noise) power += sample * sample;
        float scale = power > 0 ? (float)Math.Sqrt(noise.Length / power) : 0;
        foreach (ref float sample in noise.AsSpan()) sample *= scale;
        return noise;
    }
}
