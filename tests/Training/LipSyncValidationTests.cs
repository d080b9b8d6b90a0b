using TalkingMachines.Evaluation;
using TalkingMachines.Models;
using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;
using TalkingMachines.Training;
using TalkingMachines.Training.Data;
using TalkingMachines.Training.Objectives;
using Xunit;

namespace TalkingMachines.Tests.Training;

/// <summary>A diffusion recipe of a tiny model beside the runs it needs, all of random weights.</summary>
public sealed class LipSyncValidationTests : IDisposable
{
    static readonly string[] Figures = ["lips: opening", "lips: width", "lips: rounding", "lips: amplitude", "lips: opening with another sound"];

    static readonly DiffusionRecipe tiny = new()
    {
        Name = "tiny",
        Layers = TrainedLayers.All,
        Steps = 2,
        Clips = 4,
        Batch = 4,
        Model = TinyAvatar.Config,
    };

    readonly ScratchFolder runs = new();

    public LipSyncValidationTests()
    {
        string model = TinyAvatar.Write(runs.File("model"));
        Weigh(Recipes.MiniAutoencoder(), to => File.Copy(Path.Combine(model, Avatar.AutoencoderFile), to));
        Weigh(Recipes.MiniHearing(), to => File.Copy(Path.Combine(model, Avatar.AudioFile), to));
        Weigh(Recipes.MiniLipReader(), WriteReader);
    }

    public void Dispose() => runs.Dispose();

    string WeightsOf(Recipe recipe) => Path.Combine(runs.File(recipe.Name), "weights.safetensors");

    void Weigh(Recipe recipe, Action<string> write)
    {
        Directory.CreateDirectory(runs.File(recipe.Name));
        write(WeightsOf(recipe));
    }

    static void WriteReader(string path)
    {
        using var device = Device.Cpu(0);
        using var weights = Weights.New(device, 5);
        _ = new LipReader(weights);
        SafeTensors.Write(path, weights.All, DType.F16);
    }

    EventList Train(string name, bool resume = false, int validateEvery = 1, CancellationTokenSource? stopAfterStep = null)
    {
        var events = new EventList();
        IProgress<TrainingEvent> watch = stopAfterStep is null ? events : new Stopper(events, stopAfterStep);
        LeakCheck.On("cpu:0", device =>
        {
            using var run = RunFolder.Open(runs.File(name));
            Trainer.Run(tiny with { ValidateEvery = validateEvery }, run, device, resume, watch, cancel: stopAfterStep?.Token ?? default);
        });
        return events;
    }

    StepLog Validation(string name) => StepLog.Open(Path.Combine(runs.File(name), "validation.csv"));

    [Fact]
    public void A_validation_tells_what_the_lips_do_and_a_stopped_run_ends_with_the_same_figures_and_weights()
    {
        var events = Train("whole");
        Assert.Empty(events.OfType<Notice>());
        using (var log = Validation("whole"))
        {
            Assert.Equal(["loss", "loss with another sound over loss", "mouth cells followed", "mouth cells with another sound", .. Figures], log.Figures);
            Assert.All(Figures, figure => Assert.Equal([1.0, 2.0], log.Curve(figure).X));
            Assert.All(Figures, figure => Assert.All(log.Curve(figure).Y, value => Assert.InRange(value, -1, 10)));
        }

        using var stop = new CancellationTokenSource();
        Train("stopped", stopAfterStep: stop);
        Assert.False(File.Exists(runs.File("stopped/weights.safetensors")));
        Train("stopped", resume: true);
        foreach (string file in new[] { "weights.safetensors", "validation.csv" })
            Assert.Equal(File.ReadAllBytes(runs.File($"whole/{file}")), File.ReadAllBytes(runs.File($"stopped/{file}")));

        // Without a lip reader: the other figures, and a line that says so. To watch lips changes nothing of the training.
        File.Delete(WeightsOf(Recipes.MiniLipReader()));
        string notice = Assert.Single(Train("blind", validateEvery: 0).OfType<Notice>()).Text;
        Assert.Equal($"{WeightsOf(Recipes.MiniLipReader())} does not exist: validations tell nothing of lips. To see them, run the recipe mini-lip-reader first.", notice);
        using var blind = Validation("blind");
        Assert.Equal(["loss", "loss with another sound over loss", "mouth cells followed", "mouth cells with another sound"], blind.Figures);
        Assert.Equal(File.ReadAllBytes(runs.File("whole/weights.safetensors")), File.ReadAllBytes(runs.File("blind/weights.safetensors")));
    }

    [Fact]
    public void A_damaged_lip_reader_is_refused_in_one_line_before_the_first_step()
    {
        File.WriteAllBytes(WeightsOf(Recipes.MiniLipReader()), [1, 2, 3]);
        string message = Assert.Throws<WeightFileException>(() => Train("damaged")).Message;
        Assert.Contains("mini-lip-reader", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void The_lip_reader_is_trained_before_the_stages_whose_lips_it_watches()
    {
        string[] order = [.. Recipes.All.Select(recipe => recipe.Name)], shipped = [.. MiniModel.Stages().Select(recipe => recipe.Name)];
        Assert.Equal(shipped, order.Where(shipped.Contains));
        string[] names = [.. Recipes.All.Select(recipe => recipe is LipReaderRecipe ? "lips" : recipe is DiffusionRecipe ? "diffusion" : "other")];
        Assert.True(Array.IndexOf(names, "lips") < Array.IndexOf(names, "diffusion"));
    }

    [Fact]
    public void Watched_clips_have_seeds_of_their_own() =>
        Assert.All(LipSyncValidation.Seeds(index: 5), seed => Assert.InRange(seed, CharacterSeeds.FirstValidation, CharacterSeeds.FirstHeldOut - 1));

    /// <summary>Cancels after the first step.</summary>
    sealed class Stopper(EventList events, CancellationTokenSource stop) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value)
        {
            events.Add(value);
            if (value is Stepped) stop.Cancel();
        }
    }
}
