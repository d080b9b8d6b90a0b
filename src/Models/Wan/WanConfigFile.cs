using System.Text.Json;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Wan;

/// <summary>config.json of a transformer, as Wan publishes it or as diffusers does.</summary>
public static class WanConfigFile
{
    const int MostBytes = 1 << 20;

    /// <summary>The file of a folder, or of its folder transformer; null where there is none of a Wan model.</summary>
    public static string? Find(string folder) =>
        new[] { Path.Combine(folder, Avatar.ConfigFile), Path.Combine(folder, "transformer", Avatar.ConfigFile) }.FirstOrDefault(IsOne);

    // Our own models have another config.json.
    static bool IsOne(string path)
    {
        if (new FileInfo(path) is not { Exists: true, Length: <= MostBytes }) return false;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return json.RootElement.ValueKind == JsonValueKind.Object && (json.RootElement.TryGetProperty("dim", out _) || IsDiffusers(json.RootElement));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    static bool IsDiffusers(JsonElement root) => root.TryGetProperty("num_attention_heads", out _) && root.TryGetProperty("attention_head_dim", out _);

    public static WanConfig Read(string path)
    {
        try
        {
            string text = File.ReadAllText(path);
            using var json = JsonDocument.Parse(text);
            return IsDiffusers(json.RootElement) ? FromDiffusers(json.RootElement) : WanConfig.Parse(text);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new WeightFileException($"{path} is not a Wan configuration: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    static WanConfig FromDiffusers(JsonElement root)
    {
        int Number(string name, int? otherwise = null) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
            ? value.GetInt32()
            : otherwise ?? throw new JsonException($"it lacks {name}");
        var usual = new WanConfig { Width = 1, FeedForward = 1, Heads = 1, Layers = 1 };
        int heads = Number("num_attention_heads"), picture = Number("image_dim", 0);
        return new WanConfig
        {
            Width = checked(heads * Number("attention_head_dim")),
            FeedForward = Number("ffn_dim"),
            Heads = heads,
            Layers = Number("num_layers"),
            Type = picture > 0 ? "i2v" : "t2v",
            InputChannels = Number("in_channels", usual.InputChannels),
            OutputChannels = Number("out_channels", usual.OutputChannels),
            Frequencies = Number("freq_dim", usual.Frequencies),
            TextWidth = Number("text_dim", usual.TextWidth),
            ImageWidth = picture > 0 ? picture : usual.ImageWidth,
            Epsilon = root.TryGetProperty("eps", out var eps) ? eps.GetSingle() : usual.Epsilon,
        }.Checked();
    }
}
