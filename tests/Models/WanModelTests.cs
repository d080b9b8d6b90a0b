using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Models;

/// <summary>What holds of a Wan network whatever its weights are; its numbers are held by the goldens.</summary>
public sealed class WanModelTests
{
    static readonly WanConfig T2V = new() { Width = 48, FeedForward = 80, Heads = 2, Layers = 2, TextWidth = 10, TextLength = 12, Frequencies = 32 };
    static readonly WanConfig I2V = T2V with { Type = "i2v", InputChannels = 36, ImageWidth = 14 };

    [Fact]
    public void Rolling_cache_with_a_chunk_as_sink_equals_the_sparse_pattern() => On((device, model, context) =>
    {
        const int Chunk = 2, Frames = 10;
        var x = Tensor.Normal(device, [1, 16, Frames, 4, 6], new RandomStream(1));
        double[] timesteps = [.. Enumerable.Range(0, Frames).Select(i => 900.0 - (100 * (i / Chunk)))];
        using var rolling = new RollingPattern(device, T2V, 2, 3, 3 * Chunk, sink: Chunk);
        using var sparse = new BlockPattern(device, T2V.HeadWidth, TokenGrid.Of(x.Shape), BlockPattern.Blocks(Frames, Chunk),
            (block, frame) => frame / Chunk is var key && (key == 0 || key == block || key == block - 1));
        Near(model.Forward(x, timesteps, new WanCondition(context), sparse), InChunks(model, context, x, timesteps, BlockPattern.Blocks(Frames, Chunk), rolling));
    });

    [Fact]
    public void Chunks_with_a_cache_equal_the_block_causal_pass_also_with_a_first_latent_alone() => On((device, model, context) =>
    {
        const int Frames = 7;
        int[] blocks = BlockPattern.Blocks(Frames, 3, firstAlone: true);
        Assert.Equal([1, 3, 3], blocks);
        var x = Tensor.Normal(device, [1, 16, Frames, 4, 6], new RandomStream(1));
        double[] timesteps = [0, 700, 700, 700, 300, 300, 300];
        using var cached = new RollingPattern(device, T2V, 2, 3, Frames);
        using var causal = BlockPattern.Causal(device, T2V.HeadWidth, TokenGrid.Of(x.Shape), blocks);
        Near(model.Forward(x, timesteps, new WanCondition(context), causal), InChunks(model, context, x, timesteps, blocks, cached));
    });

    [Fact]
    public void A_window_equals_the_rolling_cache_without_sink() => On((device, model, context) =>
    {
        const int Frames = 8;
        int[] blocks = BlockPattern.Blocks(Frames, 2);
        var x = Tensor.Normal(device, [1, 16, Frames, 4, 6], new RandomStream(1));
        double[] timesteps = [.. Enumerable.Repeat(500d, Frames)];
        using var cached = new RollingPattern(device, T2V, 2, 3, 4);
        using var windowed = BlockPattern.Causal(device, T2V.HeadWidth, TokenGrid.Of(x.Shape), blocks, window: 4);
        Near(model.Forward(x, timesteps, new WanCondition(context), windowed), InChunks(model, context, x, timesteps, blocks, cached));
    });

    [Fact]
    public void Passing_a_chunk_again_replaces_what_it_left() => On((device, model, context) =>
    {
        float[] Last(bool twice)
        {
            using var scope = Tensor.Scope();
            using var pattern = new RollingPattern(device, T2V, 2, 3, 3, sink: 1);
            var found = Tensor.Zeros(device, [1]);
            for (int frame = 0; frame < 6; frame++)
            {
                var x = Tensor.Normal(device, [1, 16, 1, 4, 6], new RandomStream((ulong)frame));
                pattern.Begin(frame, 1);
                if (twice) model.Forward(x * 2, [900], new WanCondition(context), pattern);
                pattern.Begin(frame, 1);
                found = model.Forward(x, [100], new WanCondition(context), pattern);
            }
            return found.ToArray();
        }
        Assert.Equal(Last(twice: false), Last(twice: true));
    });

    [Fact]
    public void Clips_of_different_sizes_in_one_batch_equal_each_alone() => On((device, model, context) =>
    {
        Tensor[] clips = [Tensor.Normal(device, [1, 16, 2, 6, 4], new RandomStream(1)), Tensor.Normal(device, [1, 16, 3, 4, 8], new RandomStream(2))];
        Tensor[] prompts = [Tensor.Normal(device, [5, T2V.TextWidth], new RandomStream(3)), Tensor.Normal(device, [12, T2V.TextWidth], new RandomStream(4))];
        double[] timesteps = [999, 12];
        using var both = model.Context(prompts);
        var together = model.Forward(clips, timesteps, new WanCondition(both), 29);
        for (int i = 0; i < clips.Length; i++)
        {
            using var alone = model.Context([prompts[i]]);
            using var pattern = BlockPattern.Whole(device, T2V.HeadWidth, TokenGrid.Of(clips[i].Shape));
            Near(model.Forward(clips[i], [timesteps[i]], new WanCondition(alone), pattern), together[i]);
        }
    });

    [Fact]
    public void A_rollout_depends_on_the_seed_alone_and_its_memory_does_not_grow() => On((device, model, context) =>
    {
        var table = new TimestepTable(5);
        double[] timesteps = [1000, table.Warp(500)];
        float[] Third(ulong seed)
        {
            using var pattern = new RollingPattern(device, T2V, 2, 2, 3, sink: 1);
            var rollout = new WanRollout(model, context, pattern, table, timesteps, WanRollout.Noise(device, [1, 16, 1, 4, 4], seed));
            float[] latents = [];
            long warm = 0;
            for (int chunk = 0; chunk < 6; chunk++)
            {
                using var scope = Tensor.Scope();
                latents = rollout.Next(new WanDrive()).ToArray();
                if (chunk == 4) warm = device.Memory.LiveBytes;
            }
            Assert.InRange(device.Memory.LiveBytes, 1, warm);
            return latents;
        }
        Assert.Equal(Third(1), Third(1));
        Assert.NotEqual(Third(1), Third(2));
    });

    [Fact]
    public void Gradients_reach_every_weight() => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 1);
        var talk = new MultiTalk(weights, I2V, new MultiTalkConfig { Layers = 2, Channels = 3, Intermediate = 6, Tokens = 2, Output = 5 });
        var model = new WanModel(weights, I2V, talk);
        using var scope = Tensor.Scope();
        using var tape = new Tape();
        foreach (var weight in weights.All.Values) tape.Watch(weight);
        using var context = model.Context([Tensor.Normal(device, [4, I2V.TextWidth], new RandomStream(1))], Tensor.Normal(device, [1, 3, I2V.ImageWidth], new RandomStream(2)));
        var x = Tensor.Normal(device, [1, 36, 4, 4, 4], new RandomStream(3));
        using var pattern = BlockPattern.Causal(device, I2V.HeadWidth, TokenGrid.Of(x.Shape), [2, 2]);
        var speech = MultiTalk.Speech(talk.Project(Tensor.Normal(device, [1, 13, 5, 2, 3], new RandomStream(4))));
        tape.Backward(model.Forward(x, [800, 800, 200, 200], new WanCondition(context, speech), pattern).Square().Mean());
        Assert.Empty(weights.All.Where(each => tape.Gradient(each.Value)?.ToArray().Any(value => value != 0) != true).Select(each => each.Key));
    });

    [Theory]
    [InlineData("""{"dim":48,"ffn_dim":80,"num_heads":2,"num_layers":2,"model_type":"vace"}""", "model_type is vace")]
    [InlineData("""{"dim":50,"ffn_dim":80,"num_heads":3,"num_layers":2}""", "does not split into 3 heads")]
    [InlineData("""{"dim":48,"ffn_dim":80,"num_heads":2,"num_layers":2000000000}""", "num_layers is 2000000000")]
    [InlineData("""{"dim":48,"ffn_dim":80,"num_heads":2,"num_layers":2,"patch_size":[2,2,2]}""", "patch_size is [2,2,2]")]
    [InlineData("""{"dim":48,"ffn_dim":80,"num_heads":2,"num_layers":2,"patch_size":null}""", "patch_size is []")]
    public void A_configuration_that_cannot_be_used_is_refused_with_a_reason(string json, string reason) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => WanConfig.Parse(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_published_configuration_is_read_past_what_it_carries_for_its_library()
    {
        var config = WanConfig.Parse("""{"_class_name":"WanModel","_diffusers_version":"0.30.0","dim":5120,"eps":1e-06,"ffn_dim":13824,"freq_dim":256,"in_dim":36,"model_type":"i2v","num_heads":40,"num_layers":40,"out_dim":16,"text_len":512}""");
        Assert.Equal((128, 4096, 1280, true, 1e-6f), (config.HeadWidth, config.TextWidth, config.ImageWidth, config.SeesPicture, config.Epsilon));
    }

    [Fact]
    public void Steps_are_warped_as_students_were_trained()
    {
        var table = new TimestepTable(5);
        Assert.Equal([1000, 937.5, 833.333, 625, 0], new[] { 1000, 750, 500, 250, 0 }.Select(entry => Math.Round(table.Warp(entry), 3)));
        Assert.Equal(5 / 6.0, table.Sigma(833.4), 1e-7);
        Assert.Equal(0, table.Sigma(0));
    }

    static void On(Action<Device, WanModel, WanContext> body) => LeakCheck.On("cpu:0", device =>
    {
        using var weights = Weights.New(device, 1);
        var model = new WanModel(weights, T2V);
        using var scope = Tensor.Scope();
        using var context = model.Context([Tensor.Normal(device, [7, T2V.TextWidth], new RandomStream(9))]);
        body(device, model, context);
    });

    static Tensor InChunks(WanModel model, WanContext context, Tensor x, double[] timesteps, int[] blocks, RollingPattern pattern)
    {
        int first = 0;
        var parts = new List<Tensor>();
        foreach (int frames in blocks)
        {
            pattern.Begin(first, frames);
            parts.Add(model.Forward(x.Narrow(2, first, frames), timesteps.AsSpan(first, frames), new WanCondition(context), pattern));
            first += frames;
        }
        return Tensor.Concat(2, [.. parts]);
    }

    static void Near(Tensor expected, Tensor found)
    {
        Assert.Equal(expected.Shape, found.Shape);
        float[] a = expected.ToArray(), b = found.ToArray();
        float scale = a.Max(MathF.Abs);
        Assert.True(scale > 0.1f, "the network says something");
        for (int i = 0; i < a.Length; i++) Assert.InRange(b[i], a[i] - (1e-5f * scale), a[i] + (1e-5f * scale));
    }
}
