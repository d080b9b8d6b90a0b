using TalkingMachines.Models;
using TalkingMachines.Models.Vae;

namespace TalkingMachines.Training.Data;

/// <summary>How much the training latents move: what the flow's preconditioning and loss weights are made of.</summary>
public static class LatentStatistics
{
    const float Least = 0.02f; // deviation of cells that never move: keeps factors finite

    /// <summary>Deviation by latent channel, the same for the frames of a latent; and by channel and cell after dividing by that, likewise.</summary>
    public static void Measure(LatentSet set, AvatarConfig config, Span<float> scale, Span<float> deviation)
    {
        int cells = config.LatentSide * config.LatentSide, channels = config.Autoencoder.CodeChannels;
        double[] squares = new double[channels * cells];
        long frames = 0;
        for (int clip = 0; clip < set.Clips.Count; clip += Math.Max(1, set.Clips.Count / 400))
            for (int frame = 0; frame < ClipSet.Frames; frame += 3, frames++)
            {
                var code = set.Code(clip, frame);
                for (int i = 0; i < code.Length; i++) squares[i] += (double)code[i] * (double)code[i];
            }
        for (int k = 0; k < channels; k++)
        {
            double mean = 0;
            for (int i = 0; i < cells; i++) mean += squares[(k * cells) + i] / (frames * cells);
            double channel = Math.Sqrt(mean);
            for (int j = 0; j < AutoencoderConfig.FramesPerLatent; j++)
            {
                int at = (j * channels) + k;
                scale[at] = (float)channel;
                for (int i = 0; i < cells; i++) deviation[(at * cells) + i] = Math.Max(Least, (float)(Math.Sqrt(squares[(k * cells) + i] / frames) / channel));
            }
        }
    }

    /// <summary>Weights of the loss by cell: deviation squared of mean 1, and a little for all.</summary>
    public static float[] Weights(ReadOnlySpan<float> deviation)
    {
        double mean = 0;
        foreach (float d in deviation) mean += d * d / deviation.Length;
        float[] weights = new float[deviation.Length];
        for (int i = 0; i < weights.Length; i++) weights[i] = 0.05f + (float)(deviation[i] * deviation[i] / mean);
        return weights;
    }
}
