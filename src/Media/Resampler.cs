using System.Numerics;

namespace TalkingMachines.Media;

/// <summary>
/// Changes a sample rate by band-limited interpolation: a Kaiser-windowed sinc, one set of taps for each
/// position between two input samples (Smith, "Digital Audio Resampling", 2002). Keeps its state between
/// calls, so a stream costs constant memory and gives the same samples however it is cut.
/// <para>Output n lies at the time n / outputRate, without delay, and exists where that time is before the end
/// of the input: N samples give exactly ceil(N * outputRate / inputRate). The sound is silent outside.</para>
/// </summary>
public sealed class Resampler
{
    /// <summary>The lowest and highest rate, in samples a second.</summary>
    public const int MinRate = 100, MaxRate = 1_000_000;

    const int BlockSamples = 4096;

    readonly int step, phases;          // outputs advance step / phases input samples
    readonly ResamplerTaps? taps;       // null when the rates are equal
    readonly float[] window;            // the input samples in reach
    int windowCount;
    int start;                          // first tap of the next output, as an index into window
    int phase;
    long received, produced;

    /// <summary>A resampler at the beginning of a sound.</summary>
    public Resampler(int inputRate, int outputRate)
    {
        CheckRate(inputRate);
        CheckRate(outputRate);
        int divisor = (int)BigInteger.GreatestCommonDivisor(inputRate, outputRate);
        (InputRate, OutputRate) = (inputRate, outputRate);
        (step, phases) = (inputRate / divisor, outputRate / divisor);
        if (step != phases) taps = new ResamplerTaps(step, phases);
        window = new float[(taps?.Count ?? 0) + BlockSamples];
        Reset();
    }

    public int InputRate { get; }

    public int OutputRate { get; }

    /// <summary>How many samples come out of a whole sound of <paramref name="inputCount"/>.</summary>
    public static long OutputCount(long inputCount, int inputRate, int outputRate) =>
        (long)(((Int128)inputCount * outputRate + inputRate - 1) / inputRate);

    /// <summary>Room that <see cref="Process"/> needs for <paramref name="inputCount"/> samples, at most.</summary>
    public int MaxOutput(int inputCount) => checked((int)((long)inputCount * phases / step + 1));

    /// <summary>Room that <see cref="Finish"/> needs, at most.</summary>
    public int MaxTail => MaxOutput(taps?.Count ?? 0);

    /// <summary>
    /// Takes all of <paramref name="input"/> and writes what it completes. Returns the count written;
    /// <paramref name="output"/> must hold <see cref="MaxOutput"/> samples.
    /// </summary>
    public int Process(ReadOnlySpan<float> input, Span<float> output)
    {
        if (output.Length < MaxOutput(input.Length))
            throw new ArgumentException($"The output holds {output.Length} samples, expected {MaxOutput(input.Length)}.", nameof(output));
        received += input.Length;
        if (taps is null)
        {
            input.CopyTo(output);
            produced += input.Length;
            return input.Length;
        }
        return Advance(input, output, long.MaxValue);
    }

    /// <summary>
    /// Writes the rest, as if silence followed, and begins anew. Returns the count written;
    /// <paramref name="output"/> must hold <see cref="MaxTail"/> samples.
    /// </summary>
    public int Finish(Span<float> output)
    {
        if (output.Length < MaxTail)
            throw new ArgumentException($"The output holds {output.Length} samples, expected {MaxTail}.", nameof(output));
        int count = taps is null ? 0 : Advance(new float[taps.Count], output, OutputCount(received, InputRate, OutputRate));
        Reset();
        return count;
    }

    /// <summary>A whole sound at another rate; at its own rate the same object.</summary>
    public static Sound Resample(Sound sound, int rate)
    {
        if (sound.SampleRate == rate) return sound;
        var resampler = new Resampler(sound.SampleRate, rate);
        long count = OutputCount(sound.Samples.Length, sound.SampleRate, rate);
        if (count > Array.MaxLength) throw new MediaException($"A sound of {count} samples at {rate} Hz does not fit into memory.");
        var result = new float[count];
        var piece = new float[Math.Max(resampler.MaxOutput(BlockSamples), resampler.MaxTail)];
        int done = 0;
        for (int i = 0; i < sound.Samples.Length; i += BlockSamples)
            Append(resampler.Process(sound.Samples.AsSpan(i, Math.Min(BlockSamples, sound.Samples.Length - i)), piece));
        Append(resampler.Finish(piece));
        return new Sound(result, rate);

        void Append(int length)
        {
            piece.AsSpan(0, length).CopyTo(result.AsSpan(done));
            done += length;
        }
    }

    internal static void CheckRate(int rate)
    {
        if (rate is < MinRate or > MaxRate)
            throw new ArgumentOutOfRangeException(nameof(rate), $"The rate is {rate} samples a second, expected {MinRate} to {MaxRate}.");
    }

    void Reset()
    {
        Array.Clear(window);
        // Silence before the first sample: the first output is centred on it.
        windowCount = (taps?.Count ?? 0) / 2 - 1;
        (start, phase, received, produced) = (0, 0, 0, 0);
    }

    int Advance(ReadOnlySpan<float> input, Span<float> output, long limit)
    {
        int written = 0;
        while (true)
        {
            for (; start + taps!.Count <= windowCount && produced < limit; produced++)
            {
                output[written++] = taps.Apply(window.AsSpan(start, taps.Count), phase);
                phase += step;
                start += phase / phases;
                phase %= phases;
            }
            if (input.IsEmpty || produced >= limit) return written;
            input = Refill(input);
        }
    }

    /// <summary>Drops what no later output reaches, appends input, and returns the input left.</summary>
    ReadOnlySpan<float> Refill(ReadOnlySpan<float> input)
    {
        int dropped = Math.Min(start, windowCount);
        window.AsSpan(dropped, windowCount - dropped).CopyTo(window);
        windowCount -= dropped;
        start -= dropped;
        int taken = Math.Min(input.Length, window.Length - windowCount);
        input[..taken].CopyTo(window.AsSpan(windowCount));
        windowCount += taken;
        return input[taken..];
    }
}
