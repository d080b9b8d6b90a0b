using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Training;

/// <summary>A figure of a validation, such as PSNR in dB; it becomes a column of validation.csv.</summary>
public readonly record struct Metric(string Name, double Value);

/// <summary>
/// What one recipe trains and on what. The <see cref="Trainer"/> owns the loop; a task owns model and data. It must be
/// deterministic: whatever is random in a step follows from seed and step alone, so that a resumed run repeats an
/// uninterrupted one bit for bit.
/// </summary>
public interface ITrainingTask : IDisposable
{
    /// <summary>Every weight of the model; written to weights.safetensors at the end.</summary>
    Weights Weights { get; }

    /// <summary>The weights to train by their full name in <see cref="Weights"/>; frozen ones are absent.</summary>
    IReadOnlyDictionary<string, Tensor> Trained { get; }

    /// <summary>Tensors beside the weights that steps change (running statistics) and a resumed run needs; kept in checkpoints.</summary>
    IReadOnlyDictionary<string, Tensor> Carried => Nothing;

    /// <summary>Builds or opens the data, before the first step; reports <see cref="Preparing"/>.</summary>
    void Prepare(IProgress<TrainingEvent> progress, CancellationToken cancel)
    {
    }

    /// <summary>The loss of one element of a step's batch, in the caller's scope. Steps count from 1.</summary>
    Tensor Loss(int step, LossParts parts);

    /// <summary>Called after the optimizer's update of a step.</summary>
    void Step(int step)
    {
    }

    /// <summary>Measures the model, its weights being their running averages; may write pictures to <see cref="RunFolder.Sample"/>. Changes nothing that a step depends on.</summary>
    IReadOnlyList<Metric> Validate(int step, RunFolder run);

    private static IReadOnlyDictionary<string, Tensor> Nothing { get; } = new Dictionary<string, Tensor>();
}
