using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Vae;
using TalkingMachines.Tensors;
using TalkingMachines.Training;
using TalkingMachines.Training.Objectives;
using Xunit;

namespace TalkingMachines.Tests.Training;

public sealed class AutoencoderTests
{
    const string Whole = "whole/weights.safetensors";

    static AutoencoderRecipe Part => new()
    {
        Name = "part",
        From = "whole",
        Parts = ["refiner"],
        Model = TinyAvatar.Config.Autoencoder with { RefinerWidth = 8 },
        Picture = 64,
        Steps = 1,
        WarmupSteps = 1,
        ValidateEvery = 1,
    };

    [Fact]
    public void A_part_is_trained_and_the_rest_stays_as_it_was()
    {
        using var runs = new ScratchFolder();
        Write(runs, _ => true);
        Run(runs, Part);
        Run(runs, Part with { Name = "forgiving", CodeNoise = 0.5f });
        Assert.NotEqual(File.ReadAllBytes(runs.File("part/weights.safetensors")), File.ReadAllBytes(runs.File("forgiving/weights.safetensors")));
        SortedDictionary<string, float[]> before = ScratchFolder.Numbers(runs.File(Whole)), after = ScratchFolder.Numbers(runs.File("part/weights.safetensors"));
        Assert.Equal(before.Keys, after.Keys);
        string[] changed = [.. before.Keys.Where(name => !before[name].SequenceEqual(after[name]))];
        Assert.NotEmpty(changed);
        Assert.All(changed, name => Assert.StartsWith("refiner", name, StringComparison.Ordinal));
    }

    [Fact]
    public void An_autoencoder_that_lacks_what_is_not_trained_is_refused()
    {
        using var runs = new ScratchFolder();
        Write(runs, name => !name.StartsWith("refiner", StringComparison.Ordinal));
        Run(runs, Part); // a new refiner for an older autoencoder
        Write(runs, name => name != "encoder.block8.conv1.weight");
        Assert.Equal(
            "The weights of whole have no encoder.block8.conv1.weight, and part does not train it: they are of another autoencoder.",
            Assert.Throws<TrainingException>(() => Run(runs, Part)).Message);
    }

    static void Write(ScratchFolder runs, Func<string, bool> keeps)
    {
        using var device = Device.Cpu(0);
        using var weights = Weights.New(device, 3);
        _ = new ReferenceAutoencoder(weights, Part.Model);
        Directory.CreateDirectory(runs.File("whole"));
        SafeTensors.Write(runs.File(Whole), weights.All.Where(weight => keeps(weight.Key)).ToDictionary(), DType.F16);
    }

    static void Run(ScratchFolder runs, Recipe recipe) => LeakCheck.On("cpu:0", device =>
    {
        string folder = runs.File(recipe.Name);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        using var run = RunFolder.Open(folder);
        Trainer.Run(recipe, run, device, resume: false);
    });
}
