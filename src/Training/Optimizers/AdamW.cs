using TalkingMachines.Tensors;

namespace TalkingMachines.Training.Optimizers;

/// <summary>Adam with decay apart from the gradient (Loshchilov and Hutter 2019, algorithm 2), for biases, gains, embeddings and small matrices.</summary>
public sealed class AdamW : IDisposable
{
    const float Beta1 = 0.9f;
    const float Beta2 = 0.99f; // short runs: 0.999 would remember most of them
    const float Epsilon = 1e-8f;

    readonly IReadOnlyDictionary<string, Tensor> weights;
    readonly float decay;
    readonly Dictionary<string, Tensor> first = [];
    readonly Dictionary<string, Tensor> second = [];

    public AdamW(IReadOnlyDictionary<string, Tensor> weights, float decay)
    {
        this.weights = weights;
        this.decay = decay;
        foreach (var (name, weight) in weights)
        {
            first.Add(name, Tensor.ZerosOwned(weight.Device, weight.Shape));
            second.Add(name, Tensor.ZerosOwned(weight.Device, weight.Shape));
        }
    }

    /// <summary>Running mean of the gradient by weight.</summary>
    public IReadOnlyDictionary<string, Tensor> FirstMoments => first;

    /// <summary>Running mean of its square by weight.</summary>
    public IReadOnlyDictionary<string, Tensor> SecondMoments => second;

    /// <summary>One update; steps count from 1.</summary>
    public void Update(string name, Tensor gradient, float rate, int step)
    {
        var weight = weights[name];
        float share = weight.Shape.Rank >= 2 ? decay : 0; // a gain drawn to 0 would switch its channel off
        weight.Device.Backend.AdamW(weight, gradient, first[name], second[name], rate, Beta1, Beta2, Epsilon, share, step);
    }

    public void Dispose()
    {
        foreach (var moment in first.Values.Concat(second.Values)) moment.Dispose();
        first.Clear();
        second.Clear();
    }
}
