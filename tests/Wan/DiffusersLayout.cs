using System.Globalization;
using System.Text.RegularExpressions;
using TalkingMachines.Tensors;

namespace TalkingMachines.Tests.Wan;

/// <summary>From Wan's names to those of diffusers and transformers, as their converters go: the other way than the readers, and written apart from them.</summary>
internal static partial class DiffusersLayout
{
    static readonly (string Ours, string Theirs)[] TransformerParts =
    [
        ("time_embedding.0.", "condition_embedder.time_embedder.linear_1."), ("time_embedding.2.", "condition_embedder.time_embedder.linear_2."),
        ("text_embedding.0.", "condition_embedder.text_embedder.linear_1."), ("text_embedding.2.", "condition_embedder.text_embedder.linear_2."),
        ("time_projection.1.", "condition_embedder.time_proj."), ("img_emb.proj.0.", "condition_embedder.image_embedder.norm1."),
        ("img_emb.proj.1.", "condition_embedder.image_embedder.ff.net.0.proj."), ("img_emb.proj.3.", "condition_embedder.image_embedder.ff.net.2."),
        ("img_emb.proj.4.", "condition_embedder.image_embedder.norm2."), ("head.modulation", "scale_shift_table"), ("head.head.", "proj_out."),
        (".modulation", ".scale_shift_table"), (".norm3.", ".norm2."), (".ffn.0.", ".ffn.net.0.proj."), (".ffn.2.", ".ffn.net.2."),
        (".k_img.", ".add_k_proj."), (".v_img.", ".add_v_proj."), (".norm_k_img.", ".norm_added_k."),
        ("_attn.q.", "_attn.to_q."), ("_attn.k.", "_attn.to_k."), ("_attn.v.", "_attn.to_v."), ("_attn.o.", "_attn.to_out.0."),
        (".self_attn.", ".attn1."), (".cross_attn.", ".attn2."),
    ];

    static readonly (string Ours, string Theirs)[] TextParts =
    [
        ("token_embedding.", "shared."), (".attn.", ".layer.0.SelfAttention."), (".norm1.", ".layer.0.layer_norm."), (".norm2.", ".layer.1.layer_norm."),
        (".ffn.gate.0.", ".layer.1.DenseReluDense.wi_0."), (".ffn.fc1.", ".layer.1.DenseReluDense.wi_1."), (".ffn.fc2.", ".layer.1.DenseReluDense.wo."),
        (".pos_embedding.embedding.", ".layer.0.SelfAttention.relative_attention_bias."),
    ];

    static readonly (string Ours, string Theirs)[] AutoencoderParts =
    [
        ("coder.conv1.", "coder.conv_in."), ("head.0.", "norm_out."), ("head.2.", "conv_out."), ("middle.0.", "mid_block.resnets.0."), ("middle.1.", "mid_block.attentions.0."),
        ("middle.2.", "mid_block.resnets.1."), ("downsamples.", "down_blocks."), ("residual.0.", "norm1."), ("residual.2.", "conv1."), ("residual.3.", "norm2."),
        ("residual.6.", "conv2."), ("shortcut.", "conv_shortcut."),
    ];

    static readonly (string Ours, string Theirs)[] ClipParts =
    [
        ("visual.", "vision_model."), ("pre_norm.", "pre_layrnorm."), ("post_norm.", "post_layernorm."), ("patch_embedding.", "embeddings.patch_embedding."),
        ("transformer.", "encoder.layers."), (".norm1.", ".layer_norm1."), (".norm2.", ".layer_norm2."), ("mlp.0.", "mlp.fc1."), ("mlp.2.", "mlp.fc2."), ("attn.proj.", "self_attn.out_proj."),
    ];

    public static string Transformer(string ours) => Replaced(ours, TransformerParts);

    public static string TextEncoder(string ours) => ours == "norm.weight" ? "encoder.final_layer_norm.weight"
        : Replaced(ours.StartsWith("blocks.", StringComparison.Ordinal) ? "encoder.block." + ours["blocks.".Length..] : ours, TextParts);

    public static string Autoencoder(string ours)
    {
        if (ours.StartsWith("conv1.", StringComparison.Ordinal)) return "quant_" + ours.Replace("conv1", "conv", StringComparison.Ordinal);
        if (ours.StartsWith("conv2.", StringComparison.Ordinal)) return "post_quant_" + ours.Replace("conv2", "conv", StringComparison.Ordinal);
        // Three residual blocks and one that doubles the picture make a size.
        return Replaced(Upsample().Replace(ours, match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) is var i && i % 4 == 3
            ? $"up_blocks.{i / 4}.upsamplers.0." : $"up_blocks.{i / 4}.resnets.{i % 4}."), AutoencoderParts);
    }

    /// <summary>The tensors that one of Wan's CLIP is cut into, in order: queries, keys and values apart, no axes of 1 in front; none of what a visual tower has no place for.</summary>
    public static IEnumerable<(string Name, Shape Shape)> Clip(string ours, Shape shape)
    {
        int[] extents = [.. Enumerable.Range(0, shape.Rank).Select(axis => shape[axis])];
        if (!ours.StartsWith("visual.", StringComparison.Ordinal) || ours == "visual.head") return [];
        if (ours == "visual.cls_embedding") return [("vision_model.embeddings.class_embedding", new Shape(extents.AsSpan(2)))];
        if (ours == "visual.pos_embedding") return [("vision_model.embeddings.position_embedding.weight", new Shape(extents.AsSpan(1)))];
        string theirs = Replaced(ours, ClipParts);
        if (!theirs.Contains("attn.to_qkv", StringComparison.Ordinal)) return [(theirs, shape)];
        return new[] { "q", "k", "v" }.Select(part => (theirs.Replace("attn.to_qkv", $"self_attn.{part}_proj", StringComparison.Ordinal), shape.With(0, extents[0] / 3)));
    }

    /// <summary>The same with numbers, in the current scope.</summary>
    public static Dictionary<string, Tensor> Clip(IReadOnlyDictionary<string, Tensor> all)
    {
        var cut = new Dictionary<string, Tensor>();
        foreach (var (name, tensor) in all)
        {
            float[] numbers = tensor.ToArray();
            int at = 0;
            foreach (var (theirs, shape) in Clip(name, tensor.Shape))
            {
                cut.Add(theirs, Tensor.From(tensor.Device, shape, numbers.AsSpan(at, (int)shape.Count)));
                at += (int)shape.Count;
            }
        }
        return cut;
    }

    static string Replaced(string name, (string Ours, string Theirs)[] parts)
    {
        foreach (var (ours, theirs) in parts) name = name.Replace(ours, theirs, StringComparison.Ordinal);
        return name;
    }

    [GeneratedRegex(@"upsamples\.(\d+)\.")]
    private static partial Regex Upsample();
}
