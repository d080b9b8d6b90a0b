using TalkingMachines.Media.Speech;

namespace TalkingMachines.Puppets;

/// <summary>
/// What happens to a synthetic voice on its way to the listener, so that people's voices, microphones and
/// rooms are not foreign to a model that has only heard synthesizers.
/// </summary>
public sealed record VoiceEffects
{
    /// <summary>Nothing but gain to -3 dB of full scale.</summary>
    public static VoiceEffects Clean { get; } = new();

    /// <summary>Pitch, formants and speed together; 1 leaves them.</summary>
    public double Shift { get; init; } = 1;

    /// <summary>Band limits in Hz, 0 for none.</summary>
    public double HighPass { get; init; }
    public double LowPass { get; init; }

    /// <summary>Seconds to -60 dB, 0 for none; size of the room relative to a living room; echo's share.</summary>
    public double ReverbSeconds { get; init; }
    public double ReverbSize { get; init; } = 1;
    public float ReverbMix { get; init; }

    public VoiceNoiseKind Noise { get; init; }
    /// <summary>Active speech over noise, dB.</summary>
    public double SignalToNoise { get; init; } = 40;

    /// <summary>Peak of the result, dB of full scale.</summary>
    public double Gain { get; init; } = -3;
    /// <summary>How far peaks are cut, dB; 0 for none.</summary>
    public double Clipping { get; init; }

    /// <summary>A third of all draws is nearly clean.</summary>
    public static VoiceEffects Draw(PerformanceRandom random)
    {
        bool nearlyClean = random.Chance(.33), phone = random.Chance(.12), room = random.Chance(.4), noisy = random.Chance(.6);
        var effects = new VoiceEffects
        {
            Shift = random.Chance(.7) ? Math.Pow(2, random.Between(-.22, .25)) : 1,
            Gain = random.Between(-18, 0),
        };
        if (nearlyClean) return effects;
        return effects with
        {
            HighPass = phone ? 300 : random.Chance(.4) ? random.Between(50, 200) : 0,
            LowPass = phone ? 3400 : random.Chance(.4) ? random.Between(3000, 7500) : 0,
            ReverbSeconds = room ? random.Between(.15, .9) : 0,
            ReverbSize = random.Between(.6, 1.4),
            ReverbMix = room ? (float)random.Between(.05, .35) : 0,
            Noise = noisy ? (VoiceNoiseKind)(1 + random.Below(5)) : VoiceNoiseKind.None,
            SignalToNoise = random.Between(15, 40),
            Clipping = random.Chance(.1) ? random.Between(1, 6) : 0,
        };
    }

    /// <summary>The line at a rate, shifted; its phoneme times go along.</summary>
    public SpokenLine Shifted(SpokenLine line, int rate) => VoiceResampler.Resample(line, rate, Shift);

    /// <summary>Everything that doesn't change times, over a whole clip, pauses included, in place.</summary>
    public void Colour(PerformanceRandom random, float[] samples, int rate)
    {
        double active = ActiveLevel(samples, rate);
        if (HighPass > 0) VoiceFilter.HighPass(samples, rate, HighPass);
        if (LowPass > 0 && LowPass < .45 * rate) VoiceFilter.LowPass(samples, rate, LowPass);
        if (ReverbMix > 0) VoiceReverb.Apply(samples, rate, ReverbSeconds, ReverbSize, ReverbMix);
        AddNoise(random, samples, rate, active);
        Level(samples, speech: active > 0);
    }

    /// <summary>Root mean square of the 20 ms pieces within 30 dB of the loudest one.</summary>
    static double ActiveLevel(ReadOnlySpan<float> samples, int rate)
    {
        int piece = rate / 50;
        var powers = new double[samples.Length / piece];
        for (int i = 0; i < powers.Length; i++)
            foreach (float sample in samples.Slice(i * piece, piece)) powers[i] += sample * sample / (double)piece;
        double floor = powers.DefaultIfEmpty().Max() * 1e-3;
        return floor > 0 ? Math.Sqrt(powers.Where(power => power >= floor).Average()) : 0;
    }

    void AddNoise(PerformanceRandom random, float[] samples, int rate, double active)
    {
        if (Noise == VoiceNoiseKind.None) return;
        // a clip without speech gets the noise that would go with ordinary speech
        float level = (float)((active > 0 ? active : .1) * Math.Pow(10, -SignalToNoise / 20));
        var noise = VoiceNoise.Make(random, Noise, samples.Length, rate);
        for (int i = 0; i < samples.Length; i++) samples[i] += level * noise[i];
    }

    // noise alone keeps its own level: a quiet room is not turned up
    void Level(float[] samples, bool speech)
    {
        float peak = 0;
        foreach (float sample in samples) peak = Math.Max(peak, Math.Abs(sample));
        if (peak == 0) return;
        float limit = (float)Math.Pow(10, Math.Min(0, Gain) / 20);
        float gain = speech ? limit / peak * (float)Math.Pow(10, Clipping / 20) : 1;
        foreach (ref float sample in samples.AsSpan()) sample = Math.Clamp(gain * sample, -limit, limit);
    }
}
