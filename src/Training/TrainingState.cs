using TalkingMachines.Tensors;
using TalkingMachines.Training.Optimizers;

namespace TalkingMachines.Training;

/// <summary>All that steps change: trained weights, their averages, the optimizers' moments and what the task carries along.</summary>
internal sealed class TrainingState : IDisposable
{
    public TrainingState(Recipe recipe, ITrainingTask task)
    {
        // In order of name: sums over weights must not depend on how a dictionary was filled.
        Trained = new SortedDictionary<string, Tensor>(task.Trained.ToDictionary(), StringComparer.Ordinal);
        ExpectOwnWeights(recipe, task.Weights.All);
        Average = new Ema(Trained, recipe.EmaDecay);
        Update = new WeightUpdate(recipe, Trained);
        var all = Update.State.Concat(Under("weights.", Trained)).Concat(Under("average.", Average.Averages)).Concat(Under("carried.", task.Carried));
        Tensors = all.ToDictionary();
    }

    public SortedDictionary<string, Tensor> Trained { get; }

    public Ema Average { get; }

    public WeightUpdate Update { get; }

    /// <summary>Everything by name, as checkpoints hold it.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    static IEnumerable<KeyValuePair<string, Tensor>> Under(string prefix, IReadOnlyDictionary<string, Tensor> tensors) =>
        tensors.Select(t => KeyValuePair.Create(prefix + t.Key, t.Value));

    // A trained tensor that is not among the model's weights would be lost at the end.
    void ExpectOwnWeights(Recipe recipe, IReadOnlyDictionary<string, Tensor> weights)
    {
        if (Trained.Count == 0) throw new TrainingException($"The recipe {recipe.Name} trains no weight.");
        foreach (var (name, tensor) in Trained)
            if (!weights.TryGetValue(name, out var weight) || !ReferenceEquals(weight, tensor))
                throw new TrainingException($"The recipe {recipe.Name} trains {name}, which is not among the weights of its model.");
    }

    /// <summary>Rounds to what a checkpoint holds, on a device that computes in more than F32: else a resumed run would differ in the last bits.</summary>
    public void RoundToStored()
    {
        foreach (var tensor in Tensors.Values)
            if (tensor.Device.Compute == DType.F64) tensor.Load(tensor.ToArray());
    }

    public void Dispose()
    {
        Average.Dispose();
        Update.Dispose();
    }
}
