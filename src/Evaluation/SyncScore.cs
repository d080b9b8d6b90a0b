namespace TalkingMachines.Evaluation;

/// <summary>
/// How well sound fits lips by SyncNet's embeddings (FACTS 6.1): the sound is shifted by up to 15 frames either way, and the mean
/// distance at the best shift (Sync-D, lower is better) stands out from the median (Sync-C, higher is better).
/// </summary>
public sealed record SyncScore
{
    /// <summary>Frames by which the sound is shifted at most.</summary>
    public const int MostShift = 15;

    public const int Shifts = (2 * MostShift) + 1;

    const double Epsilon = 1e-6;  // added to each difference, as the reference does
    const int FilterFrames = 9;

    SyncScore(float[] distances, int frames)
    {
        Distances = distances;
        MeanDistances = [.. Enumerable.Range(0, Shifts).Select(shift => (float)Row(shift, frames).Average(value => (double)value))];
        int best = Array.IndexOf(MeanDistances, MeanDistances.Min());
        Distance = MeanDistances[best];
        Confidence = MeanDistances.Order().ElementAt(MostShift) - Distance;
        Offset = MostShift - best;
        float median = MeanDistances.Order().ElementAt(MostShift);
        FrameConfidence = Median(Row(best, frames).Select(value => median - value).ToArray());
    }

    /// <summary>Distance of each window's lips from the sound shifted by -15 to 15 frames: [31,windows].</summary>
    public float[] Distances { get; }

    /// <summary>The means over windows, by shift.</summary>
    public float[] MeanDistances { get; }

    /// <summary>Sync-D, also LSE-D.</summary>
    public float Distance { get; }

    /// <summary>Sync-C, also LSE-C.</summary>
    public float Confidence { get; }

    /// <summary>Frames by which the sound comes early.</summary>
    public int Offset { get; }

    /// <summary>Confidence of each window at the best shift, by a median over nine.</summary>
    public float[] FrameConfidence { get; }

    IEnumerable<float> Row(int shift, int frames) => Distances.Skip(shift * frames).Take(frames);

    /// <summary>The score of embeddings of lips and of sound, [windows,width] each.</summary>
    public static SyncScore Of(ReadOnlySpan<float> lips, ReadOnlySpan<float> sound, int width)
    {
        int frames = width > 0 ? lips.Length / width : 0;
        if (frames == 0 || lips.Length != sound.Length || lips.Length != frames * width)
            throw new ArgumentException($"{lips.Length} numbers of lips and {sound.Length} of sound came, expected as many of both, whole rows of {width}.");
        float[] distances = new float[Shifts * frames], silence = new float[width];
        for (int shift = 0; shift < Shifts; shift++)
        {
            for (int i = 0; i < frames; i++)
            {
                int other = i + shift - MostShift;
                var heard = other >= 0 && other < frames ? sound.Slice(other * width, width) : silence;
                distances[(shift * frames) + i] = Between(lips.Slice(i * width, width), heard);
            }
        }
        return new SyncScore(distances, frames);
    }

    static float Between(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double difference = a[i] - b[i] + Epsilon;
            sum += difference * difference;
        }
        return (float)Math.Sqrt(sum);
    }

    /// <summary>Medians over nine neighbours; beyond the ends lie zeros.</summary>
    static float[] Median(float[] values)
    {
        float[] result = new float[values.Length], near = new float[FilterFrames];
        for (int i = 0; i < values.Length; i++)
        {
            for (int k = 0; k < FilterFrames; k++)
            {
                int at = i + k - (FilterFrames / 2);
                near[k] = at >= 0 && at < values.Length ? values[at] : 0;
            }
            Array.Sort(near);
            result[i] = near[FilterFrames / 2];
        }
        return result;
    }
}
