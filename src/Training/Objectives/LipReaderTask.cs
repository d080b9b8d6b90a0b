using System.Globalization;
using TalkingMachines.Evaluation;
using TalkingMachines.Media;
using TalkingMachines.Models.Image;
using TalkingMachines.Models.Layers;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;
using TalkingMachines.Training.Data;

namespace TalkingMachines.Training.Objectives;

/// <summary>Trains the judge of lip sync on drawn characters whose mouths are known.</summary>
public sealed record LipReaderRecipe : Recipe
{
    public override ITrainingTask Open(RunFolder run, Device device) => new LipReaderTask(this, device);
}

/// <summary>Weighted squares of the errors of all seven values.</summary>
public sealed class LipReaderTask : ITrainingTask
{
    const int ValidationCharacters = 24, ValidationFrames = 12, SheetColumns = 12;

    static readonly string[] Names = [.. MouthShape.Names, "left lid", "right lid"];

    readonly LipReader reader;
    readonly PrefetchedBatches<LipReaderBatch> batches;

    public LipReaderTask(LipReaderRecipe recipe, Device device)
    {
        Weights = Weights.New(device, recipe.Seed);
        reader = new LipReader(Weights);
        batches = new PrefetchedBatches<LipReaderBatch>(new LipReaderPictures(recipe.Seed).Make, capacity: 3);
    }

    public Weights Weights { get; }

    public IReadOnlyDictionary<string, Tensor> Trained => Weights.All;

    public Tensor Loss(int step, LossParts parts)
    {
        var batch = batches.Take(step);
        using var scope = Tensor.Scope();
        int n = batch.Views.Count;
        var error = reader.Forward(batch.Views) - Tensor.From(Weights.Device, [n, LipReader.Values], batch.Targets);
        var squares = error.Square() * Tensor.From(Weights.Device, [n, LipReader.Values], batch.Weights);
        var means = squares.SumTo([1, LipReader.Values]) * (1f / n);
        for (int i = 0; i < Names.Length; i++) parts.Add(Names[i], means.Narrow(1, i, 1).Reshape(1));
        return scope.Keep(means.Sum());
    }

    /// <summary>Correlations over validation characters, as drawn and spoiled, and the worst character's; and a sheet of mouths with opening read and true.</summary>
    public IReadOnlyList<Metric> Validate(int step, RunFolder run)
    {
        var pictures = new LipReaderPictures(0);
        long[] characters = [.. Enumerable.Range(CharacterSeeds.FirstValidation, ValidationCharacters).Select(seed => (long)seed)];
        var clean = pictures.Make(new RandomStream(79), characters, ValidationFrames, spoiled: false);
        var spoiled = pictures.Make(new RandomStream(79), characters, ValidationFrames, spoiled: true);
        var (read, readSpoiled) = (Read(clean), Read(spoiled));
        WriteSheet(spoiled, readSpoiled, run.Sample("mouths", step));
        var metrics = new List<Metric>();
        for (int i = 0; i < Names.Length; i++) metrics.Add(new(Names[i], Correlation(clean, read, i, 0, clean.Views.Count)));
        metrics.Add(new("open spoiled", Correlation(spoiled, readSpoiled, 0, 0, spoiled.Views.Count)));
        metrics.Add(new("open worst character", Enumerable.Range(0, ValidationCharacters).Min(c => Correlation(clean, read, 0, c * ValidationFrames, ValidationFrames))));
        return metrics;
    }

    float[] Read(LipReaderBatch batch)
    {
        using var scope = Tensor.Scope();
        return reader.Forward(batch.Views).ToArray();
    }

    static double Correlation(LipReaderBatch batch, float[] read, int value, int first, int count) =>
        Series.Correlation(Column(batch.Targets, value, first, count), Column(read, value, first, count));

    static double[] Column(float[] rows, int value, int first, int count)
    {
        var column = new double[count];
        for (int i = 0; i < count; i++) column[i] = rows[((first + i) * LipReader.Values) + value];
        return column;
    }

    static void WriteSheet(LipReaderBatch batch, float[] read, string path)
    {
        var mouths = new List<Picture>();
        var captions = new List<string>();
        for (int i = 0; i < 6 * SheetColumns; i++)
        {
            var mouth = new Picture(FaceWindows.MouthWidth, FaceWindows.MouthHeight);
            PixelPlanes.ToBytes(batch.Views.Mouth(i, reference: false), mouth.Pixels);
            mouths.Add(mouth);
            int row = i * LipReader.Values;
            captions.Add(string.Create(CultureInfo.InvariantCulture, $"{read[row]:0.00}/{batch.Targets[row]:0.00}"));
        }
        Png.Write(ContactSheet.Tile(mouths, SheetColumns, captions), path);
    }

    public void Dispose()
    {
        batches.Dispose();
        Weights.Dispose();
    }
}
