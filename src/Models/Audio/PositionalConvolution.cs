using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Audio;

/// <summary>
/// wav2vec 2.0's sense of place: a wide convolution in groups of channels, whose weight is a direction times a length for each
/// tap (weight norm over the third axis; under its old names, which <see cref="CheckpointNames.Clean"/> restores). x + gelu(conv(x))
/// is the caller's.
/// </summary>
internal sealed class PositionalConvolution
{
    readonly Wav2Vec2Config config;
    readonly Tensor length;
    readonly Tensor direction;
    readonly Tensor bias;

    public PositionalConvolution(Weights weights, Wav2Vec2Config config)
    {
        this.config = config;
        int width = config.Width, kernel = config.PositionKernel, inputs = width / config.PositionGroups;
        length = weights.Get("weight_g", [1, 1, kernel], Initial.Constant(MathF.Sqrt((float)width / kernel)));
        direction = weights.Get("weight_v", [width, inputs, kernel], Initial.Scaled(inputs * kernel));
        bias = weights.Get("bias", [width], Initial.Zeros);
    }

    /// <summary>[B,T,D] -> [B,T,D]; zeros beyond both ends, the larger half of an even kernel in front.</summary>
    public Tensor Forward(Tensor x)
    {
        using var scope = Tensor.Scope();
        int kernel = config.PositionKernel, groups = config.PositionGroups, width = config.Width / groups, b = x.Shape[0], t = x.Shape[1];
        var weight = direction / direction.Square().SumTo([1, 1, kernel]).Sqrt() * length;
        var window = new ConvolutionWindow { FrontW = kernel / 2, BackW = kernel - 1 - (kernel / 2) };
        var channels = x.Permute(0, 2, 1).Reshape(b, config.Width, 1, 1, t);
        var parts = new Tensor[groups];
        for (int i = 0; i < groups; i++)
        {
            var taps = weight.Narrow(0, i * width, width).Reshape(width, width, 1, 1, kernel);
            parts[i] = channels.Narrow(1, i * width, width).Convolution(taps, bias.Narrow(0, i * width, width), window);
        }
        return scope.Keep(Tensor.Concat(1, parts).Reshape(b, config.Width, t).Permute(0, 2, 1));
    }
}
