using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Vae;

/// <summary>Latents of a stream to frames, one pass a latent: the first gives one frame, each later one four.</summary>
internal sealed class WanDecoder
{
    readonly CausalConvolution enter;
    readonly List<ICausalStage> stages = [];
    readonly ChannelNorm norm;
    readonly CausalConvolution leave;

    public WanDecoder(Weights weights, WanAutoencoderConfig config)
    {
        int width = config.Widths[^1], index = 0;
        enter = new CausalConvolution(weights.Under("conv1"), config.LatentChannels, width);
        stages.Add(new CausalResidualBlock(weights.Under("middle.0"), width, width));
        stages.Add(new FrameAttention(weights.Under("middle.1"), width));
        stages.Add(new CausalResidualBlock(weights.Under("middle.2"), width, width));
        for (int level = config.Widths.Count - 1; level >= 0; level--)
        {
            for (int block = 0; block <= config.ResidualBlocks; block++, width = config.Widths[level])
                stages.Add(new CausalResidualBlock(weights.Under($"upsamples.{index++}"), width, config.Widths[level]));
            if (level == 0) break;
            stages.Add(new CausalUpsampling(weights.Under($"upsamples.{index++}"), width, config.HalvesTime[level - 1]));
            width /= 2;
        }
        norm = new ChannelNorm(weights.Under("head.0"), width, axes: 3);
        leave = new CausalConvolution(weights.Under("head.2"), width, 3);
    }

    /// <summary>One latent [B,C,1,h,w] -> [B,3,1 or 4,8h,8w].</summary>
    public Tensor Pass(Tensor latent, FrameCache cache)
    {
        using var scope = Tensor.Scope();
        cache.BeginPass();
        var x = enter.Forward(latent, cache);
        foreach (var stage in stages) scope.Swap(ref x, stage.Forward(x, cache));
        scope.Swap(ref x, norm.ForwardSilu(x));
        return scope.Keep(leave.Forward(x, cache));
    }
}
