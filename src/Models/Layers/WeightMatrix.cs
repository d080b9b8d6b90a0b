using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Layers;

/// <summary>
/// A matrix of weights: in memory, or left in its file in the type it has there (bf16 as a rule) and widened anew for each use, so
/// that a network larger than memory can run, and one stored in 16 bits takes half of what it would.
/// </summary>
public sealed class WeightMatrix
{
    readonly Tensor? inMemory;
    readonly Func<Tensor>? widen;

    internal WeightMatrix(Tensor inMemory) => this.inMemory = inMemory;

    internal WeightMatrix(Func<Tensor> widen) => this.widen = widen;

    /// <summary>The numbers: those in memory, or new ones in the current scope.</summary>
    public Tensor Value => inMemory ?? widen!();
}
