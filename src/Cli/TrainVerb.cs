using System.CommandLine;
using System.Globalization;
using TalkingMachines.Tensors;
using TalkingMachines.Training;

namespace TalkingMachines.Cli;

/// <summary>Runs a training recipe; stopped by Ctrl-C it writes a checkpoint, from which --resume goes on.</summary>
internal sealed class TrainVerb : Verb
{
    static readonly string Names = string.Join(", ", Recipes.All.Select(recipe => recipe.Name));

    readonly Argument<string> recipe = new("RECIPE") { Description = $"What to train: {MiniModel.Name} (all that the shipped model needs, in order), or one of {Names}" };
    readonly Option<string> run = Text("--run", "DIR", "Where logs, samples, checkpoints and weights go [default: runs/RECIPE]");
    readonly Option<bool> resume = new("--resume") { Description = "Go on from the newest checkpoint of the folder" };
    readonly Option<string> device = DeviceOption();

    public TrainVerb() : base(
        "train",
        "Train a model by a recipe.",
        $"train {MiniModel.Name}",
        $"train {Recipes.All.First().Name} --run runs/again --resume")
    {
        Add(recipe);
        foreach (var option in new Option[] { run, resume, device }) Add(option);
    }

    protected override Task RunAsync(ParseResult values, Terminal terminal, CancellationToken stop)
    {
        string name = values.GetRequiredValue(recipe);
        using var computer = OpenDevice(values.GetRequiredValue(device));
        if (name == MiniModel.Name) TrainMini(values, computer, terminal, stop);
        else
        {
            var chosen = Recipes.Named(name);
            string path = values.GetValue(run) ?? RunFolder.DefaultPath(chosen), beside = Path.GetDirectoryName(Path.GetFullPath(path))!;
            foreach (var before in Missing(chosen, path)) Train(before, Path.Combine(beside, before.Name), resume: true, computer, terminal, stop);
            terminal.Result(Train(chosen, path, values.GetValue(resume), computer, terminal, stop));
        }
        return Task.CompletedTask;
    }

    static IReadOnlyList<Recipe> Missing(Recipe chosen, string path)
    {
        using var folder = RunFolder.Open(path, ShippedModels.Root());
        return MiniModel.Missing(chosen, folder);
    }

    // Stages find each other beside their run folders; those that have ended stay as they are.
    void TrainMini(ParseResult values, Device computer, Terminal terminal, CancellationToken stop)
    {
        string root = values.GetValue(run) ?? "runs", target = Path.Combine(root, MiniModel.Name);
        foreach (var stage in MiniModel.Stages()) Train(stage, Path.Combine(root, stage.Name), values.GetValue(resume), computer, terminal, stop);
        using var last = RunFolder.Open(Path.Combine(root, MiniModel.Stages()[^1].Name));
        MiniModel.Assemble(last, target);
        terminal.Result(target);
    }

    static string Train(Recipe chosen, string path, bool resume, Device computer, Terminal terminal, CancellationToken stop)
    {
        using var folder = RunFolder.Open(path, ShippedModels.Root());
        terminal.Note($"{chosen.Name}: {chosen.Steps} steps on {computer}, everything goes to {folder.Path}.");
        TrainingOutcome outcome;
        using (var watch = new TrainingWatch(terminal))
            outcome = Trainer.Run(chosen, folder, computer, resume, watch, cancel: stop);
        if (outcome.Finished) return folder.Weights;
        if (outcome.Step > 0) terminal.Note($"Checkpoint at step {outcome.Step}; the same command with --resume goes on.");
        stop.ThrowIfCancellationRequested();
        return folder.Weights;
    }

    /// <summary>Shows a run as it goes: one bar for the data, one for the steps, a line for each validation.</summary>
    sealed class TrainingWatch(Terminal terminal) : IProgress<TrainingEvent>, IDisposable
    {
        const int Hundredths = 100;

        ProgressBar? bar;
        string doing = "";

        public void Report(TrainingEvent value)
        {
            switch (value)
            {
                case Preparing preparing:
                    Bar(preparing.What, Hundredths, 0).Report((long)(preparing.Fraction * Hundredths));
                    break;
                case Stepped stepped:
                    Bar("training", stepped.Steps, stepped.Step - 1).Report(stepped.Step, string.Create(CultureInfo.InvariantCulture,
                        $"loss {stepped.SmoothedLoss:0.0000}, {stepped.StepsPerSecond:0.0} steps/s"));
                    break;
                case Validated validated:
                    var figures = validated.Metrics.Select(metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Name} {metric.Value:0.###}"));
                    Say($"step {validated.Step}: {string.Join(", ", figures)}");
                    break;
                case Notice notice:
                    Say(notice.Text);
                    break;
            }
        }

        public void Dispose() => bar?.Dispose();

        ProgressBar Bar(string what, long total, long done)
        {
            if (bar is not null && doing == what) return bar;
            bar?.Dispose();
            doing = what;
            return bar = terminal.Progress(what, total, done);
        }

        /// <summary>A line of its own above the bar, which is drawn anew at its next step.</summary>
        void Say(string line)
        {
            bar?.Clear();
            terminal.Note(line);
        }
    }
}
