using TalkingMachines.Evaluation;
using TalkingMachines.Models;
using TalkingMachines.Models.Layers;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;
using TalkingMachines.Training.Data;

namespace TalkingMachines.Training.Objectives;

/// <summary>Trains what reads mouths off codes, on clips whose mouths are known.</summary>
public sealed record CodeReaderRecipe : Recipe
{
    public required int Clips { get; init; }

    public AvatarConfig Model { get; init; } = AvatarConfig.Mini;

    public TrainingWindow Window { get; init; } = new(6, 32);

    public override ITrainingTask Open(RunFolder run, Device device) => new CodeReaderTask(this, run, device);
}

/// <summary>Squared error of the five mouth values of each frame.</summary>
public sealed class CodeReaderTask : ITrainingTask
{
    const float Noise = 0.15f; // of a latent's deviation: what is read is not to hang on trifles
    const int ValidationBatch = 16;

    readonly CodeReaderRecipe recipe;
    readonly MotionData data;
    readonly CodeReader reader;

    public CodeReaderTask(CodeReaderRecipe recipe, RunFolder run, Device device)
    {
        this.recipe = recipe;
        data = new MotionData(run, recipe.Model, device);
        Weights = Weights.New(device, recipe.Seed);
        reader = new CodeReader(Weights, recipe.Model);
    }

    public Weights Weights { get; }

    public IReadOnlyDictionary<string, Tensor> Trained => Weights.All;

    public void Prepare(IProgress<TrainingEvent> progress, CancellationToken cancel) => data.Prepare(recipe.Clips, withLips: false, progress, cancel);

    public Tensor Loss(int step, LossParts parts)
    {
        using var scope = Tensor.Scope();
        var random = new RandomStream(recipe.Seed).Fork((ulong)step);
        var batch = data.Draw(random, recipe.Window.Batch, recipe.Window.Latents);
        return scope.Keep(reader.Loss(batch.Latents + (Tensor.Normal(Weights.Device, batch.Latents.Shape, random.Fork(1)) * Noise), batch));
    }

    /// <summary>Correlation of each mouth value over the validation clips.</summary>
    public IReadOnlyList<Metric> Validate(int step, RunFolder run)
    {
        List<float> read = [], truth = [];
        for (int first = 0; first < HearingTask.ValidationClips; first += ValidationBatch)
        {
            using var scope = Tensor.Scope();
            var batch = data.WatchedClips(first, Math.Min(ValidationBatch, HearingTask.ValidationClips - first));
            read.AddRange(reader.Read(batch.Latents, batch).ToArray());
            truth.AddRange(batch.Mouths.ToArray());
        }
        float[] found = [.. read], real = [.. truth];
        return [.. MouthShape.Names.Select((name, k) => new Metric(name, Series.Correlation(HearingTask.Column(found, k), HearingTask.Column(real, k))))];
    }

    public void Dispose()
    {
        Weights.Dispose();
        data.Dispose();
    }
}
