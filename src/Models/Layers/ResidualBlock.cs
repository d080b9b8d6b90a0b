using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Layers;

/// <summary>x + conv(silu(norm(conv(silu(norm(x)))))), all over pictures [N,C,1,H,W].</summary>
public sealed class ResidualBlock(Weights weights, int channels)
{
    readonly ChannelNorm norm1 = new(weights.Under("norm1"), channels);
    readonly Convolution conv1 = Convolution.Over2d(weights.Under("conv1"), channels, channels);
    readonly ChannelNorm norm2 = new(weights.Under("norm2"), channels);
    readonly Convolution conv2 = Convolution.Over2d(weights.Under("conv2"), channels, channels, gain: 0.3f);

    public Tensor Forward(Tensor x)
    {
        using var scope = Tensor.Scope();
        var h = conv1.Forward(norm1.ForwardSilu(x));
        return scope.Keep(x + conv2.Forward(norm2.ForwardSilu(h)));
    }
}
