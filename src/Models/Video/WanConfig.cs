using System.Text.Json;
using System.Text.Json.Serialization;

namespace TalkingMachines.Models.Video;

/// <summary>Sizes of a WanModel as its published config.json names them; what the file leaves out has Wan 2.1's value (FACTS 1.1).</summary>
public sealed record WanConfig
{
    const int Most = 1 << 17; // bounds what a hostile file can ask for; ten times the largest published number

    [JsonPropertyName("dim")]
    public required int Width { get; init; }

    [JsonPropertyName("ffn_dim")]
    public required int FeedForward { get; init; }

    [JsonPropertyName("num_heads")]
    public required int Heads { get; init; }

    [JsonPropertyName("num_layers")]
    public required int Layers { get; init; }

    /// <summary>t2v, or i2v: with a picture's CLIP features.</summary>
    [JsonPropertyName("model_type")]
    public string Type { get; init; } = "t2v";

    /// <summary>Channels of the input: 16 noisy; in i2v also 4 of the mask and 16 of the picture, in this order.</summary>
    [JsonPropertyName("in_dim")]
    public int InputChannels { get; init; } = 16;

    [JsonPropertyName("out_dim")]
    public int OutputChannels { get; init; } = 16;

    [JsonPropertyName("freq_dim")]
    public int Frequencies { get; init; } = 256;

    [JsonPropertyName("text_dim")]
    public int TextWidth { get; init; } = 4096;

    /// <summary>Rows to which text is padded; padding is attended to (FACTS 1.3, 4).</summary>
    [JsonPropertyName("text_len")]
    public int TextLength { get; init; } = 512;

    /// <summary>Width of CLIP's features.</summary>
    [JsonPropertyName("clip_dim")]
    public int ImageWidth { get; init; } = 1280;

    [JsonPropertyName("eps")]
    public float Epsilon { get; init; } = 1e-6f;

    [JsonPropertyName("patch_size")]
    public int[] Patch { get; init; } = [1, TokenGrid.Patch, TokenGrid.Patch];

    [JsonPropertyName("qk_norm")]
    public bool NormsQueries { get; init; } = true;

    [JsonPropertyName("cross_attn_norm")]
    public bool NormsBeforeText { get; init; } = true;

    [JsonIgnore]
    public int HeadWidth => Width / Heads;

    [JsonIgnore]
    public bool SeesPicture => Type == "i2v";

    /// <summary>That of a config.json; names it does not know are skipped, as the file also carries those of its library.</summary>
    public static WanConfig Parse(string json) =>
        (JsonSerializer.Deserialize<WanConfig>(json) ?? throw new JsonException("A Wan configuration is null, expected an object.")).Checked();

    /// <summary>This, if it describes a network of the family; otherwise an error that says what does not.</summary>
    public WanConfig Checked()
    {
        foreach (var (name, value) in new[]
        {
            ("dim", Width), ("ffn_dim", FeedForward), ("num_heads", Heads), ("num_layers", Layers), ("in_dim", InputChannels),
            ("out_dim", OutputChannels), ("freq_dim", Frequencies), ("text_dim", TextWidth), ("text_len", TextLength), ("clip_dim", ImageWidth),
        })
            Expect(value is > 0 and < Most, $"{name} is {value}, expected 1 to {Most - 1}");
        Expect(Type is "t2v" or "i2v", $"model_type is {Type}, expected t2v or i2v");
        Expect(Patch is [1, TokenGrid.Patch, TokenGrid.Patch], $"patch_size is [{string.Join(',', Patch ?? [])}], expected [1,2,2]");
        Expect(Width % Heads == 0 && HeadWidth % 2 == 0, $"dim {Width} does not split into {Heads} heads of even width");
        Expect(Frequencies % 2 == 0, $"freq_dim is {Frequencies}, expected an even number");
        Expect(Epsilon is > 0 and < 1, $"eps is {Epsilon}, expected a small positive number");
        Expect(NormsQueries, "qk_norm is off, expected a network with it");
        Expect(NormsBeforeText, "cross_attn_norm is off, expected a network with it");
        return this;
    }

    static void Expect(bool condition, string otherwise)
    {
        if (!condition) throw new ArgumentException($"A Wan configuration can't be used: {otherwise}.");
    }
}
