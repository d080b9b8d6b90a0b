using System.Text.Json.Serialization;
using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;
using TalkingMachines.Training;
using TalkingMachines.Training.Data;

namespace TalkingMachines.Tests.Training;

/// <summary>A small network that learns a fixed function of 16 numbers: matrices for Muon, biases and a thin matrix for AdamW.</summary>
internal sealed record ToyRecipe : Recipe
{
    /// <summary>Called before the loss of a step is built; what it throws is a crash of the run.</summary>
    [JsonIgnore]
    public Action<int>? BeforeLoss { get; init; }

    /// <summary>Called with the weights at each validation.</summary>
    [JsonIgnore]
    public Action<IReadOnlyDictionary<string, Tensor>>? OnValidation { get; init; }

    /// <summary>Weights that stay as they are.</summary>
    public string? FrozenPrefix { get; init; }

    /// <summary>Step whose part 'curve' is not a number; the other parts are.</summary>
    [JsonIgnore]
    public int LossFailsAt { get; init; }

    /// <summary>Step whose loss is a number and whose gradient is not.</summary>
    [JsonIgnore]
    public int GradientFailsAt { get; init; }

    public override ITrainingTask Open(RunFolder run, Device device) => new ToyTask(this, device);

    public static ToyRecipe Of(int steps) => new() { Name = "toy", Steps = steps, Seed = 7, CheckpointEvery = TimeSpan.FromDays(1), GradientClip = 1, WeightDecay = 0.01f };
}

internal sealed class ToyTask : ITrainingTask
{
    const int Batch = 24;

    readonly ToyRecipe recipe;
    readonly Device device;
    readonly Linear first, second, last;
    readonly float[] teacher = new float[16];
    readonly PrefetchedBatches<(float[] X, float[] Y)> batches;

    public ToyTask(ToyRecipe recipe, Device device)
    {
        (this.recipe, this.device) = (recipe, device);
        Weights = Weights.New(device, recipe.Seed);
        first = new Linear(Weights.Under("first"), 16, 32);
        second = new Linear(Weights.Under("second"), 32, 16);
        last = new Linear(Weights.Under("last"), 16, 1);
        Trained = Weights.All.Where(w => recipe.FrozenPrefix is not { } frozen || !w.Key.StartsWith(frozen, StringComparison.Ordinal)).ToDictionary();
        new RandomStream(recipe.Seed).Normal(teacher);
        batches = new(Made);
    }

    public Weights Weights { get; }

    public IReadOnlyDictionary<string, Tensor> Trained { get; }

    (float[] X, float[] Y) Made(int step)
    {
        var random = new RandomStream(recipe.Seed).Fork((ulong)step);
        float[] x = new float[Batch * 16], y = new float[Batch];
        random.Normal(x);
        for (int i = 0; i < Batch; i++)
            for (int j = 0; j < 16; j++) y[i] += x[(i * 16) + j] * teacher[j] * (j % 2 == 0 ? 1 : 0.3f);
        return (x, y);
    }

    public Tensor Loss(int step, LossParts parts)
    {
        recipe.BeforeLoss?.Invoke(step);
        using var scope = Tensor.Scope();
        var (x, y) = batches.Take(step);
        var error = Forward(Tensor.From(device, [Batch, 16], x)) - Tensor.From(device, [Batch, 1], y);
        var square = parts.Add("square", error.Square().Mean());
        var curve = parts.Add("curve", step == recipe.LossFailsAt ? (square * 0 - 1f).Sqrt() : error.Abs().Mean());
        var loss = square + (curve * 0.1f);
        return scope.Keep(step == recipe.GradientFailsAt ? loss + (square * 0).Sqrt() : loss); // sqrt has no slope at 0
    }

    Tensor Forward(Tensor x) => last.Forward(second.Forward(first.Forward(x).Silu()).Silu());

    public IReadOnlyList<Metric> Validate(int step, RunFolder run)
    {
        recipe.OnValidation?.Invoke(Weights.All);
        using var scope = Tensor.Scope();
        var (x, y) = Made(1_000_000);
        float error = (Forward(Tensor.From(device, [Batch, 16], x)) - Tensor.From(device, [Batch, 1], y)).Square().Mean().Item();
        return [new("error", error)];
    }

    public void Dispose()
    {
        batches.Dispose();
        Weights.Dispose();
    }
}
