using MathNet.Numerics.LinearAlgebra;
using TalkingMachines.Evaluation;
using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Layers;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;
using TalkingMachines.Training.Data;

namespace TalkingMachines.Training.Objectives;

/// <summary>Trains what the mini model hears: mouth values from sound. Its features are then whitened and frozen. (MINI-MODEL, "Audio".)</summary>
public sealed record HearingRecipe : Recipe
{
    public required int Clips { get; init; }

    public int Batch { get; init; } = 24;

    public override ITrainingTask Open(RunFolder run, Device device) => new HearingTask(this, run, device);
}

/// <summary>Squared error of five mouth values by video frame.</summary>
public sealed class HearingTask : ITrainingTask
{
    /// <summary>Clips of validation characters, shared by the recipes.</summary>
    public const int ValidationClips = 64;

    const int MelFrames = 4 * ClipSet.Frames;

    readonly HearingRecipe recipe;
    readonly RunFolder folder;
    readonly MelEncoder model;
    ClipSet? clips;
    ClipSet? validation;

    public HearingTask(HearingRecipe recipe, RunFolder run, Device device)
    {
        this.recipe = recipe;
        folder = run;
        Weights = Weights.New(device, recipe.Seed);
        model = new MelEncoder(Weights);
        Trained = Weights.All.Where(w => !w.Key.StartsWith("whitening", StringComparison.Ordinal)).ToDictionary();
    }

    public Weights Weights { get; }

    public IReadOnlyDictionary<string, Tensor> Trained { get; }

    public void Prepare(IProgress<TrainingEvent> progress, CancellationToken cancel)
    {
        clips = ClipSet.Open(ClipFiles.Speech(folder), ClipFiles.Seed + 2, recipe.Clips, null, progress, cancel);
        validation = ClipSet.Open(ClipFiles.Validation(folder), ClipFiles.Seed + 1, ValidationClips, CharacterSeeds.FirstValidation, progress, cancel);
    }

    public Tensor Loss(int step, LossParts parts)
    {
        using var scope = Tensor.Scope();
        var random = new RandomStream(recipe.Seed).Fork((ulong)step);
        int[] rows = [.. Enumerable.Range(0, recipe.Batch).Select(_ => random.Integer(clips!.Count))];
        var (mel, truth) = Batch(clips!, rows, random);
        var heard = model.Mouth(model.Raw(mel));
        return scope.Keep((heard - truth).Square().Mean());
    }

    /// <summary>What is heard [B,80,M] and true mouths [B,F,5]; with a random stream as other throats and microphones would sound.</summary>
    (Tensor Mel, Tensor Truth) Batch(ClipSet set, ReadOnlySpan<int> rows, RandomStream? random)
    {
        float[] mel = new float[MelSpectrogram.Bands * MelFrames], heard = new float[rows.Length * VoiceMean.Rows * MelFrames], truth = new float[rows.Length * ClipSet.Frames * MouthShape.Count];
        for (int i = 0; i < rows.Length; i++)
        {
            var source = set.Mel(rows[i]);
            if (random is null) for (int j = 0; j < mel.Length; j++) mel[j] = (float)source[j];
            else Vary(source, mel, random);
            VoiceMean.Apply(mel, 0, heard.AsSpan(i * VoiceMean.Rows * MelFrames, VoiceMean.Rows * MelFrames));
            for (int frame = 0; frame < ClipSet.Frames; frame++)
            {
                var mouth = set.Mouth(rows[i], frame);
                for (int k = 0; k < mouth.Length; k++) truth[(((i * ClipSet.Frames) + frame) * mouth.Length) + k] = (float)mouth[k];
            }
        }
        return (Tensor.From(Weights.Device, [rows.Length, VoiceMean.Rows, MelFrames], heard), Tensor.From(Weights.Device, [rows.Length, ClipSet.Frames, MouthShape.Count], truth));
    }

    // Louder or softer (ln of power / 4: about 6 dB), bands stretched and shifted as a longer or shorter throat does, brighter or
    // darker and hollowed here and there as by another mouth or microphone, and now and then some bands without a voice in
    // them: there are few voices to learn from, and people have others.
    static void Vary(ReadOnlySpan<Half> source, Span<float> target, RandomStream random)
    {
        float gain = random.Uniform(-0.35f, 0.35f), stretch = MathF.Exp(random.Uniform(-0.15f, 0.15f)), shift = random.Uniform(-1.5f, 1.5f);
        float tilt = random.Uniform(-0.35f, 0.35f), depth = random.Uniform(0, 0.2f), waves = random.Uniform(0.5f, 3), phase = random.Uniform(0, 1);
        int mute = random.Uniform() < 0.3f ? random.Integer(MelSpectrogram.Bands) : MelSpectrogram.Bands, muted = random.Integer(6);
        for (int band = 0; band < MelSpectrogram.Bands; band++)
        {
            var row = target.Slice(band * MelFrames, MelFrames);
            float from = Math.Clamp((band * stretch) + shift, 0, MelSpectrogram.Bands - 1);
            int below = Math.Min((int)from, MelSpectrogram.Bands - 2);
            float share = from - below, place = (float)band / (MelSpectrogram.Bands - 1);
            float level = gain + (tilt * ((2 * place) - 1)) + (depth * MathF.Cos(MathF.Tau * ((waves * place) + phase)));
            var low = source.Slice(below * MelFrames, MelFrames);
            var high = source.Slice((below + 1) * MelFrames, MelFrames);
            for (int i = 0; i < MelFrames; i++) row[i] = ((float)low[i] * (1 - share)) + ((float)high[i] * share) + level;
            if (band >= mute && band <= mute + muted) row.Fill(MelSpectrogram.Silence);
        }
    }

    /// <summary>Correlation of each mouth value over the validation clips; sets the whitening as it goes.</summary>
    public IReadOnlyList<Metric> Validate(int step, RunFolder run)
    {
        Whiten();
        using var scope = Tensor.Scope();
        var (mel, truth) = Batch(validation!, [.. Enumerable.Range(0, ValidationClips)], null);
        float[] heard = model.Mouth(model.Raw(mel)).ToArray(), real = truth.ToArray();
        return [.. MouthShape.Names.Select((name, k) => new Metric(name, Series.Correlation(Column(heard, k), Column(real, k))))];
    }

    /// <summary>One mouth value of all rows.</summary>
    internal static double[] Column(float[] rows, int value)
    {
        var column = new double[rows.Length / MouthShape.Count];
        for (int i = 0; i < column.Length; i++) column[i] = rows[(i * MouthShape.Count) + value];
        return column;
    }

    // Leading principal components of the raw features, each to unit variance.
    void Whiten()
    {
        int rows = Math.Min(clips!.Count, 400), frames = rows * ClipSet.Frames;
        var features = Matrix<double>.Build.Dense(frames, MelEncoder.RawFeatures);
        for (int clip = 0; clip < rows; clip++)
        {
            using var scope = Tensor.Scope();
            float[] raw = model.Raw(Batch(clips, [clip], null).Mel).ToArray();
            for (int i = 0; i < raw.Length; i++) features[(clip * ClipSet.Frames) + (i / MelEncoder.RawFeatures), i % MelEncoder.RawFeatures] = raw[i];
        }
        var centre = features.ColumnSums() / frames;
        for (int row = 0; row < frames; row++) features.SetRow(row, features.Row(row) - centre);
        var decomposition = ((features.TransposeThisAndMultiply(features)) / frames).Evd(Symmetricity.Symmetric);
        float[] matrix = new float[MelEncoder.Features * MelEncoder.RawFeatures];
        for (int k = 0; k < MelEncoder.Features; k++)
        {
            int column = MelEncoder.RawFeatures - 1 - k; // eigenvalues come in rising order
            double scale = 1 / Math.Sqrt(decomposition.EigenValues[column].Real + (1e-4 * decomposition.EigenValues[^1].Real));
            for (int i = 0; i < MelEncoder.RawFeatures; i++) matrix[(k * MelEncoder.RawFeatures) + i] = (float)(decomposition.EigenVectors[i, column] * scale);
        }
        model.SetWhitening([.. centre.Select(c => (float)c)], matrix);
    }

    public void Dispose() => Weights.Dispose();
}
