using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify;

/// <summary>
/// Weights of a large network without a file: each key's numbers follow from its place among the sorted keys. The case names keys
/// and shapes in its metadata.
/// </summary>
internal sealed partial class FormulaWeights : IWeightSource
{
    const double UsualGain = 2;
    const long MostNumbers = 1 << 28;

    readonly Dictionary<string, StoredTensor> tensors = new(StringComparer.Ordinal);
    readonly Dictionary<string, uint> seeds = new(StringComparer.Ordinal);
    readonly double gain;

    FormulaWeights(string name, double gain) => (Name, this.gain) = (name, gain);

    public string Name { get; }

    public IReadOnlyDictionary<string, StoredTensor> Tensors => tensors;

    /// <summary>Those that a case's metadata describes (weights: "formula_init gain=1.0", state_dict: {"key": [shape]}); null where it doesn't.</summary>
    public static FormulaWeights? Of(string name, IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.GetValueOrDefault("weights", "").StartsWith("formula", StringComparison.Ordinal)) return null;
        var stated = GainText().Match(metadata["weights"]);
        var made = new FormulaWeights(name, stated.Success ? double.Parse(stated.Groups[1].Value, CultureInfo.InvariantCulture) : UsualGain);
        try
        {
            using var keys = JsonDocument.Parse(metadata.GetValueOrDefault("state_dict", "{}"));
            uint seed = 0;
            foreach (var key in keys.RootElement.EnumerateObject().OrderBy(key => key.Name, StringComparer.Ordinal))
                made.Add(key.Name, new Shape([.. key.Value.EnumerateArray().Select(extent => extent.GetInt32())]), ++seed);
            return made;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new WeightFileException($"{name} describes its weights in a way that is not understood: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    void Add(string key, Shape shape, uint seed)
    {
        if (key.EndsWith("num_batches_tracked", StringComparison.Ordinal)) return; // counts batches of a training; it keeps its place among the keys
        tensors.Add(key, new StoredTensor(key, DType.F32, shape));
        seeds.Add(key, seed);
    }

    public void Read(string name, Span<float> target)
    {
        if (!tensors.TryGetValue(name, out var tensor)) throw new WeightFileException($"{Name} lacks {name}.");
        if (target.Length != tensor.Shape.Count || target.Length > MostNumbers)
            throw new WeightFileException($"{Name}: {name} is {tensor.Shape}, expected {target.Length} numbers.");
        var (scale, offset) = Law(name, tensor.Shape);
        uint seed = seeds[name];
        for (int i = 0; i < target.Length; i++) target[i] = (float)((GoldenFormula.Uniform((uint)i, seed) * scale) + offset);
    }

    (double Scale, double Offset) Law(string name, in Shape shape)
    {
        if (name.EndsWith("running_var", StringComparison.Ordinal)) return (0.5, 1);
        if (name.EndsWith("running_mean", StringComparison.Ordinal) || name.EndsWith("bias", StringComparison.Ordinal)) return (0.1, 0);
        return shape.Rank < 2 ? (0.2, 1) : (Math.Sqrt(3 * gain / shape.Product(1, shape.Rank)), 0);
    }

    public void Dispose()
    {
    }

    [GeneratedRegex(@"gain\s*=\s*([\d.]+)")]
    private static partial Regex GainText();
}
