using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>Timesteps as vectors, and those as the modulation of every layer (FACTS 1.3). Wan counts 1000 at noise down to 0 at data. D width.</summary>
public sealed class TimeEmbedding(Weights weights, int frequencies, int width, float gain = 1)
{
    readonly Linear first = new(weights.Under("time_embedding.0"), frequencies, width);
    readonly Linear second = new(weights.Under("time_embedding.2"), width, width);
    readonly Linear projection = new(weights.Under("time_projection.1"), width, 6 * width, gain: gain);

    /// <summary>Vectors [n,D] of n timesteps, 1000 (noise) to 0 (data).</summary>
    public Tensor Embed(Device device, ReadOnlySpan<double> timesteps)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(second.Forward(first.Forward(Waves(device, timesteps, frequencies)).Silu()));
    }

    /// <summary>Shifts, scales and gates [n,6D] of vectors [n,D].</summary>
    public Tensor Modulation(Tensor vectors) => projection.Forward(vectors.Silu());

    /// <summary>Waves [n,frequencies] of timesteps: cosines first, then sines, of t * 10000^(-2j / frequencies).</summary>
    public static Tensor Waves(Device device, ReadOnlySpan<double> timesteps, int frequencies)
    {
        float[] waves = new float[timesteps.Length * frequencies];
        for (int i = 0; i < timesteps.Length; i++)
            for (int j = 0; j < frequencies / 2; j++)
            {
                double angle = timesteps[i] * Math.Pow(10000, -(double)j / (frequencies / 2));
                (double sin, double cos) = Math.SinCos(angle);
                waves[(i * frequencies) + j] = (float)cos;
                waves[(i * frequencies) + (frequencies / 2) + j] = (float)sin;
            }
        return Tensor.From(device, [timesteps.Length, frequencies], waves);
    }
}
