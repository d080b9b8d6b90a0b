using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Text;
using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Models;

public sealed class EncoderTests
{
    static readonly UmT5Config Tiny = new() { Vocabulary = 50, Width = 32, AttentionWidth = 48, FeedForward = 40, Heads = 4, Layers = 2 };

    [Fact]
    public void Padding_changes_no_feature_of_a_text() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 1);
        using var scope = Tensor.Scope();
        var network = new UmT5Encoder(weights, Tiny);
        int[] ids = [7, 3, 44, 9, 1], mask = [1, 1, 1, 1, 1, 0, 0, 0];
        var padded = network.Forward([.. ids, 0, 0, 0], mask, 8);
        AssertNear(network.Forward(ids), padded.Narrow(1, 0, 5));
    });

    [Fact]
    public void Positions_may_be_shared_by_all_layers() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 1);
        using var scope = Tensor.Scope();
        var network = new UmT5Encoder(weights, Tiny with { SharedPositions = true });
        Assert.Equal(new Shape([3, 32]), network.Forward([1, 2, 3]).Shape);
        Assert.Single(weights.All.Keys, key => key.Contains("pos_embedding", StringComparison.Ordinal));
    });

    [Fact]
    public void Far_tokens_share_a_bucket_and_near_ones_do_not()
    {
        Assert.Equal(0, RelativePositions.Bucket(0, 32));
        Assert.Equal([16 + 1, 16 + 7, 16 + 8, 16 + 15, 16 + 15], new[] { 1, 7, 8, 127, 5000 }.Select(distance => RelativePositions.Bucket(distance, 32)));
        Assert.Equal([1, 7, 8, 15], new[] { -1, -7, -8, -200 }.Select(distance => RelativePositions.Bucket(distance, 32)));
    }

    [Theory]
    [InlineData("wav2vec2_base_tiny")]
    public void Renamed_weight_norm_gives_the_same_states(string name) => LeakCheck.On("cpu:0", device =>
    {
        float[] States(string path)
        {
            using var file = CheckpointNames.Clean(WeightFile.Open(Checkout.File($"tests/Golden/{path}")));
            using var weights = Weights.From(device, file);
            using var scope = Tensor.Scope();
            var network = new Wav2Vec2(weights, Wav2Vec2Config.Of(weights) with { Heads = 4 });
            return network.HiddenStates(network.Features(Tensor.Normal(device, [1, 4000], new RandomStream(1))))[^1].ToArray();
        }
        Assert.Equal(States($"{name}.weights.safetensors"), States($"{name}.parametrized_names.pth"));
    });

    [Fact]
    public void Clips_are_heard_alone_in_a_batch() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 1);
        using var scope = Tensor.Scope();
        var network = new Wav2Vec2(weights, new() { Convolutions = [new(8, 10, 5), new(8, 3, 2)], Width = 16, Heads = 2, FeedForward = 24, Layers = 2, PositionKernel = 7, PositionGroups = 4 });
        var sound = Wav2Vec2.Normalise(Tensor.Normal(device, [2, 200], new RandomStream(1)));
        var states = network.HiddenStates(Wav2Vec2.Resample(network.Features(sound), 9));
        var alone = network.HiddenStates(Wav2Vec2.Resample(network.Features(sound.Narrow(0, 1, 1)), 9));
        Assert.Equal(new Shape([2, 9, 16]), states[^1].Shape);
        AssertNear(alone[^1], states[^1].Narrow(0, 1, 1));
        Assert.Throws<ArgumentException>(() => network.Features(sound.Narrow(1, 0, 12)));
    });

    [Fact]
    public void Frames_of_a_second_of_sound_are_49()
    {
        Assert.Equal(49, new Wav2Vec2Config().Frames(16000));
        Assert.Equal(0, new Wav2Vec2Config().Frames(399));
    }

    [Fact]
    public void Interpolation_keeps_ends_and_constants() => LeakCheck.On("cpu:0", device =>
    {
        using var scope = Tensor.Scope();
        var x = Tensor.Normal(device, [1, 7, 3], new RandomStream(1));
        var y = Interpolation.LinearInTime(x, 4);
        AssertNear(x.Narrow(1, 0, 1), y.Narrow(1, 0, 1));
        AssertNear(x.Narrow(1, 6, 1), y.Narrow(1, 3, 1));
        Assert.All(Interpolation.Bicubic(Tensor.Filled(device, [1, 3, 9, 13], 0.5f), 6, 20).ToArray(), value => Assert.Equal(0.5f, value, 1e-6f));
    });

    static void AssertNear(Tensor expected, Tensor found) =>
        Assert.All(expected.ToArray().Zip(found.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
}
