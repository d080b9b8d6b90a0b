using System.Text.RegularExpressions;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Image;

/// <summary>
/// CLIP's visual tower under the names of transformers (image_encoder/ of a folder in diffusers' layout, clip_vision_h.safetensors),
/// turned into those that Wan publishes: queries, keys and values become one matrix.
/// </summary>
public static partial class TransformersClip
{
    const string Tower = "vision_model.", Sign = Tower + "embeddings.class_embedding";

    static readonly (string Theirs, string Ours)[] Outside =
    [
        ("embeddings.class_embedding", "cls_embedding"),
        ("embeddings.position_embedding.weight", "pos_embedding"),
        ("embeddings.patch_embedding.", "patch_embedding."),
        ("pre_layrnorm.", "pre_norm."), // so misspelt in every published file
        ("post_layernorm.", "post_norm."),
    ];

    static readonly (string Theirs, string Ours)[] Inside =
    [
        ("layer_norm1.", "norm1."),
        ("layer_norm2.", "norm2."),
        ("self_attn.out_proj.", "attn.proj."),
        ("self_attn.", "attn."),
        ("mlp.fc1.", "mlp.0."),
        ("mlp.fc2.", "mlp.2."),
    ];

    /// <summary>The tower under Wan's names; a source that has them already stays as it is. Owns the source.</summary>
    public static IWeightSource Renamed(IWeightSource source)
    {
        if (!source.Tensors.ContainsKey(Sign)) return source;
        var renamed = RenamedWeights.By(source, Name);
        return new StackedWeights(renamed, [.. Whole(), .. renamed.Tensors.Keys.Select(Query).OfType<Match>().SelectMany(Packed)]);
    }

    // A vector and a matrix here, with axes of 1 in front in Wan's file.
    static TensorStack[] Whole() => [new("visual.cls_embedding", 3, "visual.cls_embedding"), new("visual.pos_embedding", 3, "visual.pos_embedding")];

    static Match? Query(string name) => QueryWeight().Match(name) is { Success: true } match ? match : null;

    static IEnumerable<TensorStack> Packed(Match query) => new[] { "weight", "bias" }.Select(kind =>
        new TensorStack($"{query.Groups[1]}.to_qkv.{kind}", 1, [.. new[] { "q", "k", "v" }.Select(part => $"{query.Groups[1]}.{part}_proj.{kind}")]));

    // The reader of text and both projections to a common space are not needed to see for Wan.
    static string? Name(string name)
    {
        if (!name.StartsWith(Tower, StringComparison.Ordinal) || name.EndsWith("position_ids", StringComparison.Ordinal)) return null;
        string rest = name[Tower.Length..];
        return Layer().Match(rest) is { Success: true } layer
            ? $"visual.transformer.{layer.Groups[1]}.{DiffusersNames.Renamed(rest[layer.Length..], Inside)}"
            : "visual." + DiffusersNames.Renamed(rest, Outside);
    }

    [GeneratedRegex(@"^encoder\.layers\.(\d+)\.")]
    private static partial Regex Layer();

    [GeneratedRegex(@"^(visual\.transformer\.\d+\.attn)\.q_proj\.weight$")]
    private static partial Regex QueryWeight();
}
