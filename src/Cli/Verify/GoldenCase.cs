using System.Text.Json;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify;

/// <summary>
/// One case of a golden folder: inputs and outputs of a network of somebody else, its config, and where its weights are.
/// Inputs that the file describes instead of holding ("2*funi([1,4],7)") are computed.
/// </summary>
internal sealed class GoldenCase : IDisposable
{
    const string In = "in.", Out = "out.";

    readonly IWeightSource contents;
    readonly GoldenFolder folder;
    readonly JsonDocument config;
    IWeightSource? weights;

    public GoldenCase(GoldenFolder folder, string name, IWeightSource contents, IReadOnlyDictionary<string, string> metadata)
    {
        (this.folder, Name, this.contents, Metadata) = (folder, name, contents, metadata);
        try
        {
            config = JsonDocument.Parse(metadata.GetValueOrDefault("config", "{}"));
        }
        catch (JsonException broken)
        {
            throw new WeightFileException($"{contents.Name} has a config that is not JSON: {broken.Message}", broken);
        }
        Outputs = [.. contents.Tensors.Keys.Where(key => key.StartsWith(Out, StringComparison.Ordinal)).Select(key => key[Out.Length..]).Order(StringComparer.Ordinal)];
    }

    public string Name { get; }

    /// <summary>Free text of the file, such as <c>seq_len</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Names of the outputs, without "out.".</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>The network's configuration, an empty object where the file has none.</summary>
    public JsonElement Config => config.RootElement;

    public bool HasConfig(string field) => Config.ValueKind == JsonValueKind.Object && Config.TryGetProperty(field, out _);

    /// <summary>A number of the config, or <paramref name="otherwise"/> where the config doesn't say.</summary>
    public int Number(string field, int otherwise) => HasConfig(field) && Config.GetProperty(field).TryGetInt32(out int value) ? value : otherwise;

    public bool HasInput(string name) => contents.Tensors.ContainsKey(In + name) || Formula(name) is not null;

    public bool HasOutput(string name) => contents.Tensors.ContainsKey(Out + name);

    /// <summary>Files of weights, best first; the others are copies of the first.</summary>
    public IReadOnlyList<string> WeightFiles => folder.WeightFiles(Name);

    /// <summary>Whether the case has weights with this key.</summary>
    public bool HasWeight(string key) => OpenWeights() is { } source && source.Tensors.ContainsKey(key);

    /// <summary>The network's weights under plain names (<see cref="CheckpointNames"/>), those of the Wan family as Wan has them (<see cref="DiffusersNames"/>); this case keeps them open.</summary>
    public IWeightSource Weights => OpenWeights()
        ?? throw new WeightFileException($"{Name} has no weights: expected {Name}.weights.safetensors, {Name}.pth or {Name}.pt beside its io file, or weights by formula.");

    /// <summary>Another file of the case, such as the ".model" of a tokenizer.</summary>
    public string File(string ending) => folder.FileOf(Name, ending) ?? throw new WeightFileException($"{Name}{ending} is missing.");

    public bool HasFile(string ending) => folder.FileOf(Name, ending) is not null;

    IWeightSource? OpenWeights() =>
        weights ??= WeightFiles is [var first, ..] ? DiffusersNames.Wans(CheckpointNames.Clean(WeightFile.Open(first))) : FormulaWeights.Of(Name, Metadata);

    public Shape InputShape(string name) => contents.Tensors.TryGetValue(In + name, out var stored) ? stored.Shape : Described(name).Shape;

    /// <summary>An input in the current scope.</summary>
    public Tensor Input(string name, Device device) => Tensor.From(device, InputShape(name), Input(name));

    public float[] Input(string name) => contents.Tensors.ContainsKey(In + name) ? Read(In + name) : Described(name).Values();

    /// <summary>An input of whole numbers, such as token ids.</summary>
    public int[] Integers(string name) => [.. Input(name).Select(value => checked((int)value))];

    public StoredTensor Output(string name) => contents.Tensors[Out + name];

    /// <summary>What the output must be.</summary>
    public float[] Expected(string name) => Read(Out + name);

    float[] Read(string key)
    {
        var values = new float[checked((int)contents.Tensors[key].Shape.Count)];
        contents.Read(key, values);
        return values;
    }

    GoldenFormula Described(string name) =>
        Formula(name) is { } text ? GoldenFormula.Parse(text) : throw new WeightFileException($"{contents.Name} lacks {In}{name}.");

    string? Formula(string name) => Metadata.GetValueOrDefault(In + name) ?? Metadata.GetValueOrDefault(name + "_input");

    public void Dispose()
    {
        weights?.Dispose();
        contents.Dispose();
        config.Dispose();
    }
}
