using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Vae;

/// <summary>
/// Sizes of Wan 2.1's autoencoder (FACTS 2.1): one width a level, each level half the size of the one before. LightVAE is
/// the same with a quarter of the widths, so that sizes are best read from the weights.
/// </summary>
public sealed record WanAutoencoderConfig
{
    /// <summary>Channels at full size, 1/2, 1/4 and 1/8.</summary>
    public IReadOnlyList<int> Widths { get; init; } = [96, 192, 384, 384];

    /// <summary>Which halvings of the picture also halve time.</summary>
    public IReadOnlyList<bool> HalvesTime { get; init; } = [false, true, true];

    public int ResidualBlocks { get; init; } = 2;

    public int LatentChannels { get; init; } = 16;

    /// <summary>Mean of each channel of a latent: z = (mu - mean) / deviation.</summary>
    public IReadOnlyList<float> Mean { get; init; } =
        [-0.7571f, -0.7089f, -0.9113f, 0.1075f, -0.1745f, 0.9653f, -0.1517f, 1.5508f, 0.4134f, -0.0715f, 0.5517f, -0.3632f, -0.1922f, -0.9497f, 0.2503f, -0.2921f];

    public IReadOnlyList<float> Deviation { get; init; } =
        [2.8184f, 1.4541f, 2.3275f, 2.6558f, 1.2196f, 1.7708f, 2.6052f, 2.0743f, 3.2687f, 2.1526f, 2.8652f, 1.5579f, 1.6382f, 1.1253f, 2.8251f, 1.9160f];

    /// <summary>Pixels a latent cell stands for, in height and width: 8.</summary>
    public int Stride => 1 << HalvesTime.Count;

    /// <summary>Frames a latent stands for, the first one excepted: 4.</summary>
    public int FramesPerLatent => 1 << HalvesTime.Count(halves => halves);

    /// <summary>The sizes of stored weights, read from their shapes.</summary>
    public static WanAutoencoderConfig Of(Weights weights)
    {
        var widths = new List<int>();
        var halvesTime = new List<bool>();
        int blocks = 0, index = 0;
        for (; ; index++)
        {
            var stage = weights.Under($"encoder.downsamples.{index}");
            if (stage.Has("residual.2.weight"))
            {
                if (widths.Count == halvesTime.Count) widths.Add(stage.ShapeOf("residual.2.weight", 5)[0]);
                if (widths.Count == 1) blocks++;
            }
            else if (stage.Has("resample.1.weight")) halvesTime.Add(stage.Has("time_conv.weight"));
            else break;
        }
        if (widths.Count != halvesTime.Count + 1)
            throw new WeightFileException($"The weights hold {index} stages under encoder.downsamples, expected those of Wan's autoencoder.");
        return new() { Widths = widths, HalvesTime = halvesTime, ResidualBlocks = blocks, LatentChannels = weights.ShapeOf("conv2.weight", 5)[0] };
    }
}
