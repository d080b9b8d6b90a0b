using System.CommandLine;
using System.Globalization;
using TalkingMachines.Training;

namespace TalkingMachines.Cli;

/// <summary>Runs a training recipe; stopped by Ctrl-C it writes a checkpoint, from which --resume goes on.</summary>
internal sealed class TrainVerb : Verb
{
    static readonly string Names = string.Join(", ", Recipes.All.Select(recipe => recipe.Name));

    readonly Argument<string> recipe = new("RECIPE") { Description = $"What to train: {Names}" };
    readonly Option<string> run = Text("--run", "DIR", "Where logs, samples, checkpoints and weights go [default: runs/RECIPE]");
    readonly Option<bool> resume = new("--resume") { Description = "Go on from the newest checkpoint of the folder" };
    readonly Option<string> device = DeviceOption();

    public TrainVerb() : base(
        "train",
        "Train a model by a recipe.",
        $"train {Recipes.All.First().Name}",
        $"train {Recipes.All.First().Name} --run runs/again --resume")
    {
        Add(recipe);
        foreach (var option in new Option[] { run, resume, device }) Add(option);
    }

    protected override Task RunAsync(ParseResult values, Terminal terminal, CancellationToken stop)
    {
        var chosen = Recipes.Named(values.GetRequiredValue(recipe));
        string path = values.GetValue(run) ?? RunFolder.DefaultPath(chosen);
        using var computer = OpenDevice(values.GetRequiredValue(device));
        using var folder = RunFolder.Open(path);
        terminal.Note($"{chosen.Name}: {chosen.Steps} steps on {computer}, everything goes to {folder.Path}.");

        TrainingOutcome outcome;
        using (var watch = new TrainingWatch(terminal))
            outcome = Trainer.Run(chosen, folder, computer, values.GetValue(resume), watch, cancel: stop);

        if (!outcome.Finished)
        {
            if (outcome.Step > 0) terminal.Note($"Checkpoint at step {outcome.Step}; ./run train {chosen.Name} --run {path} --resume goes on.");
            stop.ThrowIfCancellationRequested();
        }
        terminal.Result(folder.Weights);
        return Task.CompletedTask;
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
