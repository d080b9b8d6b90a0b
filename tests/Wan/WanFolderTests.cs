using System.Text.Json.Nodes;
using TalkingMachines.Models.Wan;
using TalkingMachines.Tensors;
using TalkingMachines.Tests.Media;
using TalkingMachines.Tests.WeightFiles;
using Xunit;

namespace TalkingMachines.Tests.Wan;

/// <summary>What is missing or wrong in a folder of public weights is said in one line, before anything is loaded.</summary>
public sealed class WanFolderTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    string Written(TinyWan? kind = null) => (kind ?? new TinyWan { Type = "i2v", AddOn = WanPart.MultiTalk }).Write(folder.File("model"));

    void AssertRefused(string expected)
    {
        LeakCheck.On("cpu:0", device =>
        {
            var error = Assert.Throws<WeightFileException>(() =>
            {
                using var opened = WanFolder.Open(folder.File("model"));
                opened.Check(device);
            });
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        });
    }

    [Theory]
    [InlineData("diffusion_pytorch_model.safetensors", "lacks the transformer")]
    [InlineData("Wan2.1_VAE.pth", "lacks the autoencoder (such as Wan2.1_VAE.pth)")]
    [InlineData("models_t5.pth", "lacks the text encoder")]
    [InlineData("models_clip.safetensors", "lacks the CLIP image encoder")]
    [InlineData("wav2vec2/model.safetensors", "by which MultiTalk hears")]
    [InlineData("google/umt5-xxl/spiece.model", "lacks the tokenizer's google/umt5-xxl/spiece.model")]
    [InlineData("config.json", "has no config.json of a Wan model")]
    public void A_missing_file_is_named(string file, string expected)
    {
        File.Delete(Path.Combine(Written(), file));
        AssertRefused(expected);
    }

    [Theory]
    [InlineData("diffusion_pytorch_model.safetensors", "head.head.bias", "does not fit the network. Missing: head.head.bias [64]")]
    [InlineData("models_clip.safetensors", "visual.pre_norm.bias", "Missing: visual.pre_norm.bias [32]")]
    [InlineData("multitalk.safetensors", "blocks.1.norm_x.bias", "Missing: blocks.1.norm_x.bias [48]")]
    [InlineData("multitalk.safetensors", "audio_proj.proj3.weight", "audio_proj.proj3.weight is missing")]
    [InlineData("wav2vec2/model.safetensors", "wav2vec2.encoder.layers.1.final_layer_norm.bias", "wav2vec2.encoder.layers.1.final_layer_norm.bias [32]")]
    public void A_missing_key_is_named_with_its_file(string file, string key, string expected)
    {
        Change(file, tensors => tensors.Remove(key));
        AssertRefused(expected);
        AssertRefused(Path.GetFileName(file));
    }

    [Fact]
    public void A_wrong_shape_and_an_unexpected_key_are_named()
    {
        Change("diffusion_pytorch_model.safetensors", tensors =>
        {
            tensors["head.head.weight"] = new float[48];
            tensors["img_emb.emb_pos"] = [1, 2];
        });
        AssertRefused("Of another shape: head.head.weight is [48], expected [64,48]. Unexpected: img_emb.emb_pos.");
    }

    [Fact]
    public void A_text_encoder_of_another_width_does_not_fit()
    {
        Change("diffusion_pytorch_model.safetensors", tensors => tensors["text_embedding.0.weight"] = new float[48 * 24], "text_embedding.0.weight", [48, 24]);
        AssertRefused("models_t5.pth has 40 values a token, expected 24");
    }

    [Fact]
    public void A_part_that_is_there_twice_is_refused()
    {
        string path = Written();
        File.Copy(Path.Combine(path, "Wan2.1_VAE.pth"), Path.Combine(path, "other.pth"));
        AssertRefused("are both the autoencoder (such as Wan2.1_VAE.pth), expected one");
    }

    [Fact]
    public void Of_the_same_network_in_two_formats_the_safetensors_file_is_taken()
    {
        string path = Written(), sound = Path.Combine(path, "wav2vec2");
        using (var device = Device.Cpu(0)) TinyWan.WriteHearing(device, all => TinyWan.WritePickle(Path.Combine(sound, "pytorch_model.bin"), all));
        using var opened = WanFolder.Open(path);
        Assert.Equal(Path.Combine(sound, "model.safetensors"), opened.Parts[WanPart.SoundEncoder].Name);
    }

    [Fact]
    public void The_index_that_MultiTalk_publishes_holds_its_layers_among_the_transformer_s()
    {
        var kind = new TinyWan { Type = "i2v", AddOn = WanPart.MultiTalk, Form = TinyForm.Sharded };
        string path = Written(kind), index = Path.Combine(path, "diffusion_pytorch_model.safetensors.index.json");
        var map = JsonNode.Parse(File.ReadAllText(index))!["weight_map"]!.AsObject();
        using (var talk = SafeTensors.Open(Path.Combine(path, "multitalk.safetensors")))
            foreach (string name in talk.Tensors.Keys) map.Add(name, "multitalk.safetensors");
        File.WriteAllText(index, new JsonObject { ["weight_map"] = map.DeepClone() }.ToJsonString());
        LeakCheck.On("cpu:0", device =>
        {
            using var opened = WanFolder.Open(path);
            Assert.Equal([WanPart.Transformer, WanPart.Autoencoder, WanPart.TextEncoder, WanPart.ImageEncoder, WanPart.SoundEncoder, WanPart.MultiTalk], opened.Check(device).Keys);
            Assert.All(opened.Parts[WanPart.MultiTalk].Tensors.Keys, name => Assert.Contains("audio_proj audio_cross_attn norm_x".Split(' '), part => name.Contains(part, StringComparison.Ordinal)));
        });
    }

    [Theory]
    [InlineData("models_clip.safetensors", "F8_E4M3")]
    [InlineData("multitalk.safetensors", "F8_E5M2")]
    public void Weights_of_a_type_that_we_do_not_read_are_named(string file, string type)
    {
        string path = Path.Combine(Written(), file);
        File.WriteAllBytes(path, SafeTensorsTests.Bytes($$$"""{"blocks.0.weight":{"dtype":"{{{type}}}","shape":[2],"data_offsets":[0,2]}}""", [1, 2]));
        AssertRefused($"{path}: blocks.0.weight has type {type}, expected F16, BF16, F32");
    }

    [Theory]
    [InlineData("{\"steps\": 0}", "steps are 0")]
    [InlineData("{\"speed\": 2}", "speed")]
    [InlineData("[]", "no object")]
    [InlineData("{\"steps\": \"many\"}", "steps")]
    [InlineData("{\"motionFrames\": 6}", "motionFrames are 6")]
    [InlineData("{\"window\": 4}", "window is 4 with a sink of 3")]
    public void A_senseless_sampling_file_is_refused(string json, string expected)
    {
        File.WriteAllText(Path.Combine(Written(), WanSampling.File), json);
        AssertRefused(expected);
        AssertRefused("sampling.json does not say how to sample");
    }

    [Fact]
    public void A_shard_that_the_index_names_must_be_there()
    {
        string path = Written(new TinyWan { Form = TinyForm.Sharded });
        File.Delete(Path.Combine(path, "diffusion_pytorch_model-00002-of-00002.safetensors"));
        AssertRefused("diffusion_pytorch_model-00002-of-00002.safetensors does not exist");
    }

    [Fact]
    public void Published_ways_of_sampling_follow_from_what_is_in_the_folder()
    {
        WanSampling Of(TinyWan kind, string name)
        {
            string path = kind.Write(folder.File(name));
            File.Delete(Path.Combine(path, WanSampling.File));
            using var opened = WanFolder.Open(path);
            return opened.Sampling;
        }
        Assert.Equal((50, 5d, 16, false), Of(new(), "t2v") is var t2v ? (t2v.Steps, t2v.Shift, t2v.FramesPerSecond, t2v.Causal) : default);
        Assert.Equal((40, 3d), Of(new() { Type = "i2v" }, "i2v") is var i2v ? (i2v.Steps, i2v.Shift) : default);
        Assert.Equal(("euler", 25, 25, 4f), Of(new() { Type = "i2v", AddOn = WanPart.MultiTalk }, "multi") is var multi ? (multi.Solver, multi.FramesPerSecond, multi.MotionFrames, multi.SoundGuidance) : default);
        Assert.Equal((30, 23, 5f), Of(new() { Type = "i2v", AddOn = WanPart.FantasyTalking }, "fantasy") is var fantasy ? (fantasy.Steps, fantasy.FramesPerSecond, fantasy.SoundGuidance) : default);
        Assert.Equal((true, 5d), Of(new() { Form = TinyForm.Student }, "student") is var student ? (student.Causal, student.Shift) : default);
        var causVid = WanSampling.Usual(new TinyWan().Config, null, "generator");
        Assert.Equal((8d, false), (causVid.Shift, causVid.WarpsSteps));
        Assert.Equal([1000, 757, 522], causVid.StepList);
    }

    // Rewrites a file's tensors: those given anew are flat unless a shape is given.
    void Change(string file, Action<Dictionary<string, float[]>> change, string? shaped = null, int[]? shape = null)
    {
        string path = Path.Combine(Directory.Exists(folder.File("model")) ? folder.File("model") : Written(), file);
        using var device = Device.Cpu(0);
        var shapes = new Dictionary<string, Shape>();
        var values = new Dictionary<string, float[]>();
        using (var source = SafeTensors.Open(path))
            foreach (var (name, stored) in source.Tensors)
            {
                (shapes[name], values[name]) = (stored.Shape, new float[stored.Shape.Count]);
                source.Read(name, values[name]);
            }
        change(values);
        if (shaped is not null) shapes[shaped] = new Shape(shape);
        using var scope = Tensor.Scope();
        SafeTensors.Write(path, values.ToDictionary(each => each.Key, each => Tensor.From(device, shapes.TryGetValue(each.Key, out var s) && s.Count == each.Value.Length ? s : [each.Value.Length], each.Value)), DType.F32);
    }
}
