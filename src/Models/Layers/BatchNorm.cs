using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Layers;

/// <summary>(x - mean) / sqrt(variance + epsilon) * weight + bias by channel, with the mean and variance that its training left: for judging only.</summary>
public sealed class BatchNorm(Weights weights, int channels, float epsilon = 1e-5f)
{
    readonly Tensor weight = weights.Get("weight", [channels], Initial.Ones);
    readonly Tensor bias = weights.Get("bias", [channels], Initial.Zeros);
    readonly Tensor mean = weights.Get("running_mean", [channels], Initial.Zeros);
    readonly Tensor variance = weights.Get("running_var", [channels], Initial.Ones);

    /// <summary>[N,C] or [N,C,T,H,W]</summary>
    public Tensor Forward(Tensor x)
    {
        using var scope = Tensor.Scope();
        var scale = weight / (variance + epsilon).Sqrt();
        var offset = bias - (mean * scale);
        Shape across = x.Shape.Rank == 2 ? [channels] : [channels, 1, 1, 1];
        return scope.Keep((x * scale.Reshape(across)) + offset.Reshape(across));
    }
}
