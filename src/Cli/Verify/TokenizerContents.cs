using System.Text.Json;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify;

/// <summary>
/// What a tokenizer must answer, from the JSON beside its model ({"tests": [{"text", "pieces", "ids"}], "vocab": [[piece, score]]}),
/// as outputs of a case: out.ids.00, out.pieces.00 and so on, out.vocab.pieces, out.vocab.scores. Text is in Unicode scalars, one
/// line a piece.
/// </summary>
internal sealed class TokenizerContents : IWeightSource
{
    public const string Ending = ".model", AnswersEnding = ".json";
    const long MostBytes = 64 << 20;

    readonly Dictionary<string, StoredTensor> tensors = new(StringComparer.Ordinal);
    readonly Dictionary<string, float[]> values = new(StringComparer.Ordinal);
    readonly List<string> texts = [];

    TokenizerContents(string path) => Name = path;

    public string Name { get; }

    public IReadOnlyDictionary<string, StoredTensor> Tensors => tensors;

    /// <summary>What is to be cut into pieces.</summary>
    public IReadOnlyList<string> Texts => texts;

    public static TokenizerContents Read(string path)
    {
        var contents = new TokenizerContents(path);
        if (new FileInfo(path).Length > MostBytes) throw new WeightFileException($"{path} is larger than {MostBytes} bytes, expected the answers of a tokenizer.");
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            contents.Add(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new WeightFileException($"{path} does not hold the answers of a tokenizer: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        return contents;
    }

    void Add(JsonElement json)
    {
        foreach (var test in json.GetProperty("tests").EnumerateArray())
        {
            string number = texts.Count.ToString("00", System.Globalization.CultureInfo.InvariantCulture);
            texts.Add(test.GetProperty("text").GetString()!);
            if (test.TryGetProperty("ids", out var ids)) Add($"ids.{number}", DType.I32, [.. ids.EnumerateArray().Select(id => id.GetSingle())]);
            if (test.TryGetProperty("pieces", out var pieces)) Add($"pieces.{number}", DType.I32, Scalars(pieces.EnumerateArray().Select(piece => piece.GetString()!)));
        }
        if (!json.TryGetProperty("vocab", out var vocabulary)) return;
        Add("vocab.pieces", DType.I32, Scalars(vocabulary.EnumerateArray().Select(piece => piece[0].GetString()!)));
        Add("vocab.scores", DType.F32, [.. vocabulary.EnumerateArray().Select(piece => piece[1].GetSingle())]);
    }

    void Add(string name, DType type, float[] numbers)
    {
        string key = "out." + name;
        values.Add(key, numbers);
        tensors.Add(key, new StoredTensor(key, type, [numbers.Length]));
    }

    /// <summary>Pieces as numbers that can be compared: their Unicode scalars, a line feed after each.</summary>
    public static float[] Scalars(IEnumerable<string> pieces) => [.. pieces.SelectMany(piece => (piece + "\n").EnumerateRunes()).Select(rune => (float)rune.Value)];

    public void Read(string name, Span<float> target) => values[name].CopyTo(target);

    public void Dispose()
    {
    }
}
