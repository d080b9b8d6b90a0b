using TalkingMachines.Evaluation;
using TalkingMachines.Models;
using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;
using TalkingMachines.Training;
using TalkingMachines.Training.Data;

namespace TalkingMachines.Tests.Training;

/// <summary>A folder of runs that a recipe of the video transformer finds its frozen networks in: tiny ones, of random weights.</summary>
internal sealed class TinyRuns : IDisposable
{
    readonly ScratchFolder folder = new();

    public TinyRuns()
    {
        string model = TinyAvatar.Write(folder.File("model"));
        Weigh(Recipes.MiniAutoencoder(), to => System.IO.File.Copy(Path.Combine(model, Avatar.AutoencoderFile), to));
        Weigh(Recipes.MiniHearing(), to => System.IO.File.Copy(Path.Combine(model, Avatar.AudioFile), to));
        Weigh(Recipes.MiniLipReader(), to => Write(to, weights => _ = new LipReader(weights)));
        Weigh(Recipes.MiniCodeReader(), to => Write(to, weights => _ = new CodeReader(weights, TinyAvatar.Config)));
    }

    public string File(string name) => folder.File(name);

    public string WeightsOf(Recipe recipe) => Path.Combine(folder.File(recipe.Name), "weights.safetensors");

    void Weigh(Recipe recipe, Action<string> write)
    {
        Directory.CreateDirectory(folder.File(recipe.Name));
        write(WeightsOf(recipe));
    }

    static void Write(string path, Action<Weights> build)
    {
        using var device = Device.Cpu(0);
        using var weights = Weights.New(device, 5);
        build(weights);
        SafeTensors.Write(path, weights.All, DType.F16);
    }

    /// <summary>Trains in a folder of the recipe's name, or another; nothing may leak.</summary>
    public EventList Train(Recipe recipe, string? name = null, bool resume = false, CancellationTokenSource? stopAfterStep = null)
    {
        var events = new EventList();
        IProgress<TrainingEvent> watch = stopAfterStep is null ? events : new Stopper(events, stopAfterStep);
        LeakCheck.On("cpu:0", device =>
        {
            using var run = RunFolder.Open(File(name ?? recipe.Name));
            Trainer.Run(recipe, run, device, resume, watch, cancel: stopAfterStep?.Token ?? default);
        });
        return events;
    }

    public void Dispose() => folder.Dispose();

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
