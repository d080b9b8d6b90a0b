using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Layers;

/// <summary>Divides each position by its root mean square over channels, times a learned gain. [B,C,...]</summary>
/// <param name="weights">holds gamma</param>
/// <param name="channels">C</param>
/// <param name="axes">axes of 1 that the stored gain has behind its channels: 3 over videos, 2 over pictures in public models</param>
public sealed class ChannelNorm(Weights weights, int channels, int axes = 0)
{
    readonly Tensor gain = weights.Get("gamma", axes switch { 0 => [channels], 2 => [channels, 1, 1], _ => [channels, 1, 1, 1] }, Initial.Ones);

    public Tensor Forward(Tensor x) => x.ChannelNorm(gain);

    /// <summary>SiLU of <see cref="Forward"/>.</summary>
    public Tensor ForwardSilu(Tensor x) => x.ChannelNormSilu(gain);
}
