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
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Cached_rollout_equals_the_uncached_masked_pass(int steps) => LeakCheck.On("cpu:0", device =>
    {
        var config = TinyAvatar.Config with { Steps = Avatar.EvenSteps(steps) };
        using var weights = Weights.New(device, 3);
        using var scope = Tensor.Scope();
        var model = new AvatarModel(weights, config);
        var reference = Tensor.Normal(device, [1, config.Autoencoder.Width16, 1, config.LatentSide, config.LatentSide], new RandomStream(5));
        var whole = RandomDrive(device, config, Chunks * config.ChunkLatents);

        float[] cached = Cached(model, reference, whole);
        float[] masked = Masked(model, reference, whole);

        float scale = masked.Max(MathF.Abs);
        for (int i = 0; i < masked.Length; i++) Assert.InRange(cached[i], masked[i] - (1e-5f * scale), masked[i] + (1e-5f * scale));
        Assert.True(scale > 0.1f, "the network says something");
    });

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

    // All chunks at once: c0 first, everything under the mask, one timestep for all.
    static float[] Masked(AvatarModel model, Tensor reference, Drive whole)
    {
        using var scope = Tensor.Scope();
        var (config, device, transformer) = (model.Config, model.Device, model.Transformer);
        int f = config.ChunkLatents, latents = Chunks * f, side = config.LatentSide, channels = config.Autoencoder.LatentChannels;
        using var pattern = new MaskedPattern(device, config, Chunks);
        var character = transformer.Character(reference);
        var motion = transformer.Motion(whole).After(transformer.Motion(BlockRollout.StillDrive(device, config, 1, 1)), 1);
        var noise = new RandomStream(7);
        var x = Tensor.Concat(2, [.. Enumerable.Range(0, Chunks).Select(i => Tensor.Normal(device, [1, channels, f, side, side], noise.Fork((ulong)i)))]);
        for (int step = 0; step < config.Steps.Length; step++)
        {
            float t = config.Steps[step], next = step + 1 < config.Steps.Length ? config.Steps[step + 1] : 1;
            var (input, guess, answer) = model.Factors([t]);
            float[] times = new float[1 + latents];
            Array.Fill(times, t);
            times[0] = 1;
            var sequence = Tensor.Concat(2, Tensor.Zeros(device, [1, channels, 1, side, side]), x * input);
            var network = transformer.Forward(sequence, transformer.Times(device, times), motion, character, pattern).Narrow(2, 1, latents);
            x += ((x * guess) + (network * answer)) * (next - t);
        }
        return x.ToArray();
    }
}
