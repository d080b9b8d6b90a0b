using TalkingMachines.Models;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;
using TalkingMachines.Training.Data;

namespace TalkingMachines.Training.Objectives;

/// <summary>Which layers a stage trains.</summary>
public enum TrainedLayers
{
    /// <summary>Everything, without audio layers: stage 1 of the paper.</summary>
    AllWithoutAudio,
    /// <summary>The audio layers alone, all others frozen: stage 2.</summary>
    AudioOnly,
    /// <summary>Everything together: the polish that a mini model needs after stage 2.</summary>
    All,
}

/// <summary>Windows of a training step: so many latents of so many clips.</summary>
public readonly record struct TrainingWindow(int Latents, int Batch);

/// <summary>Trains the video transformer by flow matching, on clips of characters that speak: a teacher, unless the model is causal.</summary>
public sealed record DiffusionRecipe : Recipe
{
    public required TrainedLayers Layers { get; init; }

    /// <summary>The recipe whose weights this one starts from; null: new ones.</summary>
    public string? From { get; init; }

    public required int Clips { get; init; }

    /// <summary>A step takes one of these, each as often as the others.</summary>
    public TrainingWindow[] Windows { get; init; } = [new(7, 12)];

    /// <summary>Share of the steps that learn clips without sound and picture, so that guidance has something to lead away from.</summary>
    public float Untold { get; init; }

    /// <summary>Weight of what is read of mouths in the latents against what the sound asks for; 0: nothing is read.</summary>
    public float MouthWeight { get; init; }

    public AvatarConfig Model { get; init; } = AvatarConfig.MiniTeacher;

    public override ITrainingTask Open(RunFolder run, Device device) => new DiffusionTask(this, run, device);
}

/// <summary>Flow matching with one timestep a clip.</summary>
public sealed class DiffusionTask : ITrainingTask
{
    readonly DiffusionRecipe recipe;
    readonly MotionData data;
    readonly AvatarModel model;
    readonly Dictionary<int, IAttentionPattern> patterns = [];
    readonly Dictionary<int, ClipFlow> flows = [];
    readonly CodeReader? reader;

    public DiffusionTask(DiffusionRecipe recipe, RunFolder run, Device device)
    {
        this.recipe = recipe;
        data = new MotionData(run, recipe.Model, device);
        using var start = recipe.From is null ? null : SafeTensors.Open(ClipFiles.Weights(run, recipe.From));
        Weights = start is null ? Weights.New(device, recipe.Seed) : Weights.Grown(device, start, recipe.Seed);
        model = new AvatarModel(Weights, recipe.Model, withAudio: HasSound);
        if (recipe.MouthWeight > 0) reader = data.Reader();
        foreach (int latents in recipe.Windows.Select(window => window.Latents).Distinct())
        {
            patterns[latents] = recipe.Model.Bidirectional ? ClipFlow.Bidirectional(device, recipe.Model, latents) : new SparsePattern(device, recipe.Model);
            flows[latents] = new ClipFlow(model, patterns[latents]);
        }
        Trained = Weights.All.Where(w => IsTrained(w.Key)).ToDictionary();
    }

    public Weights Weights { get; }

    public IReadOnlyDictionary<string, Tensor> Trained { get; }

    bool HasSound => recipe.Layers != TrainedLayers.AllWithoutAudio;

    bool IsTrained(string weight) =>
        !AvatarModel.IsStatistic(weight) && (recipe.Layers != TrainedLayers.AudioOnly || VideoTransformer.IsAudio(weight));

    public void Prepare(IProgress<TrainingEvent> progress, CancellationToken cancel)
    {
        data.Prepare(recipe.Clips, HasSound, progress, cancel);
        data.SetStatistics(model);
    }

    public Tensor Loss(int step, LossParts parts)
    {
        using var scope = Tensor.Scope();
        var random = new RandomStream(recipe.Seed).Fork((ulong)step);
        var window = recipe.Windows[random.Integer(recipe.Windows.Length)];
        float[] times = new float[window.Batch];
        for (int i = 0; i < times.Length; i++) times[i] = DrawTime(random);
        bool told = random.Uniform() >= recipe.Untold;
        var batch = data.Draw(random, window.Batch, window.Latents, told ? Hears.ItsOwn : Hears.Nothing);
        return scope.Keep(Loss(batch, times, random.Fork(1), reader is null || !told ? null : clean => parts.Add("mouths", reader.Loss(clean, batch)) * recipe.MouthWeight));
    }

    /// <summary>Noise and near it: all that two steps see. The rest keeps more steps useful. (MINI-MODEL: low noise was undertrained.)</summary>
    internal static float DrawTime(RandomStream random)
    {
        float which = random.Uniform();
        return which < 0.2f ? 0 : which < 0.45f ? random.Uniform(0, 0.3f) : which < 0.7f ? random.Uniform(0.3f, 0.6f) : random.Uniform(0.5f, 0.98f);
    }

    Tensor Loss(MotionBatch batch, float[] times, RandomStream random, Func<Tensor, Tensor>? ofClean = null) =>
        FlowLoss.Of(flows[batch.Latents.Shape[2]], batch.Latents, batch, data.ErrorWeights(), times, Tensor.Normal(Weights.Device, batch.Latents.Shape, random), ofClean);

    public IReadOnlyList<Metric> Validate(int step, RunFolder run)
    {
        var window = recipe.Windows[0];
        float[] times = [.. Enumerable.Repeat(MotionData.WatchedTime, window.Batch)];
        return data.Watch(model, step, window, HasSound, (batch, random) => Loss(batch, times, random).Item());
    }

    public void Dispose()
    {
        foreach (var pattern in patterns.Values) ((IDisposable)pattern).Dispose();
        Weights.Dispose();
        data.Dispose();
    }
}
