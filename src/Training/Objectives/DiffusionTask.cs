using TalkingMachines.Models;
using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Vae;
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

/// <summary>Trains the video transformer by flow matching, on clips of characters that speak.</summary>
public sealed record DiffusionRecipe : Recipe
{
    public required TrainedLayers Layers { get; init; }

    /// <summary>The recipe whose weights this one starts from; null: new ones.</summary>
    public string? From { get; init; }

    public required int Clips { get; init; }

    public int Batch { get; init; } = 12;

    /// <summary>Chunks of a training window; from two on the predecessor is learnt.</summary>
    public int Chunks { get; init; } = 2;

    public AvatarConfig Model { get; init; } = AvatarConfig.Mini;

    public override ITrainingTask Open(RunFolder run, Device device) => new DiffusionTask(this, run, device);
}

/// <summary>
/// Flow matching (paper, eq. 1-3) under the sparse causal mask, one timestep shared by all chunks of a clip. The loss is that
/// of the network's answer, whose target has unit variance, weighted by how much a cell moves and what it shows.
/// </summary>
public sealed class DiffusionTask : ITrainingTask
{
    const int ValidationClips = 48;

    readonly DiffusionRecipe recipe;
    readonly RunFolder folder;
    readonly AvatarModel model;
    readonly MaskedPattern pattern;
    readonly Weights autoencoderWeights;
    readonly Weights hearingWeights;
    readonly ReferenceAutoencoder autoencoder;
    readonly MelEncoder hearing;
    readonly float[] scale;
    readonly float[] deviation;
    LatentSet? training;
    LatentSet? validation;
    LipSyncValidation? lips;

    public DiffusionTask(DiffusionRecipe recipe, RunFolder run, Device device)
    {
        (this.recipe, folder) = (recipe, run);
        var config = recipe.Model;
        scale = new float[config.Autoencoder.LatentChannels];
        deviation = new float[config.Autoencoder.LatentChannels * config.LatentSide * config.LatentSide];
        (autoencoder, autoencoderWeights) = Frozen(device, Recipes.MiniAutoencoder().Name, w => new ReferenceAutoencoder(w, config.Autoencoder));
        (hearing, hearingWeights) = Frozen(device, Recipes.MiniHearing().Name, w => new MelEncoder(w));
        using var start = recipe.From is null ? null : SafeTensors.Open(ClipFiles.Weights(run, recipe.From));
        Weights = start is null ? Weights.New(device, recipe.Seed) : Weights.Grown(device, start, recipe.Seed);
        model = new AvatarModel(Weights, config, withAudio: HasSound);
        pattern = new MaskedPattern(device, config, recipe.Chunks);
        Trained = Weights.All.Where(w => IsTrained(w.Key)).ToDictionary();
    }

    public Weights Weights { get; }

    public IReadOnlyDictionary<string, Tensor> Trained { get; }

    Device Device => Weights.Device;

    bool HasSound => recipe.Layers != TrainedLayers.AllWithoutAudio;

    int Latents => recipe.Chunks * recipe.Model.ChunkLatents;

    bool IsTrained(string weight) =>
        !weight.StartsWith("latent.", StringComparison.Ordinal) && (recipe.Layers != TrainedLayers.AudioOnly || VideoTransformer.IsAudio(weight));

    (T Model, Weights Weights) Frozen<T>(Device device, string from, Func<Weights, T> make)
    {
        using var file = SafeTensors.Open(ClipFiles.Weights(folder, from));
        var weights = Weights.From(device, file);
        return (make(weights), weights);
    }

    public void Prepare(IProgress<TrainingEvent> progress, CancellationToken cancel)
    {
        if (HasSound) lips = LipSyncValidation.Open(folder, Device, recipe.Model.Picture, progress, cancel);
        var clips = ClipSet.Open(ClipFiles.Training(folder), ClipFiles.Seed, recipe.Clips, null, progress, cancel);
        var others = ClipSet.Open(ClipFiles.Validation(folder), ClipFiles.Seed + 1, HearingTask.ValidationClips, CharacterSeeds.FirstValidation, progress, cancel);
        string file = ClipFiles.Weights(folder, Recipes.MiniAutoencoder().Name);
        validation = LatentSet.Open(ClipFiles.Latents(folder, "validation"), others, recipe.Model.Picture, autoencoder, file, hearing, Device, progress, cancel);
        training = LatentSet.Open(ClipFiles.Latents(folder, "training"), clips, recipe.Model.Picture, autoencoder, file, hearing, Device, progress, cancel);
        LatentStatistics.Measure(training, recipe.Model, scale, deviation);
        model.SetStatistics(scale, deviation);
    }

    public Tensor Loss(int step, LossParts parts)
    {
        using var scope = Tensor.Scope();
        var random = new RandomStream(recipe.Seed).Fork((ulong)step);
        int[] clips = new int[recipe.Batch], starts = new int[recipe.Batch];
        float[] times = new float[recipe.Batch];
        for (int i = 0; i < recipe.Batch; i++)
        {
            clips[i] = random.Integer(training!.Clips.Count);
            starts[i] = MotionBatch.Margin + random.Integer(ClipSet.Frames - (4 * Latents) - (2 * MotionBatch.Margin) + 1);
            times[i] = DrawTime(random);
        }
        var batch = MotionBatch.Make(Device, training!, recipe.Model, scale, Latents, clips, starts);
        return scope.Keep(Loss(batch, times, random.Fork(1)));
    }

    // Noise and near it: all that two steps see. The rest keeps more steps useful. (MINI-MODEL: low noise was undertrained.)
    static float DrawTime(RandomStream random)
    {
        float which = random.Uniform();
        return which < 0.2f ? 0 : which < 0.45f ? random.Uniform(0, 0.3f) : which < 0.7f ? random.Uniform(0.3f, 0.6f) : random.Uniform(0.5f, 0.98f);
    }

    Tensor Loss(MotionBatch batch, float[] times, RandomStream random)
    {
        using var scope = Tensor.Scope();
        var x1 = batch.Latents;
        var x0 = Tensor.Normal(Device, x1.Shape, random);
        var t = Tensor.From(Device, [times.Length, 1, 1, 1, 1], times);
        var x = (x1 * t) + (x0 * (t * -1 + 1));
        var (input, guess, answer) = model.Factors(times);
        var target = (x1 - x0 - (x * guess)) / answer;
        var found = Answer(batch, x * input, times);
        // A cell's share of the error in the latent itself: deviation squared; a little for cells that hardly move.
        var weights = batch.CellWeights * Tensor.From(Device, [1, recipe.Model.Autoencoder.LatentChannels, 1, recipe.Model.LatentSide, recipe.Model.LatentSide], LatentStatistics.Weights(deviation));
        return scope.Keep(((found - target).Square() * weights).Mean());
    }

    // The network's answer for chunks that follow c0, the clean reference latent.
    Tensor Answer(MotionBatch batch, Tensor input, float[] times)
    {
        using var scope = Tensor.Scope();
        var s = input.Shape;
        int b = s[0], f = s[2];
        float[] all = new float[b * (1 + f)];
        for (int i = 0; i < all.Length; i++) all[i] = i % (1 + f) == 0 ? 1 : times[i / (1 + f)];
        var transformer = model.Transformer;
        var motion = transformer.Motion(batch.Drive).After(transformer.Motion(BlockRollout.StillDrive(Device, recipe.Model, b, 1)), b);
        var latents = Tensor.Concat(2, Tensor.Zeros(Device, s.With(2, 1)), input);
        var found = transformer.Forward(latents, transformer.Times(Device, all), motion, transformer.Character(batch.References), pattern);
        return scope.Keep(found.Narrow(2, 1, f));
    }

    /// <summary>
    /// Loss at t = 0.2 with the right sound and with another's: the early alarm of a dead audio path; rollouts against the true
    /// latents; and lips as a lip reader sees them, where one is trained.
    /// </summary>
    public IReadOnlyList<Metric> Validate(int step, RunFolder run)
    {
        int[] clips = [.. Enumerable.Range(0, ValidationClips)], starts = new int[ValidationClips], others = new int[ValidationClips];
        for (int i = 0; i < clips.Length; i++) (starts[i], others[i]) = (MotionBatch.Margin, (i + 7) % ValidationClips);
        double right = 0, wrong = 0;
        for (int i = 0; i < ValidationClips; i += recipe.Batch)
        {
            right += FixedLoss(clips.AsSpan(i, recipe.Batch), starts.AsSpan(i, recipe.Batch), default);
            wrong += FixedLoss(clips.AsSpan(i, recipe.Batch), starts.AsSpan(i, recipe.Batch), others.AsSpan(i, recipe.Batch));
        }
        var metrics = new List<Metric> { new("loss", right / (ValidationClips / recipe.Batch)), new("loss with another sound over loss", wrong / right) };
        if (HasSound) metrics.AddRange(RolloutSheet.Measure(model, autoencoder, validation!, scale, run.Sample("rollout", step)));
        if (lips is not null) metrics.AddRange(lips.Measure(new Avatar(model, hearing, autoencoder)));
        return metrics;
    }

    double FixedLoss(ReadOnlySpan<int> clips, ReadOnlySpan<int> starts, ReadOnlySpan<int> sounds)
    {
        using var scope = Tensor.Scope();
        float[] times = new float[clips.Length];
        Array.Fill(times, 0.2f);
        return Loss(MotionBatch.Make(Device, validation!, recipe.Model, scale, Latents, clips, starts, sounds), times, new RandomStream(5).Fork((ulong)clips[0])).Item();
    }

    public void Dispose()
    {
        lips?.Dispose();
        pattern.Dispose();
        Weights.Dispose();
        autoencoderWeights.Dispose();
        hearingWeights.Dispose();
    }
}
