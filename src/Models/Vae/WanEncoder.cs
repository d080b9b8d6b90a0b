using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Vae;

/// <summary>Frames of a stream to moments of latents, one pass a latent: its first frame, then four by four.</summary>
internal sealed class WanEncoder
{
    readonly CausalConvolution enter;
    readonly List<ICausalStage> stages = [];
    readonly ChannelNorm norm;
    readonly CausalConvolution leave;

    public WanEncoder(Weights weights, WanAutoencoderConfig config)
    {
        int width = config.Widths[0], index = 0;
        enter = new CausalConvolution(weights.Under("conv1"), 3, width);
        for (int level = 0; level < config.Widths.Count; level++)
        {
            for (int block = 0; block < config.ResidualBlocks; block++, width = config.Widths[level])
                stages.Add(new CausalResidualBlock(weights.Under($"downsamples.{index++}"), width, config.Widths[level]));
            if (level < config.HalvesTime.Count) stages.Add(new CausalDownsampling(weights.Under($"downsamples.{index++}"), width, config.HalvesTime[level]));
        }
        stages.Add(new CausalResidualBlock(weights.Under("middle.0"), width, width));
        stages.Add(new FrameAttention(weights.Under("middle.1"), width));
        stages.Add(new CausalResidualBlock(weights.Under("middle.2"), width, width));
        norm = new ChannelNorm(weights.Under("head.0"), width, axes: 3);
        leave = new CausalConvolution(weights.Under("head.2"), width, 2 * config.LatentChannels);
    }

    /// <summary>Frames [B,3,1 or 4,H,W] -> [B,2C,1,H/8,W/8].</summary>
    public Tensor Pass(Tensor frames, FrameCache cache)
    {
        using var scope = Tensor.Scope();
        cache.BeginPass();
        var x = enter.Forward(frames, cache);
        foreach (var stage in stages) scope.Swap(ref x, stage.Forward(x, cache));
        scope.Swap(ref x, norm.ForwardSilu(x));
        return scope.Keep(leave.Forward(x, cache));
    }
}
