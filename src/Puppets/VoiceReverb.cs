namespace TalkingMachines.Puppets;

/// <summary>A room: four combs side by side, two allpasses behind (Schroeder, JAES 10, 1962).</summary>
static class VoiceReverb
{
    // milliseconds, without common factors so that echoes don't coincide
    static readonly double[] Combs = [29.7, 37.1, 41.1, 43.7];
    static readonly double[] AllPasses = [5.0, 1.7];
    const float AllPassGain = .7f;

    /// <summary>Adds the room to the sound.</summary>
    /// <param name="seconds">Until the echo is 60 dB down.</param>
    /// <param name="size">Scale of the delays: room size.</param>
    /// <param name="mix">Echo's share of the amplitude, 0..1.</param>
    public static void Apply(Span<float> samples, int rate, double seconds, double size, float mix)
    {
        var echo = new float[samples.Length];
        foreach (double milliseconds in Combs) AddComb(samples, echo, rate, milliseconds * size / 1000, seconds);
        foreach (double milliseconds in AllPasses) AllPass(echo, Math.Max(1, (int)(milliseconds * size * rate / 1000)));
        for (int i = 0; i < samples.Length; i++) samples[i] = (1 - mix) * samples[i] + mix * echo[i];
    }

    static void AddComb(ReadOnlySpan<float> samples, Span<float> echo, int rate, double delaySeconds, double seconds)
    {
        var line = new float[Math.Max(1, (int)(delaySeconds * rate))];
        float feedback = (float)Math.Pow(10, -3 * delaySeconds / seconds), damped = 0;
        for (int i = 0, at = 0; i < samples.Length; i++)
        {
            float heard = line[at];
            damped += .6f * (heard - damped);       // walls swallow the highs
            line[at] = samples[i] + feedback * damped;
            echo[i] += .25f * heard;
            if (++at == line.Length) at = 0;
        }
    }

    static void AllPass(Span<float> samples, int delay)
    {
        var line = new float[delay];
        for (int i = 0, at = 0; i < samples.Length; i++)
        {
            float kept = line[at], entered = samples[i] + AllPassGain * kept;
            line[at] = entered;
            samples[i] = kept - AllPassGain * entered;
            if (++at == delay) at = 0;
        }
    }
}
