using System.Globalization;
using TalkingMachines.Tensors;

namespace TalkingMachines.Training;

/// <summary>
/// The loop that every recipe shares: loss, gradients, clip, update, running average, log, validation, checkpoints.
/// A run stopped at any moment and resumed ends with the same weights, bit for bit, as one that was not.
/// </summary>
public sealed class Trainer : IDisposable
{
    static readonly TimeSpan curvesEvery = TimeSpan.FromSeconds(30);

    readonly Recipe recipe;
    readonly RunFolder run;
    readonly IProgress<TrainingEvent> progress;
    readonly TimeProvider time;
    readonly ITrainingTask task;
    readonly TrainingState state;

    int step;               // steps done
    double smoothedLoss;
    double earlierSeconds;  // before this process
    int firstStep;
    int savedStep;
    long started, saved, drawn;

    Trainer(Recipe recipe, RunFolder run, ITrainingTask task, IProgress<TrainingEvent> progress, TimeProvider time)
    {
        (this.recipe, this.run, this.task, this.progress, this.time) = (recipe, run, task, progress, time);
        state = new TrainingState(recipe, task);
        state.RoundToStored();
    }

    /// <summary>
    /// Trains to the last step and exports, or until cancelled: then writes a checkpoint and returns. A failure leaves the
    /// last good checkpoint; a loss or gradient that is not a number is a <see cref="TrainingException"/> that names it.
    /// </summary>
    /// <param name="resume">Goes on from the newest checkpoint, if there is one. Without it a folder that holds one is refused.</param>
    /// <param name="progress">Called on this thread; null: nobody watches.</param>
    /// <param name="time">Null: the system's clock.</param>
    public static TrainingOutcome Run(
        Recipe recipe, RunFolder run, Device device, bool resume, IProgress<TrainingEvent>? progress = null, TimeProvider? time = null, CancellationToken cancel = default)
    {
        recipe.Check();
        if (!resume && Checkpoint.Files(run.Path) is [var newest, ..])
            throw new TrainingException($"{run.Path} holds a run already ({Path.GetFileName(newest)}): resume it, or name another folder.");
        RunInputs.Check(recipe, run);
        progress ??= new Unwatched();
        using var task = recipe.Open(run, device);
        using var trainer = new Trainer(recipe, run, task, progress, time ?? TimeProvider.System);
        trainer.Restore();
        try
        {
            if (trainer.step < recipe.Steps) task.Prepare(progress, cancel); // a finished run has its weights
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return new TrainingOutcome(trainer.step, false, trainer.smoothedLoss); // no step was taken: nothing to save
        }
        return trainer.Loop(cancel);
    }

    void Restore()
    {
        if (Checkpoint.ReadNewest(run.Path, recipe, state.Tensors, text => progress.Report(new Notice(text))) is { } checkpoint)
        {
            (step, earlierSeconds, smoothedLoss) = (checkpoint.Step, checkpoint.Seconds, checkpoint.SmoothedLoss);
            if (step > recipe.Steps) throw new TrainingException($"{run.Path} is at step {step}, beyond the {recipe.Steps} of the recipe {recipe.Name}.");
            progress.Report(new Notice($"Going on from step {step} of {recipe.Steps}."));
        }
        savedStep = step;
        run.Log.KeepThrough(step);
        run.Validation.KeepThrough(step);
    }

    TrainingOutcome Loop(CancellationToken cancel)
    {
        if (step == recipe.Steps) return AlreadyFinished();
        (firstStep, started) = (step, time.GetTimestamp());
        (saved, drawn) = (started, started);
        while (step < recipe.Steps)
        {
            if (cancel.IsCancellationRequested) return Stop();
            Advance();
            if (step == recipe.Steps || (recipe.ValidateEvery > 0 && step % recipe.ValidateEvery == 0)) Validate();
            if (step < recipe.Steps && time.GetElapsedTime(saved) >= recipe.CheckpointEvery) Save();
            if (time.GetElapsedTime(drawn) >= curvesEvery) Draw();
        }
        Draw();
        // Before the last checkpoint: what a task measures for itself, such as a whitening, is in no checkpoint.
        Export();
        Save();
        return new TrainingOutcome(step, true, smoothedLoss);
    }

    TrainingOutcome AlreadyFinished() => File.Exists(run.Weights)
        ? new TrainingOutcome(step, true, smoothedLoss)
        : throw new TrainingException($"{run.Path} is finished, but {Path.GetFileName(run.Weights)} is gone; delete the folder to train it anew.");

    TrainingOutcome Stop()
    {
        if (savedStep < step) Save();
        Draw();
        return new TrainingOutcome(step, false, smoothedLoss);
    }

    void Advance()
    {
        int next = step + 1;
        var (loss, gradient, parts) = Learn(next);
        state.Average.Update(next);
        task.Step(next);
        state.RoundToStored();
        step = next;
        // The plain mean at first, later one over about fifty steps.
        double memory = Math.Min(0.98, 1 - (1.0 / step));
        smoothedLoss = (memory * smoothedLoss) + ((1 - memory) * loss);
        Log(loss, gradient, parts);
        Report(loss);
    }

    /// <summary>Loss, gradients and update of one step; nothing has changed if it throws before the update.</summary>
    (float Loss, float Gradient, List<Metric> Parts) Learn(int next)
    {
        using var scope = Tensor.Scope();
        using var tape = new Tape();
        using var parts = new LossParts();
        foreach (var weight in state.Trained.Values) tape.Watch(weight);
        var loss = task.Loss(next, parts);
        if (loss.Count != 1) throw new TrainingException($"Step {next}: the loss is {loss.Shape}, expected one element.");
        float value = loss.Item();
        var figures = parts.Read();
        ExpectFinite(next, value, figures);
        tape.Backward(loss);
        float norm = state.Update.GradientNorm(tape);
        if (!float.IsFinite(norm)) throw Diverged(next, $"the gradient of {state.Update.NotFinite(tape) ?? "all weights together"}", norm);
        state.Update.Apply(tape, next, norm);
        return (value, norm, figures);
    }

    void ExpectFinite(int next, float loss, List<Metric> parts)
    {
        foreach (var part in parts)
            if (!double.IsFinite(part.Value)) throw Diverged(next, $"the part '{part.Name}' of the loss", part.Value);
        if (!float.IsFinite(loss)) throw Diverged(next, "the loss", loss);
    }

    TrainingException Diverged(int next, string what, double value)
    {
        string left = savedStep > 0 ? $"the checkpoint of step {savedStep} is kept in {run.Path}" : $"{run.Path} has no checkpoint yet";
        return new(FormattableString.Invariant($"Step {next}: {what} is {value}, expected a finite number; {left}."));
    }

    void Log(float loss, float gradient, List<Metric> parts)
    {
        double factor = recipe.RateFactor(step);
        run.Log.Append(step,
        [
            new("loss", loss), new("smoothed", smoothedLoss), .. parts, new(RunFolder.GradientColumn, gradient),
            new(RunFolder.MuonColumn, recipe.MuonRate * factor), new(RunFolder.AdamColumn, recipe.AdamRate * factor),
            new(RunFolder.SecondsColumn, Math.Round(Seconds, 3)),
        ]);
    }

    double Seconds => earlierSeconds + time.GetElapsedTime(started).TotalSeconds;

    void Report(float loss)
    {
        double perStep = time.GetElapsedTime(started).TotalSeconds / (step - firstStep);
        var left = TimeSpan.FromSeconds(perStep * (recipe.Steps - step));
        progress.Report(new Stepped(step, recipe.Steps, loss, smoothedLoss, perStep > 0 ? 1 / perStep : 0, left));
    }

    void Validate()
    {
        var metrics = WithAverage(() => task.Validate(step, run));
        run.Validation.Append(step, metrics);
        Draw();
        progress.Report(new Validated(step, metrics));
    }

    T WithAverage<T>(Func<T> work)
    {
        state.Average.Exchange();
        try
        {
            return work();
        }
        finally
        {
            state.Average.Exchange();
        }
    }

    void Save()
    {
        new Checkpoint(recipe.Name, recipe.Seed, step, Seconds, smoothedLoss).Write(run.Path, state.Tensors);
        (savedStep, saved) = (step, time.GetTimestamp());
    }

    void Draw()
    {
        run.DrawCurves(recipe.Name);
        drawn = time.GetTimestamp();
    }

    /// <summary>Writes the whole model, trained weights by their running average, as F16.</summary>
    void Export() => WithAverage(() =>
    {
        foreach (var (name, weight) in task.Weights.All)
            if (Array.Find(weight.ToArray(), value => !Half.IsFinite((Half)value)) is var beyond and not 0)
                throw new TrainingException(FormattableString.Invariant($"{name} holds {beyond}, expected at most {Half.MaxValue}, the largest number of F16."));
        var metadata = new Dictionary<string, string>
        {
            ["recipe"] = recipe.Name,
            ["steps"] = step.ToString(CultureInfo.InvariantCulture),
            ["seed"] = recipe.Seed.ToString(CultureInfo.InvariantCulture),
        };
        SafeTensors.Write(run.Weights, task.Weights.All, DType.F16, metadata);
        return 0;
    });

    public void Dispose() => state.Dispose();

    sealed class Unwatched : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value)
        {
        }
    }
}
