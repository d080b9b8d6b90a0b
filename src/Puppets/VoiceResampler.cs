using TalkingMachines.Media;
using TalkingMachines.Media.Speech;

namespace TalkingMachines.Puppets;

/// <summary>
/// Brings a spoken line to another rate and, as a tape played faster does, shifts pitch and formants;
/// the phoneme times go along. Hann-windowed sinc of 12 zero crossings either side.
/// </summary>
static class VoiceResampler
{
    const int Crossings = 12;
    // sinc values between whole samples come from a table by linear interpolation; 512 steps: error under -90 dB
    const int StepsPerCrossing = 512;

    static readonly float[] Kernel = MakeKernel();

    /// <param name="shift">Over 1: faster and higher.</param>
    public static SpokenLine Resample(SpokenLine line, int rate, double shift)
    {
        double step = line.Sound.SampleRate * shift / rate;         // source samples a sample of the result
        var samples = Resample(line.Sound.Samples, step);
        var phonemes = line.Phonemes
            .Select(p => p with { StartSample = Scaled(p.StartSample), EndSample = Scaled(p.EndSample) })
            .Where(p => p.EndSample > p.StartSample)
            .ToArray();
        return new(new Sound(samples, rate), phonemes);

        long Scaled(long sample) => Math.Min((long)Math.Round(sample / step), samples.Length);
    }

    static float[] Resample(float[] source, double step)
    {
        if (step == 1) return [.. source];
        var result = new float[(int)(source.Length / step)];
        // below the rate of the source the kernel widens, so that nothing folds back
        double squeeze = Math.Min(1, 1 / step);
        double reach = Crossings / squeeze;
        for (int i = 0; i < result.Length; i++)
        {
            double at = i * step;
            int first = Math.Max(0, (int)Math.Ceiling(at - reach)), last = Math.Min(source.Length - 1, (int)Math.Floor(at + reach));
            float sum = 0;
            for (int j = first; j <= last; j++) sum += source[j] * At(Math.Abs(at - j) * squeeze);
            result[i] = sum * (float)squeeze;
        }
        return result;
    }

    static float At(double crossing)
    {
        float place = (float)(crossing * StepsPerCrossing);
        int index = (int)place;
        return Kernel[index] + (place - index) * (Kernel[index + 1] - Kernel[index]);
    }

    static float[] MakeKernel()
    {
        var kernel = new float[Crossings * StepsPerCrossing + 2];
        kernel[0] = 1;
        for (int i = 1; i < Crossings * StepsPerCrossing; i++)
        {
            double x = Math.PI * i / StepsPerCrossing;
            kernel[i] = (float)(Math.Sin(x) / x * (.5 + .5 * Math.Cos(x / Crossings)));
        }
        return kernel;
    }
}
