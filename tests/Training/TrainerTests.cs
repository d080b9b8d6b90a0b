using TalkingMachines.Tensors;
using TalkingMachines.Training;
using Xunit;

namespace TalkingMachines.Tests.Training;

public class TrainerTests
{
    [Theory]
    [InlineData("reference")]
    [InlineData("cpu:0")]
    public void Toy_regression_learns(string name)
    {
        using var device = Device.Parse(name);
        using var scratch = new ScratchFolder();
        var events = new EventList();
        var outcome = scratch.Run(ToyRecipe.Of(160) with { ValidateEvery = 80, WarmupSteps = 5, MuonRate = 0.05f, AdamRate = 0.02f }, device, progress: events);
        double first = events.OfType<Stepped>().First().Loss;
        Assert.True(outcome.SmoothedLoss < 0.1 * first, $"loss {first} became {outcome.SmoothedLoss}");
        var validations = events.OfType<Validated>().ToList();
        Assert.Equal([80, 160], validations.Select(v => v.Step));
        Assert.True(validations[1].Metrics[0].Value < validations[0].Metrics[0].Value);
    }

    [Fact]
    public void Run_leaves_logs_curves_and_weights_with_their_origin()
    {
        using var device = Device.Reference();
        using var scratch = new ScratchFolder();
        scratch.Run(ToyRecipe.Of(4), device);
        string[] log = File.ReadAllLines(scratch.File("log.csv"));
        Assert.Equal("step,loss,smoothed,square,curve,gradient,muon_rate,adam_rate,seconds", log[0]);
        Assert.Equal(["1", "2", "3", "4"], log.Skip(1).Select(line => line.Split(',')[0]));
        Assert.Equal(["step,error", "4"], File.ReadAllLines(scratch.File("validation.csv")).Select(l => l.StartsWith('s') ? l : l.Split(',')[0]));
        Assert.StartsWith("<svg", File.ReadAllText(scratch.File("loss.svg")), StringComparison.Ordinal);
        Assert.StartsWith("<svg", File.ReadAllText(scratch.File("validation.svg")), StringComparison.Ordinal);
        using var weights = SafeTensors.Open(scratch.File("weights.safetensors"));
        Assert.Equal(("toy", "4", "7"), (weights.Metadata["recipe"], weights.Metadata["steps"], weights.Metadata["seed"]));
        Assert.Equal(6, weights.Tensors.Count);
        Assert.All(weights.Tensors.Values, tensor => Assert.Equal(DType.F16, tensor.Type));
    }

    [Fact]
    public void Frozen_weights_do_not_move()
    {
        using var device = Device.Reference();
        using var scratch = new ScratchFolder();
        var seen = new List<Dictionary<string, float[]>>();
        var recipe = ToyRecipe.Of(6) with { FrozenPrefix = "first.", ValidateEvery = 1, OnValidation = weights => seen.Add(weights.ToDictionary(w => w.Key, w => w.Value.ToArray())) };
        scratch.Run(recipe, device);
        Assert.Equal(seen[0]["first.weight"], seen[^1]["first.weight"]);
        Assert.Equal(seen[0]["first.bias"], seen[^1]["first.bias"]);
        foreach (string moving in new[] { "second.weight", "second.bias", "last.weight", "last.bias" }) Assert.NotEqual(seen[0][moving], seen[^1][moving]);
        Assert.Contains("first.weight", ScratchFolder.Numbers(scratch.File("weights.safetensors")).Keys); // the export is the whole model
    }

    [Fact]
    public void Validation_and_export_see_the_running_average()
    {
        using var device = Device.Reference();
        using var scratch = new ScratchFolder();
        float[] seen = [];
        scratch.Run(ToyRecipe.Of(5) with { OnValidation = weights => seen = weights["second.weight"].ToArray() }, device);
        var state = ScratchFolder.Numbers(scratch.Checkpoints[^1]);
        Assert.Equal(state["average.second.weight"], seen);
        Assert.NotEqual(state["weights.second.weight"], seen);
        Assert.Equal(seen.Select(x => (float)(Half)x), ScratchFolder.Numbers(scratch.File("weights.safetensors"))["second.weight"]);
    }

    [Fact]
    public void Nothing_leaks_from_a_finished_a_cancelled_or_a_failed_run()
    {
        using var device = Device.Reference();
        using var cancel = new CancellationTokenSource();
        Leakless(device, scratch => scratch.Run(ToyRecipe.Of(3) with { ValidateEvery = 1 }, device));
        Leakless(device, scratch => scratch.Run(ToyRecipe.Of(3) with { BeforeLoss = _ => cancel.Cancel() }, device, cancel: cancel.Token));
        Leakless(device, scratch => Assert.Throws<TrainingException>(() => scratch.Run(ToyRecipe.Of(3) with { LossFailsAt = 2 }, device)));
        Leakless(device, scratch => Assert.Throws<TrainingException>(() => scratch.Run(ToyRecipe.Of(3) with { GradientFailsAt = 2 }, device)));
        Leakless(device, scratch => Assert.Throws<TimeoutException>(() => scratch.Run(ToyRecipe.Of(3) with { BeforeLoss = _ => throw new TimeoutException() }, device)));
    }

    static void Leakless(Device device, Action<ScratchFolder> run)
    {
        using var scratch = new ScratchFolder();
        int before = device.Memory.LiveStorages;
        run(scratch);
        Assert.Equal(before, device.Memory.LiveStorages);
    }

    [Theory]
    [InlineData(true, "Step 3: the part 'curve' of the loss is NaN, expected a finite number; ")]
    [InlineData(false, "Step 3: the gradient of ")]
    public void Number_that_is_none_stops_the_run_and_leaves_the_last_good_checkpoint(bool inLoss, string start)
    {
        using var device = Device.Reference();
        using var scratch = new ScratchFolder();
        var recipe = ToyRecipe.Of(6) with { CheckpointEvery = TimeSpan.Zero, LossFailsAt = inLoss ? 3 : 0, GradientFailsAt = inLoss ? 0 : 3 };
        string message = Assert.Throws<TrainingException>(() => scratch.Run(recipe, device)).Message;
        Assert.StartsWith(start, message, StringComparison.Ordinal);
        Assert.EndsWith($"; the checkpoint of step 2 is kept in {scratch.Path}.", message, StringComparison.Ordinal);
        Assert.EndsWith("checkpoint-0000000002.safetensors", scratch.Checkpoints[^1], StringComparison.Ordinal);
        Assert.All(ScratchFolder.Numbers(scratch.Checkpoints[^1]).Values, values => Assert.All(values, v => Assert.True(float.IsFinite(v))));
    }

    [Fact]
    public void Clip_shortens_all_gradients_together()
    {
        using var device = Device.Reference();
        using var scratch = new ScratchFolder();
        scratch.Run(ToyRecipe.Of(1) with { GradientClip = 0.01f }, device);
        // After one step a momentum is 0.05 of the gradient, a first moment 0.1.
        double squares = 0;
        foreach (var (name, values) in ScratchFolder.Numbers(scratch.Checkpoints[^1]))
        {
            double share = name.StartsWith("muon.momentum.", StringComparison.Ordinal) ? 0.05 : 0.1;
            if (share < 0.1 || name.StartsWith("adam.first.", StringComparison.Ordinal)) squares += values.Sum(v => v / share * (v / share));
        }
        Assert.Equal(0.01, Math.Sqrt(squares), 5);
    }

    [Fact]
    public void Rates_rise_hold_and_fall_to_a_twentieth()
    {
        var recipe = ToyRecipe.Of(100) with { WarmupSteps = 10, DecayFrom = 0.4 };
        Assert.Equal(0.1, recipe.RateFactor(1), 12);
        Assert.Equal(1, recipe.RateFactor(10), 12);
        Assert.Equal(1, recipe.RateFactor(40), 12);
        Assert.Equal((1 + Recipe.LowestRate) / 2, recipe.RateFactor(70), 12);
        Assert.Equal(Recipe.LowestRate, recipe.RateFactor(100), 12);
        Assert.Equal(1, (recipe with { DecayFrom = 1 }).RateFactor(100), 12);
    }

    [Fact]
    public void Recipe_that_cannot_train_is_refused_with_one_line()
    {
        string message = Assert.Throws<TrainingException>(() => (ToyRecipe.Of(1) with { DecayFrom = 1.5 }).Check()).Message;
        Assert.Equal("DecayFrom of the recipe toy is 1.5, expected 0 to 1.", message);
        Assert.Contains("expected one of", Assert.Throws<TrainingException>(() => Recipes.Named("nonsense")).Message, StringComparison.Ordinal);
    }
}
