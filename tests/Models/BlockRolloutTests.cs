using TalkingMachines.Models;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Models;

public sealed class BlockRolloutTests
{
    const int Chunks = 4;

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 3)]
    [InlineData(3, 3)]
    [InlineData(2, 7)]
    public void Cached_rollout_equals_the_uncached_masked_pass(int steps, int latents) => LeakCheck.On("cpu:0", device =>
    {
        var config = TinyAvatar.Config with { Steps = Avatar.EvenSteps(steps), ChunkLatents = latents };
        using var weights = Weights.New(device, 3);
        using var scope = Tensor.Scope();
        var model = new AvatarModel(weights, config);
        var reference = Tensor.Normal(device, [1, config.Autoencoder.Width16, 1, config.LatentSide, config.LatentSide], new RandomStream(5));
        var whole = RandomDrive(device, config, Chunks * config.ChunkLatents);

        float[] cached = Cached(model, reference, whole);
        using var dense = new MaskedPattern(device, config, Chunks);
        using var sparse = new SparsePattern(device, config);
        float[] masked = Whole(model, reference, whole, dense);

        Assert.True(masked.Max(MathF.Abs) > 0.1f, "the network says something");
        ExpectClose(masked, cached);
        ExpectClose(masked, Whole(model, reference, whole, sparse));
    });

    static void ExpectClose(float[] expected, float[] actual)
    {
        float tolerance = 1e-5f * expected.Max(MathF.Abs);
        for (int i = 0; i < expected.Length; i++) Assert.InRange(actual[i], expected[i] - tolerance, expected[i] + tolerance);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Training_gradients_are_those_of_the_masked_pass(int chunks) => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 3);
        using var scope = Tensor.Scope();
        var config = TinyAvatar.Config;
        var model = new AvatarModel(weights, config);
        using var dense = new MaskedPattern(device, config, chunks);
        using var sparse = new SparsePattern(device, config);
        var (expected, actual) = (Gradients(model, weights, dense, chunks), Gradients(model, weights, sparse, chunks));
        foreach (string name in expected.Keys) ExpectClose(expected[name], actual[name]);
    });

    static Dictionary<string, float[]> Gradients(AvatarModel model, Weights weights, IAttentionPattern pattern, int chunks)
    {
        using var scope = Tensor.Scope();
        using var tape = new Tape();
        var trained = weights.All.Where(weight => !AvatarModel.IsStatistic(weight.Key)).ToList();
        foreach (var (_, weight) in trained) tape.Watch(weight);
        var (config, device) = (model.Config, model.Device);
        int f = chunks * config.ChunkLatents, side = config.LatentSide;
        var one = RandomDrive(device, config, f);
        var drive = new Drive(Tensor.Concat(0, one.Audio, one.Audio * 0.5f), Tensor.Concat(0, one.Gestures, one.Gestures), [.. one.Speaking, .. one.Speaking]);
        var condition = ClipCondition.Of(model, drive, Tensor.Normal(device, [2, config.Autoencoder.Width16, 1, side, side], new RandomStream(5)));
        var x = Tensor.Normal(device, [2, config.Autoencoder.LatentChannels, f, side, side], new RandomStream(6));
        tape.Backward(new ClipFlow(model, pattern).Velocity(x, [0.1f, 0.6f], condition).Square().Mean());
        return trained.Where(weight => tape.Gradient(weight.Value) is not null).ToDictionary(weight => weight.Key, weight => tape.Gradient(weight.Value)!.ToArray());
    }

    [Fact]
    public void Same_seed_gives_the_same_bits_and_another_seed_others() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 3);
        using var scope = Tensor.Scope();
        var model = new AvatarModel(weights, TinyAvatar.Config);
        var reference = Tensor.Normal(device, [1, TinyAvatar.Config.Autoencoder.Width16, 1, 4, 4], new RandomStream(5));
        float[] First(ulong seed)
        {
            using var rollout = new BlockRollout(model, reference, seed);
            using var inner = Tensor.Scope();
            return rollout.Next(RandomDrive(device, TinyAvatar.Config, 3)).ToArray();
        }
        Assert.Equal(First(1), First(1));
        Assert.NotEqual(First(1), First(2));
    });

    [Fact]
    public void Live_memory_does_not_grow_with_time() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 3);
        using var scope = Tensor.Scope();
        var config = TinyAvatar.Config;
        var model = new AvatarModel(weights, config);
        using var rollout = new BlockRollout(model, Tensor.Normal(device, [1, config.Autoencoder.Width16, 1, 4, 4], new RandomStream(5)), 1);
        long warm = 0;
        for (int chunk = 0; chunk < 12; chunk++)
        {
            using (var inner = Tensor.Scope()) rollout.Next(BlockRollout.StillDrive(device, config, 1, config.ChunkLatents));
            if (chunk == 2) warm = device.Memory.LiveBytes;
            if (chunk > 2) Assert.Equal(warm, device.Memory.LiveBytes);
        }
    });

    static Drive RandomDrive(Device device, AvatarConfig config, int latents)
    {
        var random = new RandomStream(9);
        bool[] speaking = [.. Enumerable.Range(0, latents).Select(i => i % 5 != 2)];
        return new Drive(
            Tensor.Normal(device, [1, 4 * (latents + config.AudioWindow - 1), config.AudioFeatures], random),
            Tensor.Normal(device, [1, 4 * (latents + 2), config.Gestures], random) * 0.05f, speaking);
    }

    static float[] Cached(AvatarModel model, Tensor reference, Drive whole)
    {
        using var scope = Tensor.Scope();
        var config = model.Config;
        int f = config.ChunkLatents;
        using var rollout = new BlockRollout(model, reference, seed: 7);
        var chunks = new Tensor[Chunks];
        for (int i = 0; i < Chunks; i++)
        {
            var part = new Drive(
                whole.Audio.Narrow(1, 4 * f * i, 4 * (f + config.AudioWindow - 1)), whole.Gestures.Narrow(1, 4 * f * i, 4 * (f + 2)),
                whole.Speaking[(f * i)..(f * (i + 1))]);
            chunks[i] = rollout.Next(part);
        }
        return Tensor.Concat(2, chunks).ToArray();
    }

    // All chunks at once, one timestep for all, by what trains students.
    static float[] Whole(AvatarModel model, Tensor reference, Drive whole, IAttentionPattern pattern)
    {
        using var scope = Tensor.Scope();
        var (config, device) = (model.Config, model.Device);
        var flow = new ClipFlow(model, pattern);
        var condition = ClipCondition.Of(model, whole, reference);
        var noise = new RandomStream(7);
        int f = config.ChunkLatents, side = config.LatentSide, channels = config.Autoencoder.LatentChannels;
        var x = Tensor.Concat(2, [.. Enumerable.Range(0, Chunks).Select(i => Tensor.Normal(device, [1, channels, f, side, side], noise.Fork((ulong)i)))]);
        for (int step = 0; step + 1 < config.Steps.Length; step++) x = flow.Advance(x, config.Steps[step], config.Steps[step + 1], condition);
        return flow.Clean(x, [config.Steps[^1]], condition).ToArray();
    }

    [Fact]
    public void A_teacher_goes_beyond_what_it_would_do_untold_and_is_no_chunk_rollout() => LeakCheck.On("cpu:0", device =>
    {
        var config = TinyAvatar.Config with { Bidirectional = true, ChunkLatents = 6 };
        using var weights = Weights.New(device, 3);
        using var scope = Tensor.Scope();
        var reference = Tensor.Normal(device, [1, config.Autoencoder.Width16, 1, config.LatentSide, config.LatentSide], new RandomStream(5));
        var drive = RandomDrive(device, config, 6);
        var model = new AvatarModel(weights, config);
        Assert.Contains("both ways", Assert.Throws<ArgumentException>(() => new BlockRollout(model, reference, 1)).Message, StringComparison.Ordinal);

        // One step from noise: the clip is noise plus velocity, and velocities lie on a line.
        float[] Clip(float guidance)
        {
            using var inner = Tensor.Scope();
            using var again = Weights.New(device, 3);
            using var rollout = new AvatarModel(again, config with { Steps = [0], Guidance = guidance }).Rollout(reference, 4);
            return rollout.Next(drive).ToArray();
        }
        var (without, with, beyond) = (Clip(0), Clip(1), Clip(3));
        Assert.NotEqual(without, with);
        ExpectClose([.. without.Zip(with, (a, b) => a + (3 * (b - a)))], beyond);
    });
}
