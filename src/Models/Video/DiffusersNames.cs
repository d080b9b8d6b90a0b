using System.Text.RegularExpressions;
using TalkingMachines.Models.Image;
using TalkingMachines.Models.Vae;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>Wan's transformer and umT5 under the names that diffusers and transformers give them, turned into Wan's own.</summary>
public static partial class DiffusersNames
{
    static readonly (string Theirs, string Ours)[] Outside =
    [
        ("condition_embedder.time_embedder.linear_1.", "time_embedding.0."),
        ("condition_embedder.time_embedder.linear_2.", "time_embedding.2."),
        ("condition_embedder.text_embedder.linear_1.", "text_embedding.0."),
        ("condition_embedder.text_embedder.linear_2.", "text_embedding.2."),
        ("condition_embedder.time_proj.", "time_projection.1."),
        ("condition_embedder.image_embedder.norm1.", "img_emb.proj.0."),
        ("condition_embedder.image_embedder.ff.net.0.proj.", "img_emb.proj.1."),
        ("condition_embedder.image_embedder.ff.net.2.", "img_emb.proj.3."),
        ("condition_embedder.image_embedder.norm2.", "img_emb.proj.4."),
        ("condition_embedder.image_embedder.pos_embed", "img_emb.emb_pos"),
        ("scale_shift_table", "head.modulation"),
        ("proj_out.", "head.head."),
    ];

    /// <summary>Within blocks.N. The norms 2 and 3 change places: theirs are numbered in the order of use.</summary>
    static readonly (string Theirs, string Ours)[] Inside =
    [
        ("scale_shift_table", "modulation"),
        ("attn1.", "self_attn."),
        ("attn2.", "cross_attn."),
        ("norm2.", "norm3."),
        ("norm3.", "norm2."),
        ("ffn.net.0.proj.", "ffn.0."),
        ("ffn.net.2.", "ffn.2."),
    ];

    static readonly (string Theirs, string Ours)[] Attention =
    [
        ("to_q.", "q."),
        ("to_k.", "k."),
        ("to_v.", "v."),
        ("to_out.0.", "o."),
        ("add_k_proj.", "k_img."),
        ("add_v_proj.", "v_img."),
        ("norm_added_k.", "norm_k_img."),
    ];

    static readonly (string Theirs, string Ours)[] TextBlock =
    [
        ("layer.0.SelfAttention.relative_attention_bias.", "pos_embedding.embedding."),
        ("layer.0.SelfAttention.", "attn."),
        ("layer.0.layer_norm.", "norm1."),
        ("layer.1.DenseReluDense.wi_0.", "ffn.gate.0."),
        ("layer.1.DenseReluDense.wi_1.", "ffn.fc1."),
        ("layer.1.DenseReluDense.wo.", "ffn.fc2."),
        ("layer.1.layer_norm.", "norm2."),
    ];

    /// <summary>Whatever network of the family a source holds, under Wan's names. Owns the source.</summary>
    public static IWeightSource Wans(IWeightSource source) => TransformersClip.Renamed(DiffusersAutoencoder.Renamed(TextEncoder(Transformer(source))));

    /// <summary>The transformer under Wan's names; a source that has them already stays as it is. Owns the source.</summary>
    public static IWeightSource Transformer(IWeightSource source) =>
        source.Tensors.Keys.Any(name => name.StartsWith("condition_embedder.", StringComparison.Ordinal)) ? RenamedWeights.By(source, TransformerName) : source;

    /// <summary>The text encoder under Wan's names; a source that has them already stays as it is. Owns the source.</summary>
    public static IWeightSource TextEncoder(IWeightSource source) =>
        source.Tensors.ContainsKey("encoder.final_layer_norm.weight") ? RenamedWeights.By(source, name => TextEncoderName(name, source.Tensors.ContainsKey("shared.weight"))) : source;

    static string TransformerName(string name)
    {
        if (Block().Match(name) is not { Success: true } block) return Renamed(name, Outside);
        string rest = Renamed(name[block.Length..], Inside);
        int dot = rest.IndexOf('.') + 1;
        return block.Value + (rest.Contains("_attn.", StringComparison.Ordinal) ? rest[..dot] + Renamed(rest[dot..], Attention) : rest);
    }

    static string? TextEncoderName(string name, bool hasShared)
    {
        if (TextBlockStart().Match(name) is { Success: true } block) return $"blocks.{block.Groups[1].Value}.{Renamed(name[block.Length..], TextBlock)}";
        return name switch
        {
            "shared.weight" => "token_embedding.weight",
            "encoder.embed_tokens.weight" => hasShared ? null : "token_embedding.weight", // the same table again
            "spiece_model" => null, // the tokenizer, which ComfyUI packs with the weights
            "encoder.final_layer_norm.weight" => "norm.weight",
            _ => name,
        };
    }

    /// <summary>A name whose beginning is replaced by the first row of a table that fits.</summary>
    internal static string Renamed(string name, (string Theirs, string Ours)[] table)
    {
        var (theirs, ours) = Array.Find(table, each => name.StartsWith(each.Theirs, StringComparison.Ordinal));
        return theirs is null ? name : ours + name[theirs.Length..];
    }

    [GeneratedRegex(@"^blocks\.\d+\.")]
    private static partial Regex Block();

    [GeneratedRegex(@"^encoder\.block\.(\d+)\.")]
    private static partial Regex TextBlockStart();
}
