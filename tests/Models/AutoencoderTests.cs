using TalkingMachines.Models;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Vae;
using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Models;

public sealed class AutoencoderTests
{
    [Fact]
    public void Streaming_decode_equals_whole_decode_exactly() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 1);
        using var scope = Tensor.Scope();
        var model = new ReferenceAutoencoder(weights, new AutoencoderConfig { Width4 = 24, Width8 = 24, Width16 = 48 });
        var features = model.Reference(Tensor.Normal(device, [1, 3, 64, 64], new RandomStream(2)));
        var codes = Tensor.Normal(device, [12, 4, 4, 4], new RandomStream(3));
        float[] whole = model.Decode(codes, features).ToArray();
        foreach (int piece in new[] { 1, 3, 4 })
        {
            var parts = new List<float>();
            for (int first = 0; first < 12; first += piece) parts.AddRange(model.Decode(codes.Narrow(0, first, piece), features).ToArray());
            Assert.Equal(whole, parts);
        }
    });

    [Fact]
    public void Encoding_is_causal_and_by_frame() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 1);
        using var scope = Tensor.Scope();
        var model = new ReferenceAutoencoder(weights, new AutoencoderConfig { Width4 = 24, Width8 = 24, Width16 = 48 });
        var features = model.Reference(Tensor.Normal(device, [1, 3, 64, 64], new RandomStream(2)));
        var frames = Tensor.Normal(device, [4, 3, 64, 64], new RandomStream(3));
        var (whole, _) = model.Moments(frames, features);
        var (alone, _) = model.Moments(frames.Narrow(0, 2, 1), features);
        Assert.Equal(whole.Narrow(0, 2, 1).ToArray(), alone.ToArray());
    });

    [Fact]
    public void A_neutral_frame_has_latent_zero_and_latents_round_trip() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 1);
        using var scope = Tensor.Scope();
        var model = new AvatarModel(weights, TinyAvatar.Config);
        float[] scales = [.. Enumerable.Range(1, 16).Select(i => i / 4f)], deviations = new float[16 * 16];
        Array.Fill(deviations, 1f);
        model.SetStatistics(scales, deviations);
        var reference = Tensor.Normal(device, [1, 4, 4, 4], new RandomStream(1));
        var codes = Tensor.Normal(device, [8, 4, 4, 4], new RandomStream(2));
        var back = model.ToCodes(model.ToLatents(codes, reference), reference).ToArray();
        Assert.All(codes.ToArray().Zip(back), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        Assert.All(model.ToLatents(reference.BroadcastTo([4, 4, 4, 4]), reference).ToArray(), value => Assert.Equal(0, value));
    });

    [Fact]
    public void Pixel_shuffle_moves_pixels_there_and_back() => LeakCheck.On("cpu:0", device =>
    {
        using var scope = Tensor.Scope();
        var x = Tensor.Normal(device, [2, 3, 8, 12], new RandomStream(1));
        var depth = PixelShuffle.ToDepth(x, 4);
        Assert.Equal(new Shape([2, 48, 1, 2, 3]), depth.Shape);
        Assert.Equal(x.ToArray(), PixelShuffle.ToSpace(depth, 4).ToArray());
    });
}
