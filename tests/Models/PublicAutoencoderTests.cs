using System.Text.Json;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Vae;
using TalkingMachines.Tensors;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.Models;

public sealed class PublicAutoencoderTests
{
    static readonly WanAutoencoderConfig Small = new() { Widths = [6, 12, 24, 24], LatentChannels = 4 };

    [Fact]
    public void Pieces_of_a_stream_equal_the_whole_video_exactly() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 1);
        using var scope = Tensor.Scope();
        var network = new WanAutoencoder(weights, Small);
        var latents = Tensor.Normal(device, [1, 4, 5, 2, 3], new RandomStream(2));
        float[] whole = network.Decode(latents).ToArray();
        foreach (int[] pieces in new int[][] { [1, 1, 1, 1, 1], [2, 3], [4, 1] })
        {
            using var cache = new FrameCache();
            var parts = new List<Tensor>();
            int first = 0;
            foreach (int piece in pieces)
            {
                parts.Add(network.Decode(latents.Narrow(2, first, piece), cache));
                first += piece;
            }
            Assert.Equal(whole, Tensor.Concat(2, [.. parts]).ToArray());
        }
    });

    [Fact]
    public void A_stream_of_frames_is_encoded_as_the_whole_video() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 1);
        using var scope = Tensor.Scope();
        var network = new WanAutoencoder(weights, Small);
        var video = Tensor.Normal(device, [1, 3, 9, 16, 8], new RandomStream(2));
        using var cache = new FrameCache();
        var (start, rest) = (network.Encode(video.Narrow(2, 0, 5), cache), network.Encode(video.Narrow(2, 5, 4), cache));
        Assert.Equal(network.Encode(video).ToArray(), Tensor.Concat(2, start, rest).ToArray());
        Assert.Equal(network.Encode(video.Narrow(2, 0, 1)).ToArray(), start.Narrow(2, 0, 1).ToArray());
    });

    [Fact]
    public void A_stream_remembers_what_the_reference_remembers() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 1);
        using var scope = Tensor.Scope();
        using var cache = new FrameCache();
        new WanAutoencoder(weights, Small).Decode(Tensor.Normal(device, [1, 4, 2, 2, 3], new RandomStream(2)), cache);
        int[]?[] expected = JsonSerializer.Deserialize<int[]?[]>(File.ReadAllBytes(Checkout.File("tests/Golden/vae_cache_slots.json")))!;
        Assert.Equal(expected.OfType<int[]>().Select(slot => new Shape(slot)), cache.Slots.Select(slot => slot.Shape));
    });

    [Fact]
    public void A_disposed_cache_begins_a_new_stream() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 1);
        using var scope = Tensor.Scope();
        var network = new WanAutoencoder(weights, Small);
        var latents = Tensor.Normal(device, [1, 4, 2, 1, 1], new RandomStream(2));
        using var cache = new FrameCache();
        float[] first = network.Decode(latents, cache).ToArray();
        cache.Dispose();
        Assert.Equal(first, network.Decode(latents, cache).ToArray());
    });

    [Fact]
    public void Widths_of_a_light_autoencoder_are_read_from_its_file() => LeakCheck.On("cpu:0", device =>
    {
        using var folder = new TemporaryFolder();
        var light = new WanAutoencoderConfig { Widths = [24, 48, 96, 96] };
        using var scope = Tensor.Scope();
        var latents = Tensor.Normal(device, [1, 16, 2, 1, 2], new RandomStream(2));
        float[] frames;
        using (var made = Weights.New(device, 1))
        {
            frames = new WanAutoencoder(made, light).Decode(latents).ToArray();
            SafeTensors.Write(folder.File("light.safetensors"), made.All, DType.F32);
        }
        using var file = SafeTensors.Open(folder.File("light.safetensors"));
        using var weights = Weights.From(device, file);
        var config = WanAutoencoderConfig.Of(weights);
        Assert.Equivalent(light, config);
        Assert.Equal(frames, new WanAutoencoder(weights, config).Decode(latents).ToArray());
    });

    [Fact]
    public void A_video_that_does_not_fit_is_refused() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 1);
        using var scope = Tensor.Scope();
        var network = new WanAutoencoder(weights, Small);
        Assert.Throws<ArgumentException>(() => network.Encode(Tensor.Zeros(device, [1, 3, 1, 12, 8])));
        Assert.Throws<ArgumentException>(() => network.Encode(Tensor.Zeros(device, [1, 4, 1, 8, 8])));
        Assert.Throws<ArgumentException>(() => network.Decode(Tensor.Zeros(device, [1, 3, 1, 1, 1])));
    });

    [Fact]
    public void Pieces_of_a_stream_of_the_tiny_autoencoder_equal_the_whole() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 1);
        using var scope = Tensor.Scope();
        var network = new TinyAutoencoder(weights, new() { LatentChannels = 4, EncoderWidth = 8, DecoderWidths = [16, 8, 8, 8] });
        var latents = Tensor.Normal(device, [1, 4, 3, 2, 3], new RandomStream(2));
        using var cache = new FrameCache();
        var (start, rest) = (network.Decode(latents.Narrow(2, 0, 1), cache), network.Decode(latents.Narrow(2, 1, 2), cache));
        var whole = network.Decode(latents);
        Assert.Equal(new Shape([1, 3, 9, 16, 24]), whole.Shape);
        AssertNear(whole, Tensor.Concat(2, start, rest));
        Assert.All(whole.ToArray(), value => Assert.InRange(value, 0, 1));

        using var memory = new FrameCache();
        var (early, late) = (network.Encode(whole.Narrow(2, 0, 4), memory), network.Encode(whole.Narrow(2, 4, 4), memory));
        AssertNear(network.Encode(whole.Narrow(2, 0, 8)), Tensor.Concat(2, early, late));
        Assert.Equal(3, network.Encode(whole).Shape[2]);
    });

    [Fact]
    public void Spare_rows_of_a_tiny_autoencoder_are_those_in_front() => LeakCheck.On("cpu:0", device =>
    {
        using var folder = new TemporaryFolder();
        using var scope = Tensor.Scope();
        var config = new TinyAutoencoderConfig { LatentChannels = 4, EncoderWidth = 8, DecoderWidths = [16, 8, 8, 8] };
        var latents = Tensor.Normal(device, [1, 4, 2, 1, 1], new RandomStream(2));
        using var made = Weights.New(device, 1);
        var whole = new TinyAutoencoder(made, config).Decode(latents);
        var stored = made.All.ToDictionary(each => each.Key, each => each.Value);
        var growth = stored["decoder.7.conv.weight"];
        stored["decoder.7.conv.weight"] = Tensor.Concat(0, Tensor.Normal(device, growth.Shape, new RandomStream(3)), growth);
        SafeTensors.Write(folder.File("tiny.safetensors"), stored, DType.F32);
        using var file = SafeTensors.Open(folder.File("tiny.safetensors"));
        using var weights = Weights.From(device, file);
        Assert.Equal(whole.ToArray(), new TinyAutoencoder(weights, TinyAutoencoderConfig.Of(weights)).Decode(latents).ToArray());
    });

    static void AssertNear(Tensor expected, Tensor found) =>
        Assert.All(expected.ToArray().Zip(found.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
}
