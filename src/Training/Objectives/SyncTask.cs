using TalkingMachines.Evaluation;
using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;
using TalkingMachines.Training.Data;

namespace TalkingMachines.Training.Objectives;

/// <summary>Trains the judge of sound and lips on drawn characters that speak.</summary>
public sealed record SyncRecipe : Recipe
{
    /// <summary>Clips of speech to take sounds and mouths from.</summary>
    public required int Clips { get; init; }

    /// <summary>Runs of 1.5 s in a batch, each of a character of its own.</summary>
    public int Runs { get; init; } = 8;

    /// <summary>Clips that a validation judges.</summary>
    public int WatchedClips { get; init; } = 12;

    public override ITrainingTask Open(RunFolder run, Device device) => new SyncTask(this, run, device);
}

/// <summary>
/// Which of all sounds of a batch belongs to these lips, and which lips to this sound: cross entropy over squared distances
/// ("Perfect match", Chung, Chung and Kang 2019), both ways. A sound that asks for the same mouth, as silence does, is no wrong answer.
/// </summary>
public sealed class SyncTask : ITrainingTask
{
    const float Temperature = 10;   // squared distances that make a wrong answer e times less likely
    const float Pull = 0.05f;       // of pairs that belong together: without it, all distances may grow
    const float Steepest = 60;      // e^60 is far beyond a wrong answer's share and within f32

    readonly SyncRecipe recipe;
    readonly RunFolder folder;
    readonly PuppetSyncNet network;
    PrefetchedBatches<SyncBatch>? batches;
    SyncValidation? validation;

    public SyncTask(SyncRecipe recipe, RunFolder run, Device device)
    {
        (this.recipe, folder) = (recipe, run);
        Weights = Weights.New(device, recipe.Seed);
        network = new PuppetSyncNet(Weights);
    }

    public Weights Weights { get; }

    public IReadOnlyDictionary<string, Tensor> Trained => Weights.All;

    public void Prepare(IProgress<TrainingEvent> progress, CancellationToken cancel)
    {
        string path = Path.Combine(Path.GetDirectoryName(ClipFiles.Training(folder))!, "sync.bin");
        var clips = ClipSet.Open(path, ClipFiles.Seed + 2, recipe.Clips, null, progress, cancel);
        validation = SyncValidation.Draw(recipe.WatchedClips, progress, cancel);
        batches = new PrefetchedBatches<SyncBatch>(new SyncRuns(recipe.Seed, clips, recipe.Runs).Make, capacity: 3);
    }

    public Tensor Loss(int step, LossParts parts)
    {
        var batch = batches!.Take(step);
        using var scope = Tensor.Scope();
        int n = batch.Windows;
        var looks = network.Look(Tensor.From(Weights.Device, [batch.Runs * SyncRuns.Frames, 3, FaceWindows.MouthHeight, FaceWindows.MouthWidth], batch.Mouths));
        var lips = network.Lips(looks, batch.Runs);                                                                             // [N,128]
        var sound = network.Sound(Tensor.From(Weights.Device, [n, MelSpectrogram.Bands, PuppetSyncNet.Columns], batch.Mel));    // [N,128]
        var distances = lips.Square().SumTo([n, 1]) + sound.Square().SumTo([n, 1]).Permute(1, 0) - (lips.MatMul(sound, transposeB: true) * 2);
        var strangers = Tensor.From(Weights.Device, [n, n], batch.Strangers);
        var pairs = (lips - sound).Square().SumTo([n, 1]);
        var loss = parts.Add("sound of lips", Choice(pairs, distances, strangers)) +
            parts.Add("lips of sound", Choice(pairs, distances.Permute(1, 0), strangers)) + // strangers are so both ways
            (parts.Add("distance", pairs.Mean() * (1 / Temperature)) * Pull);
        return scope.Keep(loss);
    }

    /// <summary>Mean over rows of -ln of the share of the right answer among it and its row's strangers.</summary>
    /// <param name="pairs">[N,1], squared distances to the right answers.</param>
    /// <param name="distances">[N,N], to all.</param>
    static Tensor Choice(Tensor pairs, Tensor distances, Tensor strangers)
    {
        using var scope = Tensor.Scope();
        int n = distances.Shape[0];
        var behind = (distances - pairs) * (1 / Temperature);
        var wrong = (behind.Maximum(Tensor.Filled(behind.Device, [1], -Steepest)) * -1).Exp() * strangers;
        return scope.Keep(MeanLogarithm(wrong.SumTo([n, 1]) + 1));
    }

    /// <summary>Mean of ln x. The engine has no logarithm; its tangent ln a + (x - a) / a, taken at a = x itself, has the same value and gradient.</summary>
    static Tensor MeanLogarithm(Tensor x)
    {
        using var scope = Tensor.Scope();
        float[] at = x.ToArray();
        var slope = Tensor.From(x.Device, x.Shape, [.. at.Select(value => 1 / value)]);
        var height = Tensor.From(x.Device, x.Shape, [.. at.Select(value => MathF.Log(value) - 1)]);
        return scope.Keep(((x * slope) + height).Mean());
    }

    public IReadOnlyList<Metric> Validate(int step, RunFolder run) => validation!.Measure(new PuppetSyncJudge(network), run.Sample("distances", step, "svg"));

    public void Dispose()
    {
        batches?.Dispose();
        Weights.Dispose();
    }
}
