using TalkingMachines.Tensors;

namespace TalkingMachines.Training.Optimizers;

/// <summary>One step of all trained weights: Muon moves the matrices, AdamW the rest, both after a common clip.</summary>
public sealed class WeightUpdate : IDisposable
{
    readonly Recipe recipe;
    readonly IReadOnlyDictionary<string, Tensor> trained;
    readonly Muon muon;
    readonly AdamW adam;

    public WeightUpdate(Recipe recipe, IReadOnlyDictionary<string, Tensor> trained)
    {
        this.recipe = recipe;
        this.trained = trained;
        muon = new Muon(trained.Where(t => Muon.Takes(t.Value.Shape)).ToDictionary(), recipe.WeightDecay);
        adam = new AdamW(trained.Where(t => !Muon.Takes(t.Value.Shape)).ToDictionary(), recipe.WeightDecay);
    }

    /// <summary>The optimizers' tensors by name, for checkpoints.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State =>
        Under("muon.momentum.", muon.Momenta).Concat(Under("adam.first.", adam.FirstMoments)).Concat(Under("adam.second.", adam.SecondMoments));

    static IEnumerable<KeyValuePair<string, Tensor>> Under(string prefix, IReadOnlyDictionary<string, Tensor> tensors) =>
        tensors.Select(t => KeyValuePair.Create(prefix + t.Key, t.Value));

    /// <summary>Norm of all gradients together. Weights that the loss does not depend on have none.</summary>
    public float GradientNorm(Tape tape)
    {
        using var scope = Tensor.Scope();
        Tensor? squares = null;
        foreach (var weight in trained.Values)
            if (tape.Gradient(weight) is { } gradient)
                squares = squares is null ? SquareSum(gradient) : squares + SquareSum(gradient);
        return squares is null ? 0 : squares.Sqrt().Item();
    }

    static Tensor SquareSum(Tensor gradient)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(gradient.Square().Sum());
    }

    /// <summary>The first weight whose gradient is not finite; for the message when the norm is not.</summary>
    public string? NotFinite(Tape tape)
    {
        foreach (var (name, weight) in trained)
        {
            using var scope = Tensor.Scope();
            if (tape.Gradient(weight) is { } gradient && !float.IsFinite(SquareSum(gradient).Item())) return name;
        }
        return null;
    }

    /// <summary>Moves every weight that has a gradient; <paramref name="norm"/> is <see cref="GradientNorm"/>.</summary>
    /// <param name="step">Of the training, from 1 on: it sets the rate.</param>
    /// <param name="update">Of these weights, from 1 on, where there are more or fewer than steps.</param>
    public void Apply(Tape tape, int step, float norm, int? update = null)
    {
        float factor = (float)recipe.RateFactor(step);
        float scale = recipe.GradientClip is { } longest && norm > longest ? longest / norm : 1;
        foreach (var (name, weight) in trained)
        {
            if (tape.Gradient(weight) is not { } gradient) continue;
            using var scope = Tensor.Scope();
            if (scale < 1) gradient *= scale;
            if (muon.Momenta.ContainsKey(name)) muon.Update(name, gradient, recipe.MuonRate * factor);
            else adam.Update(name, gradient, recipe.AdamRate * factor, update ?? step);
        }
    }

    public void Dispose()
    {
        muon.Dispose();
        adam.Dispose();
    }
}
