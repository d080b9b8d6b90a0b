using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.WeightFiles;

/// <summary>Names of published checkpoints become those that our networks ask for; what does not fit is listed.</summary>
public sealed class CheckpointNamesTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("model.blocks.0.a model.b", "blocks.0.a b")]
    [InlineData("generator.model.a generator_ema.model.a critic.model.a", "a")]
    [InlineData("module._orig_mod.a module._orig_mod.b", "a b")]
    [InlineData("_fsdp_wrapped_module.blocks.0._checkpoint_wrapped_module.a", "blocks.0.a")]
    [InlineData("model.diffusion_model.a first_stage_model.b", "a")]
    [InlineData("conv.parametrizations.weight.original0 conv.parametrizations.weight.original1", "conv.weight_g conv.weight_v")]
    [InlineData("model.a visual.b", "model.a visual.b")]
    public void Wrappers_are_taken_off(string names, string expected)
    {
        using var source = CheckpointNames.Clean(Holding(names.Split(' ')));
        Assert.Equal(expected.Split(' ').Order(), source.Tensors.Keys.Order());
    }

    [Fact]
    public void Two_names_that_become_one_are_refused() =>
        Assert.Throws<WeightFileException>(() => CheckpointNames.Clean(Holding("_orig_mod.a", "a")));

    [Fact]
    public void What_does_not_fit_a_network_is_listed()
    {
        using var device = Device.Parse("cpu:0");
        using var file = Holding("up.weight", "up.bias", "head.weight");
        string message = Assert.Throws<WeightFileException>(() => KeyReport.Expect(device, file, weights =>
        {
            weights.Under("up").Get("weight", [1], Initial.Zeros);
            weights.Under("up").Get("bias", [2], Initial.Zeros);
            weights.Get("down", [1 << 30, 1 << 30], Initial.Zeros);
        })).Message;
        Assert.EndsWith("Missing: down [1073741824,1073741824]. Of another shape: up.bias is [1], expected [2]. Unexpected: head.weight.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_that_fits_is_counted_without_being_loaded()
    {
        using var device = Device.Parse("cpu:0");
        using var file = Holding("a", "quantizer.a");
        var report = KeyReport.Expect(device, file, weights => weights.Get("a", [1], Initial.Zeros), key => key.StartsWith("quantizer.", StringComparison.Ordinal));
        Assert.Equal(1, report.Count);
        Assert.Equal(0, device.Memory.LiveBytes);
    }

    [Fact]
    public void A_weight_of_another_shape_names_file_key_and_shapes()
    {
        using var device = Device.Parse("cpu:0");
        using var file = Holding("a");
        using var weights = Weights.From(device, file);
        Assert.Equal($"{file.Name}: a is [1], expected [2,3].", Assert.Throws<WeightFileException>(() => weights.Get("a", [2, 3], Initial.Zeros)).Message);
        Assert.Equal($"{file.Name}: b [2] is missing.", Assert.Throws<WeightFileException>(() => weights.Get("b", [2], Initial.Zeros)).Message);
        Assert.Equal(0, device.Memory.LiveStorages);
    }

    IWeightSource Holding(params string[] names)
    {
        string header = $"{{{string.Join(',', names.Select((name, i) => $$"""
            "{{name}}":{"dtype":"F32","shape":[1],"data_offsets":[{{4 * i}},{{4 * i + 4}}]}
            """))}}}";
        File.WriteAllBytes(folder.File("a.safetensors"), SafeTensorsTests.Bytes(header, new byte[4 * names.Length]));
        return WeightFile.Open(folder.File("a.safetensors"));
    }

    public void Dispose() => folder.Dispose();
}
