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
    public void A_larger_picture_has_the_codes_of_the_small_one_and_a_refiner_adds_to_it() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 1);
        using var file = new TemporaryFile();
        using var scope = Tensor.Scope();
        var small = new AutoencoderConfig { Width4 = 24, Width8 = 24, Width16 = 48 };
        var one = new ReferenceAutoencoder(weights, small);
        SafeTensors.Write(file.Path, weights.All, DType.F32);
        using var stored = SafeTensors.Open(file.Path);
        using var grown = Weights.Grown(device, stored, 1);
        var two = new ReferenceAutoencoder(grown, small with { Scale = 2, RefinerWidth = 16 });

        var picture = Tensor.Normal(device, [1, 3, 128, 128], new RandomStream(2));
        var frames = Tensor.Normal(device, [4, 3, 128, 128], new RandomStream(3));
        var (seen, alone) = (two.Reference(picture), one.Reference(picture.SumPool(2) * 0.25f));
        Assert.Equal(alone.Code.ToArray(), seen.Code.ToArray());
        var (mean, _) = two.Moments(frames, seen);
        Assert.Equal(one.Moments(frames.SumPool(2) * 0.25f, alone).Mean.ToArray(), mean.ToArray());
        Assert.Equal([4, 4, 4, 4], mean.Shape);

        var decoded = two.Decode(mean, seen);
        Assert.Equal([4, 3, 128, 128], decoded.Shape);
        float[] whole = decoded.ToArray(), first = two.Decode(mean.Narrow(0, 0, 1), seen).ToArray();
        Assert.Equal(whole[..first.Length], first);

        // Once it has learnt something, the refiner adds to the picture.
        var leave = grown.All.Single(weight => weight.Key.StartsWith("refiner2.leave.bias", StringComparison.Ordinal)).Value;
        leave.Load([.. Enumerable.Repeat(0.25f, (int)leave.Count)]);
        Assert.All(two.Decode(mean, seen).ToArray().Zip(whole), pair => Assert.Equal(pair.Second + 0.25f, pair.First, 1e-5f));
    });

    [Theory]
    [InlineData(30, 1)]
    [InlineData(-4, 0.5f)]
    [InlineData(-60, 0)]
    public void What_is_kept_of_the_reference_shows_beneath_what_is_painted(float bias, float share) => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 1);
        using var scope = Tensor.Scope();
        var model = new ReferenceAutoencoder(weights, new AutoencoderConfig { Width4 = 24, Width8 = 24, Width16 = 48, Scale = 2 });
        Fill("decoder.leave.weight", 0);        // nothing moves
        Fill("decoder.leave.bias", 0);
        Fill("decoder.keep.weight", 0);
        Fill("decoder.keep.bias", bias);
        weights.All["decoder.leave.bias"].Load([0, 0, .. Enumerable.Repeat(0.25f, 48)]);
        var picture = Tensor.Normal(device, [1, 3, 64, 64], new RandomStream(2));
        var frame = model.Decode(Tensor.Normal(device, [1, 4, 2, 2], new RandomStream(3)), model.Reference(picture));
        Assert.All(picture.ToArray().Zip(frame.ToArray()), pair => Assert.Equal((pair.First * share) + 0.25f, pair.Second, 1e-5f));

        void Fill(string name, float value) => weights.All[name].Load([.. Enumerable.Repeat(value, (int)weights.All[name].Count)]);
    });

    /// <summary>A name for a file that is deleted with it.</summary>
    sealed class TemporaryFile : IDisposable
    {
        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }

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
