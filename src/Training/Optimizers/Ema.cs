using TalkingMachines.Tensors;

namespace TalkingMachines.Training.Optimizers;

/// <summary>The running average of weights: a model that has seen less noise than any single step.</summary>
public sealed class Ema : IDisposable
{
    readonly IReadOnlyDictionary<string, Tensor> weights;
    readonly float decay;
    readonly Dictionary<string, Tensor> averages = [];

    public Ema(IReadOnlyDictionary<string, Tensor> weights, float decay)
    {
        this.weights = weights;
        this.decay = decay;
        foreach (var (name, weight) in weights)
        {
            var average = Tensor.EmptyOwned(weight.Device, weight.Shape);
            weight.Device.Backend.Copy(weight, average);
            averages.Add(name, average);
        }
    }

    public IReadOnlyDictionary<string, Tensor> Averages => averages;

    /// <summary>average += (1 - decay) (weight - average). The decay rises as (1 + step) / (10 + step), so that the start is soon forgotten.</summary>
    public void Update(int step)
    {
        float share = 1 - MathF.Min(decay, (1f + step) / (10f + step));
        foreach (var (name, average) in averages)
        {
            using var scope = Tensor.Scope();
            average.Device.Backend.AddTo(weights[name].Detach() - average, share, average);
        }
    }

    /// <summary>Swaps weights and averages, exactly; a second call swaps back.</summary>
    public void Exchange()
    {
        foreach (var (name, average) in averages)
        {
            using var scope = Tensor.Scope();
            var (weight, backend) = (weights[name], average.Device.Backend);
            var held = Tensor.Empty(average.Device, average.Shape);
            backend.Copy(weight, held);
            backend.Copy(average, weight);
            backend.Copy(held, average);
        }
    }

    public void Dispose()
    {
        foreach (var average in averages.Values) average.Dispose();
        averages.Clear();
    }
}
