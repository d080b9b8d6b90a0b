namespace TalkingMachines.Bench;

/// <summary>The time between chunks of a placement that the machine cannot run, from what its stages take alone. Nothing disturbs anything here: a lower bound.</summary>
public static class PipelineSimulation
{
    /// <summary>One device does all: a chunk takes the sum of its stages.</summary>
    public static double[] SelfContained(StageTimes times, int chunks) =>
        [.. Enumerable.Range(0, chunks).Select(i => At(times.Drive, i) + At(times.Diffusion, i) + At(times.Decoder, i))];

    /// <summary>
    /// The decoder is at one chunk while the diffusion is at the next; one finished chunk waits between them, as in the pipeline.
    /// Milliseconds between finished chunks, the first counted from the beginning.
    /// </summary>
    public static double[] Disaggregated(StageTimes times, int chunks)
    {
        double[] between = new double[chunks];
        double sent = 0, decoderStart = 0, decoderEnd = 0;
        for (int i = 0; i < chunks; i++)
        {
            double ready = sent + At(times.Drive, i) + At(times.Diffusion, i);
            sent = Math.Max(ready, decoderStart); // there is room once the decoder has taken the chunk before
            decoderStart = Math.Max(sent, decoderEnd);
            double end = decoderStart + At(times.Decoder, i);
            (between[i], decoderEnd) = (end - decoderEnd, end);
        }
        return between;
    }

    static double At(double[] times, int chunk) => times[chunk % times.Length];
}
