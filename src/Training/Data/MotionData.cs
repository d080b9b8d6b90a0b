using TalkingMachines.Models;
using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Vae;
using TalkingMachines.Tensors;
using TalkingMachines.Training.Objectives;

namespace TalkingMachines.Training.Data;

/// <summary>What the character of a clip is told.</summary>
internal enum Hears
{
    ItsOwn,
    /// <summary>The sound of another clip: what it ought to look like is not known, but for its mouth.</summary>
    Another,
    /// <summary>Neither sound nor picture, for guidance.</summary>
    Nothing,
}

/// <summary>
/// What every task on the video transformer shares: clips as latents with their sound, the frozen networks that made them, how
/// much the latents move, and what validations look at.
/// </summary>
internal sealed class MotionData : IDisposable
{
    /// <summary>Time at which validations measure the loss.</summary>
    public const float WatchedTime = 0.2f;

    const int LossClips = 48;

    readonly RunFolder folder;
    readonly AvatarConfig config;
    readonly Device device;
    readonly ReferenceAutoencoder autoencoder;
    readonly MelEncoder hearing;
    readonly List<Weights> frozen = [];
    readonly List<string> standIns = [];
    readonly float[] scale;
    readonly float[] deviation;
    LatentSet? training;
    LatentSet? validation;
    LipSyncValidation? lips;

    /// <summary>Loads the frozen networks from the runs beside <paramref name="run"/>, or the shipped ones.</summary>
    public MotionData(RunFolder run, AvatarConfig config, Device device)
    {
        (folder, this.config, this.device) = (run, config, device);
        scale = new float[config.Autoencoder.LatentChannels];
        deviation = new float[config.Autoencoder.LatentChannels * config.LatentSide * config.LatentSide];
        autoencoder = Frozen(Recipes.MiniAutoencoder().Name, weights => new ReferenceAutoencoder(weights, config.Autoencoder));
        hearing = Frozen(Recipes.MiniHearing().Name, weights => new MelEncoder(weights));
    }

    T Frozen<T>(string from, Func<Weights, T> make)
    {
        string path = ClipFiles.Weights(folder, from);
        if (path != ClipFiles.OfRun(folder, from)) standIns.Add(path);
        using var file = SafeTensors.Open(path);
        var weights = Weights.From(device, file);
        frozen.Add(weights);
        return make(weights);
    }

    /// <summary>Share of the error of a cell in the latent itself, by channel and cell: deviation squared; a little for cells that hardly move.</summary>
    public Tensor ErrorWeights() =>
        Tensor.From(device, [1, config.Autoencoder.LatentChannels, 1, config.LatentSide, config.LatentSide], LatentStatistics.Weights(deviation));

    /// <summary>Reads mouths off latents; its weights are frozen.</summary>
    public CodeReader Reader() => Frozen(Recipes.MiniCodeReader().Name, weights => new CodeReader(weights, config));

    /// <summary>Opens or makes the clips, and measures how much their latents move.</summary>
    /// <param name="withLips">Validations look at lips too.</param>
    public void Prepare(int count, bool withLips, IProgress<TrainingEvent> progress, CancellationToken cancel)
    {
        if (standIns.Count > 0) progress.Report(new Notice($"Shipped weights stand in for runs that are not there: {string.Join(", ", standIns)}."));
        if (withLips) lips = LipSyncValidation.Open(folder, device, config.Picture, progress, cancel);
        var clips = ClipSet.Open(ClipFiles.Training(folder), ClipFiles.Seed, count, null, progress, cancel);
        var others = ClipSet.Open(ClipFiles.Validation(folder), ClipFiles.Seed + 1, HearingTask.ValidationClips, CharacterSeeds.FirstValidation, progress, cancel);
        string file = ClipFiles.Weights(folder, Recipes.MiniAutoencoder().Name);
        validation = LatentSet.Open(ClipFiles.Latents(folder, "validation"), others, config.Picture, autoencoder, file, hearing, device, progress, cancel);
        training = LatentSet.Open(ClipFiles.Latents(folder, "training"), clips, config.Picture, autoencoder, file, hearing, device, progress, cancel);
        LatentStatistics.Measure(training, config, scale, deviation);
    }

    /// <summary>Gives the statistics of the clips to a model.</summary>
    public void SetStatistics(AvatarModel model) => model.SetStatistics(scale, deviation);

    /// <summary>Whole validation clips.</summary>
    public MotionBatch WatchedClips(int first, int count) =>
        MotionBatch.Make(device, validation!, config, scale, ClipSet.Frames / AutoencoderConfig.FramesPerLatent, [.. Enumerable.Range(first, count)], new int[count]);

    /// <summary>Random windows of training clips.</summary>
    public MotionBatch Draw(RandomStream random, int batch, int latents, Hears hears = Hears.ItsOwn)
    {
        int[] clips = new int[batch], starts = new int[batch], sounds = new int[batch];
        for (int i = 0; i < batch; i++)
        {
            clips[i] = random.Integer(training!.Clips.Count);
            starts[i] = MotionBatch.Margin + random.Integer(ClipSet.Frames - (AutoencoderConfig.FramesPerLatent * latents) - (2 * MotionBatch.Margin) + 1);
            sounds[i] = hears switch { Hears.Nothing => -1, Hears.Another => random.Integer(training.Clips.Count), _ => clips[i] };
        }
        return MotionBatch.Make(device, training!, config, scale, latents, clips, starts, sounds);
    }

    /// <summary>
    /// A loss on validation clips with the right sound and with another's, the early alarm of a dead audio path; rollouts against the
    /// true latents; and lips as a lip reader sees them, where one is trained.
    /// </summary>
    public IReadOnlyList<Metric> Watch(AvatarModel model, int step, TrainingWindow window, bool withSound, Func<MotionBatch, RandomStream, double> loss)
    {
        var (latents, batch) = window;
        double right = 0, wrong = 0;
        int[] starts = [.. Enumerable.Repeat(MotionBatch.Margin, batch)];
        for (int i = 0; i + batch <= LossClips; i += batch)
        {
            int[] clips = [.. Enumerable.Range(i, batch)], others = [.. clips.Select(clip => (clip + 7) % LossClips)];
            right += Lost(clips, clips);
            wrong += Lost(clips, others);

            double Lost(int[] clips, int[] sounds)
            {
                using var scope = Tensor.Scope();
                return loss(MotionBatch.Make(device, validation!, config, scale, latents, clips, starts, sounds), new RandomStream(5).Fork((ulong)clips[0]));
            }
        }
        var metrics = new List<Metric> { new("loss", right / (LossClips / batch)), new("loss with another sound over loss", wrong / right) };
        if (withSound) metrics.AddRange(RolloutSheet.Measure(model, autoencoder, validation!, scale, folder.Sample("rollout", step)));
        if (lips is not null) metrics.AddRange(lips.Measure(new Avatar(model, hearing, autoencoder)));
        return metrics;
    }

    public void Dispose()
    {
        lips?.Dispose();
        foreach (var weights in frozen) weights.Dispose();
    }
}
