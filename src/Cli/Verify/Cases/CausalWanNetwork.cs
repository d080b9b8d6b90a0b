using System.Globalization;
using System.Text.RegularExpressions;
using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Video;
using TalkingMachines.Tensors;

namespace TalkingMachines.Cli.Verify.Cases;

/// <summary>
/// The causal WanModel: whole under the block-causal pattern, chunk by chunk with a cache, the few-step rollout, the rolling
/// window with a sink, and the sparse pattern. A timestep for each latent.
/// </summary>
internal sealed partial class CausalWanNetwork : IGoldenNetwork
{
    const string ChunkLatents = "num_frame_per_block";

    public string Stem => "causal_";

    public bool Recognises(GoldenCase golden) =>
        golden.HasWeight(WanInputs.Patches) && (golden.HasConfig(ChunkLatents) || golden.HasOutput("cached") || golden.HasOutput("rollout_latents"));

    public IEnumerable<GoldenValue> Replay(GoldenCase golden, Device device)
    {
        using var weights = Weights.From(device, golden.Weights);
        var model = new WanModel(weights, WanInputs.Config(golden));
        using var scope = Tensor.Scope();
        using var context = WanInputs.Context(golden, model);
        int chunk = golden.Number(ChunkLatents, 3);
        var found = new List<GoldenValue>();
        if (golden.HasOutput("full")) found.Add(new("full", Whole(golden, model, context, chunk)));
        if (golden.HasOutput("cached")) found.AddRange(Cached(golden, model, context, chunk));
        if (golden.HasOutput("rollout_latents")) found.Add(new("rollout_latents", Rollout(golden, model, context, chunk)));
        if (golden.HasOutput("window_pred")) found.AddRange(Window(golden, model, context, chunk));
        if (golden.HasOutput("sparse_pred")) found.Add(new("sparse_pred", Sparse(golden, model, context, chunk)));
        return found;
    }

    static Tensor Whole(GoldenCase golden, WanModel model, WanContext context, int chunk)
    {
        using var scope = Tensor.Scope();
        var latents = WanInputs.Latents(golden, "x", "y", model.Device);
        var grid = TokenGrid.Of(latents.Shape);
        using var pattern = BlockPattern.Causal(model.Device, model.Config.HeadWidth, grid, BlockPattern.Blocks(grid.Frames, chunk));
        return scope.Keep(model.Forward(latents, WanInputs.Timesteps(golden, "t"), new WanCondition(context), pattern));
    }

    static List<GoldenValue> Cached(GoldenCase golden, WanModel model, WanContext context, int chunk)
    {
        using var scope = Tensor.Scope();
        var latents = WanInputs.Latents(golden, "x", "y", model.Device);
        var grid = TokenGrid.Of(latents.Shape);
        using var pattern = new RollingPattern(model.Device, model.Config, grid.Height, grid.Width, grid.Frames);
        var found = new List<GoldenValue> { new("cached", InChunks(model, context, latents, WanInputs.Timesteps(golden, "t"), chunk, pattern)) };
        Caches(golden, "cache", pattern, found);
        return found;
    }

    static Tensor InChunks(WanModel model, WanContext context, Tensor latents, double[] timesteps, int chunk, RollingPattern pattern)
    {
        using var scope = Tensor.Scope();
        int first = 0;
        var parts = new List<Tensor>();
        foreach (int frames in BlockPattern.Blocks(latents.Shape[2], chunk))
        {
            pattern.Begin(first, frames);
            double[] own = [.. timesteps.Where((_, i) => i % latents.Shape[2] is int frame && frame >= first && frame < first + frames)]; // by clip, then latent
            parts.Add(model.Forward(latents.Narrow(2, first, frames), own, new WanCondition(context), pattern));
            first += frames;
        }
        return scope.Keep(Tensor.Concat(2, [.. parts]));
    }

    // Outputs such as cache_k_layer0: what a layer keeps at the end.
    static void Caches(GoldenCase golden, string start, RollingPattern pattern, List<GoldenValue> found)
    {
        foreach (string name in golden.Outputs)
        {
            if (CacheName().Match(name) is not { Success: true } match || match.Groups[1].Value != start) continue;
            var kept = pattern.Kept(int.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture));
            found.Add(new(name, match.Groups[2].Value == "k" ? kept.Keys : kept.Values));
        }
    }

    static Tensor Rollout(GoldenCase golden, WanModel model, WanContext context, int chunk)
    {
        using var scope = Tensor.Scope();
        var device = model.Device;
        var (noise, renoise, picture) = (golden.Input("rollout_noise", device), golden.Input("rollout_renoise", device), WanInputs.Video(golden, "y", device));
        var grid = TokenGrid.Of(noise.Shape);
        using var pattern = new RollingPattern(device, model.Config, grid.Height, grid.Width, grid.Frames);
        var table = new TimestepTable(golden.Number("timestep_shift", 5));
        Tensor Part(Tensor all, int first) => all.Narrow(2, first, Math.Min(chunk, grid.Frames - first));
        var rollout = new WanRollout(model, context, pattern, table, WanInputs.Timesteps(golden, "rollout_timesteps"), (n, draw) => Part(draw == 0 ? noise : renoise, (int)n * chunk));
        var chunks = new List<Tensor>();
        for (int first = 0; first < grid.Frames; first += chunk) chunks.Add(rollout.Next(new WanDrive(picture is null ? null : Part(picture, first))));
        return scope.Keep(Tensor.Concat(2, [.. chunks]));
    }

    // The file says neither window nor sink nor timestep: those of the index are taken where the shapes don't tell.
    static List<GoldenValue> Window(GoldenCase golden, WanModel model, WanContext context, int chunk)
    {
        const string Kept = "window_cache_k_layer0";
        using var scope = Tensor.Scope();
        var latents = golden.Input("window_x", model.Device);
        var grid = TokenGrid.Of(latents.Shape);
        int window = golden.Number("local_attn_size", golden.HasOutput(Kept) ? golden.Output(Kept).Shape[1] / grid.PerFrame : 4);
        double[] timesteps = golden.HasInput("window_t") ? WanInputs.Timesteps(golden, "window_t") : [.. Enumerable.Repeat(250d, grid.Frames)];
        using var pattern = new RollingPattern(model.Device, model.Config, grid.Height, grid.Width, window, golden.Number("sink_size", 1));
        var found = new List<GoldenValue> { new("window_pred", InChunks(model, context, latents, timesteps, chunk, pattern)) };
        Caches(golden, "window_cache", pattern, found);
        return found;
    }

    // By the rolling cache where the mask is the sparse pattern, as generation runs it; by blocks under any other mask.
    static Tensor Sparse(GoldenCase golden, WanModel model, WanContext context, int chunk)
    {
        using var scope = Tensor.Scope();
        var (latents, timesteps) = (golden.Input("sparse_x", model.Device), WanInputs.Timesteps(golden, "sparse_t"));
        var grid = TokenGrid.Of(latents.Shape);
        int[] blocks = BlockPattern.Blocks(grid.Frames, chunk);
        int[]? mask = golden.HasInput("sparse_mask_chunk") ? golden.Integers("sparse_mask_chunk") : null;
        bool Sees(int query, int key) => mask is null ? key == 0 || key == query || key == query - 1 : mask[(query * blocks.Length) + key] != 0;
        bool usual = Enumerable.Range(0, blocks.Length * blocks.Length).All(at =>
            Sees(at / blocks.Length, at % blocks.Length) == (at % blocks.Length == 0 || at / blocks.Length - (at % blocks.Length) is 0 or 1));
        if (usual)
        {
            using var rolling = new RollingPattern(model.Device, model.Config, grid.Height, grid.Width, 3 * chunk, sink: chunk);
            return scope.Keep(InChunks(model, context, latents, timesteps, chunk, rolling));
        }
        using var pattern = new BlockPattern(model.Device, model.Config.HeadWidth, grid, blocks, (block, frame) => Sees(block, frame / chunk));
        return scope.Keep(model.Forward(latents, timesteps, new WanCondition(context), pattern));
    }

    [GeneratedRegex(@"^(cache|window_cache)_([kv])_layer(\d{1,4})$")]
    private static partial Regex CacheName();
}
