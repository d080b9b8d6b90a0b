using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Layers;

/// <summary>y = x weight^T + bias over the last axis; weight [outputs, inputs].</summary>
public sealed class Linear
{
    readonly WeightMatrix weight;
    readonly Tensor? bias;

    public Linear(Weights weights, int inputs, int outputs, bool bias = true, float gain = 1)
    {
        weight = weights.Matrix("weight", [outputs, inputs], Initial.Scaled(inputs, gain));
        if (bias) this.bias = weights.Get("bias", [outputs], Initial.Zeros);
    }

    public Tensor Forward(Tensor x)
    {
        using var scope = Tensor.Scope(); // a matrix left in its file is here for this use only
        return scope.Keep(x.Linear(weight.Value, bias));
    }
}
