using System.Text.Json;
using TalkingMachines.Models.Image;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Vae;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;
using TalkingMachines.Tests.Media;
using TalkingMachines.Tests.Models;
using TalkingMachines.Tests.Wan;
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
        using var source = DiffusersNames.TextEncoder(Holding([.. new[] { theirs, "shared.weight", "encoder.final_layer_norm.weight", "encoder.embed_tokens.weight", "spiece_model" }.Distinct()]));
        Assert.Equal(new[] { ours, "token_embedding.weight", "norm.weight" }.Distinct().Order(), source.Tensors.Keys.Order());
    }

    [Fact]
    public void A_text_encoder_may_name_its_table_only_within()
    {
        using var source = DiffusersNames.TextEncoder(Holding("encoder.final_layer_norm.weight", "encoder.embed_tokens.weight"));
        Assert.Equal(["norm.weight", "token_embedding.weight"], source.Tensors.Keys.Order());
    }

    [Theory]
    [InlineData("quant_conv.bias", "conv1.bias")]
    [InlineData("post_quant_conv.weight", "conv2.weight")]
    [InlineData("encoder.conv_in.weight", "encoder.conv1.weight")]
    [InlineData("encoder.down_blocks.3.conv_shortcut.bias", "encoder.downsamples.3.shortcut.bias")]
    [InlineData("encoder.down_blocks.5.time_conv.weight", "encoder.downsamples.5.time_conv.weight")]
    [InlineData("encoder.down_blocks.10.norm2.gamma", "encoder.downsamples.10.residual.3.gamma")]
    [InlineData("encoder.mid_block.resnets.1.conv2.weight", "encoder.middle.2.residual.6.weight")]
    [InlineData("decoder.mid_block.attentions.0.to_qkv.weight", "decoder.middle.1.to_qkv.weight")]
    [InlineData("decoder.up_blocks.1.resnets.0.conv_shortcut.weight", "decoder.upsamples.4.shortcut.weight")]
    [InlineData("decoder.up_blocks.0.upsamplers.0.time_conv.bias", "decoder.upsamples.3.time_conv.bias")]
    [InlineData("decoder.up_blocks.2.upsamplers.0.resample.1.weight", "decoder.upsamples.11.resample.1.weight")]
    [InlineData("decoder.up_blocks.3.resnets.2.norm1.gamma", "decoder.upsamples.14.residual.0.gamma")]
    [InlineData("decoder.norm_out.gamma", "decoder.head.0.gamma")]
    public void The_autoencoder_has_wans_names(string theirs, string ours)
    {
        string[] blocks = [.. Enumerable.Range(0, 3).Select(i => $"decoder.up_blocks.0.resnets.{i}.conv1.weight")];
        using var source = DiffusersAutoencoder.Renamed(Holding([theirs, .. blocks]));
        Assert.Equal(Enumerable.Range(0, 3).Select(i => $"decoder.upsamples.{i}.residual.2.weight").Append(ours).Order(), source.Tensors.Keys.Order());
    }

    [Fact]
    public void Wans_own_names_stay()
    {
        using var source = Holding("blocks.0.norm3.weight", "head.modulation");
        Assert.Same(source, DiffusersNames.Transformer(source));
        Assert.Same(source, DiffusersNames.Wans(source));
    }

    [Fact]
    public void Published_autoencoders_and_clips_hold_the_same_under_either_name() => LeakCheck.On("cpu:0", device =>
    {
        using var autoencoder = new KeyTable("wan2.1_vae");
        using var renamed = DiffusersNames.Wans(new KeyTable("vae", autoencoder.Tensors.Values.Select(tensor => (DiffusersLayout.Autoencoder(tensor.Name), tensor.Shape))));
        Assert.Equal(autoencoder.Parameters, KeyReport.Expect(device, renamed, weights => _ = new WanAutoencoder(weights, WanAutoencoderConfig.Of(weights))).Count);
        Assert.Equal(autoencoder.Tensors.Keys.Order(), renamed.Tensors.Keys.Order());

        using var clip = new KeyTable("clip_xlm_roberta_vit_h_14");
        (string, Shape)[] beside = [("visual_projection.weight", [1024, 1280]), ("vision_model.embeddings.position_ids", [1, 257]), ("text_model.final_layer_norm.bias", [1024]), ("logit_scale", [])];
        using var tower = DiffusersNames.Wans(new KeyTable("image_encoder", [.. clip.Tensors.Values.SelectMany(tensor => DiffusersLayout.Clip(tensor.Name, tensor.Shape)), .. beside]));
        KeyReport.Expect(device, tower, weights => _ = new ClipVisualEncoder(weights, ClipVisualConfig.Of(weights)), key => ClipVisualEncoder.Ignores(key, new ClipVisualConfig()));
        Assert.Equal(clip.Tensors.Values.Where(tensor => tensor.Name.StartsWith("visual.", StringComparison.Ordinal) && tensor.Name != "visual.head").OrderBy(tensor => tensor.Name), tower.Tensors.Values.OrderBy(tensor => tensor.Name));
    });

    [Fact]
    public void Separate_queries_keys_and_values_are_one_matrix() => LeakCheck.On("cpu:0", device =>
    {
        using var scope = Tensor.Scope();
        var all = new Dictionary<string, Tensor>
        {
            ["vision_model.embeddings.class_embedding"] = Tensor.From(device, [2], [8, 9]),
            ["vision_model.encoder.layers.0.self_attn.q_proj.weight"] = Tensor.From(device, [1, 2], [1, 2]),
            ["vision_model.encoder.layers.0.self_attn.k_proj.weight"] = Tensor.From(device, [1, 2], [3, 4]),
            ["vision_model.encoder.layers.0.self_attn.v_proj.weight"] = Tensor.From(device, [1, 2], [5, 6]),
            ["vision_model.encoder.layers.0.self_attn.q_proj.bias"] = Tensor.From(device, [1], [7]),
        };
        SafeTensors.Write(folder.File("a.safetensors"), all, DType.F32);
        using var source = DiffusersNames.Wans(SafeTensors.Open(folder.File("a.safetensors")));
        float[] numbers = new float[6];
        source.Read("visual.transformer.0.attn.to_qkv.weight", numbers);
        Assert.Equal([1, 2, 3, 4, 5, 6], numbers);
        Assert.Equal(new Shape([3, 2]), source.Tensors["visual.transformer.0.attn.to_qkv.weight"].Shape);
        Assert.Equal(new Shape([1, 1, 2]), source.Tensors["visual.cls_embedding"].Shape);
        Assert.Equal(["visual.cls_embedding", "visual.transformer.0.attn.q_proj.bias", "visual.transformer.0.attn.to_qkv.weight"], source.Tensors.Keys.Order());
        Assert.Contains("expected 2 numbers", Assert.Throws<WeightFileException>(() => source.Read("visual.transformer.0.attn.to_qkv.weight", new float[2])).Message, StringComparison.Ordinal);
    });

    SafeTensors Holding(params string[] names)
    {
        var header = names.ToDictionary(name => name, _ => new { dtype = "F32", shape = new[] { 0 }, data_offsets = new[] { 0, 0 } });
        File.WriteAllBytes(folder.File("a.safetensors"), SafeTensorsTests.Bytes(JsonSerializer.Serialize(header), []));
        return SafeTensors.Open(folder.File("a.safetensors"));
    }

    public void Dispose() => folder.Dispose();
}
