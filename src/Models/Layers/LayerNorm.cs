using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Layers;

/// <summary>(x - mean) / sqrt(variance + epsilon) * weight + bias over the last axis.</summary>
public sealed class LayerNorm(Weights weights, int width, float epsilon = 1e-5f)
{
    readonly Tensor weight = weights.Get("weight", [width], Initial.Ones);
    readonly Tensor bias = weights.Get("bias", [width], Initial.Zeros);

    public Tensor Forward(Tensor x) => x.LayerNorm(weight, bias, epsilon);
}
