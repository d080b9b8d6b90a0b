using System.Text.Json;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.WeightFiles;

/// <summary>Checkpoints in diffusers' layout have Wan's names once read.</summary>
public sealed class DiffusersNamesTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("condition_embedder.time_embedder.linear_2.bias", "time_embedding.2.bias")]
    [InlineData("condition_embedder.time_proj.weight", "time_projection.1.weight")]
    [InlineData("condition_embedder.image_embedder.ff.net.2.weight", "img_emb.proj.3.weight")]
    [InlineData("scale_shift_table", "head.modulation")]
    [InlineData("proj_out.bias", "head.head.bias")]
    [InlineData("patch_embedding.weight", "patch_embedding.weight")]
    [InlineData("blocks.12.scale_shift_table", "blocks.12.modulation")]
    [InlineData("blocks.0.attn1.to_out.0.weight", "blocks.0.self_attn.o.weight")]
    [InlineData("blocks.0.attn1.norm_q.weight", "blocks.0.self_attn.norm_q.weight")]
    [InlineData("blocks.0.attn2.add_k_proj.bias", "blocks.0.cross_attn.k_img.bias")]
    [InlineData("blocks.0.attn2.norm_added_k.weight", "blocks.0.cross_attn.norm_k_img.weight")]
    [InlineData("blocks.0.norm2.weight", "blocks.0.norm3.weight")]
    [InlineData("blocks.0.ffn.net.0.proj.weight", "blocks.0.ffn.0.weight")]
    public void The_transformer_has_wans_names(string theirs, string ours)
    {
        using var source = DiffusersNames.Transformer(Holding(theirs, "condition_embedder.text_embedder.linear_1.weight"));
        Assert.Equal(new[] { ours, "text_embedding.0.weight" }.Order(), source.Tensors.Keys.Order());
    }

    [Theory]
    [InlineData("shared.weight", "token_embedding.weight")]
    [InlineData("encoder.block.7.layer.0.SelfAttention.relative_attention_bias.weight", "blocks.7.pos_embedding.embedding.weight")]
    [InlineData("encoder.block.7.layer.0.SelfAttention.q.weight", "blocks.7.attn.q.weight")]
    [InlineData("encoder.block.7.layer.1.DenseReluDense.wi_0.weight", "blocks.7.ffn.gate.0.weight")]
    [InlineData("encoder.block.7.layer.1.layer_norm.weight", "blocks.7.norm2.weight")]
    public void The_text_encoder_has_wans_names(string theirs, string ours)
    {
        using var source = DiffusersNames.TextEncoder(Holding(theirs, "encoder.final_layer_norm.weight", "encoder.embed_tokens.weight"));
        Assert.Equal(new[] { ours, "norm.weight" }.Order(), source.Tensors.Keys.Order());
    }

    [Fact]
    public void Wans_own_names_stay()
    {
        using var source = Holding("blocks.0.norm3.weight", "head.modulation");
        Assert.Same(source, DiffusersNames.Transformer(source));
        Assert.Same(source, DiffusersNames.TextEncoder(source));
    }

    SafeTensors Holding(params string[] names)
    {
        var header = names.ToDictionary(name => name, _ => new { dtype = "F32", shape = new[] { 0 }, data_offsets = new[] { 0, 0 } });
        File.WriteAllBytes(folder.File("a.safetensors"), SafeTensorsTests.Bytes(JsonSerializer.Serialize(header), []));
        return SafeTensors.Open(folder.File("a.safetensors"));
    }

    public void Dispose() => folder.Dispose();
}
