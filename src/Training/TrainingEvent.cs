namespace TalkingMachines.Training;

/// <summary>What a run tells its watcher, on the training thread: handle it quickly.</summary>
public abstract record TrainingEvent;

/// <summary>Data being built. <paramref name="Fraction"/> in [0, 1].</summary>
public sealed record Preparing(string What, double Fraction) : TrainingEvent;

/// <summary>A step done. <paramref name="SmoothedLoss"/>: mean over about fifty steps; <paramref name="TimeLeft"/> at the speed so far, validations included.</summary>
public sealed record Stepped(int Step, int Steps, double Loss, double SmoothedLoss, double StepsPerSecond, TimeSpan TimeLeft) : TrainingEvent;

/// <summary>Figures of the running average of the weights after a step.</summary>
public sealed record Validated(int Step, IReadOnlyList<Metric> Metrics) : TrainingEvent;

/// <summary>Something worth a line: a resume, a damaged checkpoint.</summary>
public sealed record Notice(string Text) : TrainingEvent;

/// <summary>How a run ended: after its last step, or cancelled with a checkpoint at <paramref name="Step"/>.</summary>
public sealed record TrainingOutcome(int Step, bool Finished, double SmoothedLoss);

/// <summary>A run that can't start or go on, in one line.</summary>
public sealed class TrainingException(string message, Exception? inner = null) : Exception(message, inner);
