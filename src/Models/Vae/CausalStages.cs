using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Vae;

/// <summary>A step of Wan's encoder or decoder over the next frames [B,C,T,H,W] of a stream.</summary>
internal interface ICausalStage
{
    Tensor Forward(Tensor x, FrameCache cache);
}

/// <summary>shortcut(x) + conv(silu(norm(conv(silu(norm(x)))))), convolutions causal; the shortcut is a projection where channels change.</summary>
internal sealed class CausalResidualBlock : ICausalStage
{
    readonly ChannelNorm norm1;
    readonly CausalConvolution conv1;
    readonly ChannelNorm norm2;
    readonly CausalConvolution conv2;
    readonly CausalConvolution? shortcut;

    public CausalResidualBlock(Weights weights, int inputs, int outputs)
    {
        var residual = weights.Under("residual");
        norm1 = new ChannelNorm(residual.Under("0"), inputs, axes: 3);
        conv1 = new CausalConvolution(residual.Under("2"), inputs, outputs);
        norm2 = new ChannelNorm(residual.Under("3"), outputs, axes: 3);
        conv2 = new CausalConvolution(residual.Under("6"), outputs, outputs);
        if (inputs != outputs) shortcut = new CausalConvolution(weights.Under("shortcut"), inputs, outputs, 1, 1);
    }

    public Tensor Forward(Tensor x, FrameCache cache)
    {
        using var scope = Tensor.Scope();
        var h = norm1.ForwardSilu(x);
        scope.Swap(ref h, conv1.Forward(h, cache));
        scope.Swap(ref h, norm2.ForwardSilu(h));
        scope.Swap(ref h, conv2.Forward(h, cache));
        return scope.Keep((shortcut?.Forward(x) ?? x) + h);
    }
}

/// <summary>x + attention of each frame's cells among themselves, one head.</summary>
internal sealed class FrameAttention(Weights weights, int channels) : ICausalStage
{
    readonly AttentionHeads heads = new(channels, 1);
    readonly ChannelNorm norm = new(weights.Under("norm"), channels, axes: 2);
    readonly Convolution toQkv = Convolution.Stored(weights.Under("to_qkv"), [3 * channels, channels, 1, 1], new());
    readonly Convolution project = Convolution.Stored(weights.Under("proj"), [channels, channels, 1, 1], new());

    public Tensor Forward(Tensor x, FrameCache cache)
    {
        using var scope = Tensor.Scope();
        var (b, t, h, w) = (x.Shape[0], x.Shape[2], x.Shape[3], x.Shape[4]);
        var qkv = toQkv.Forward(norm.Forward(x));                                                                // [B,3C,T,H,W]
        var rows = qkv.Reshape(b, 3 * channels, t, h * w).Permute(0, 2, 3, 1).Reshape(b * t, h * w, 3 * channels);
        var found = heads.FindInRows(rows);                                                                      // [B*T,H*W,C]
        var frames = found.Reshape(b, t, h * w, channels).Permute(0, 3, 1, 2).Reshape(x.Shape);
        return scope.Keep(x + project.Forward(frames));
    }
}

/// <summary>Halves the picture, and time too where asked: a latent's first frame passes alone.</summary>
internal sealed class CausalDownsampling : ICausalStage
{
    readonly Convolution picture;
    readonly Convolution? time;

    public CausalDownsampling(Weights weights, int channels, bool halvesTime)
    {
        // padded behind only: right and below
        picture = Convolution.Stored(weights.Under("resample.1"), [channels, channels, 3, 3], new() { StrideH = 2, StrideW = 2, BackH = 1, BackW = 1 });
        if (halvesTime) time = Convolution.Stored(weights.Under("time_conv"), [channels, channels, 3, 1, 1], new(StrideT: 2));
    }

    public Tensor Forward(Tensor x, FrameCache cache)
    {
        using var scope = Tensor.Scope();
        var h = picture.Forward(x);
        if (time is null) return scope.Keep(h);
        var last = cache.Past;
        var y = cache.IsFirst ? h : time.Forward(Tensor.Concat(2, last!, h));
        cache.Remember(CausalConvolution.Last(h, 1));
        return scope.Keep(y);
    }
}

/// <summary>Doubles the picture with half the channels, and time too where asked: a stream's first frame passes alone.</summary>
internal sealed class CausalUpsampling : ICausalStage
{
    readonly CausalConvolution? time;
    readonly Convolution picture;

    public CausalUpsampling(Weights weights, int channels, bool doublesTime)
    {
        if (doublesTime) time = new CausalConvolution(weights.Under("time_conv"), channels, 2 * channels, 3, 1);
        picture = Convolution.Stored(weights.Under("resample.1"), [channels / 2, channels, 3, 3], ConvolutionWindow.Same(1, 3, 3));
    }

    public Tensor Forward(Tensor x, FrameCache cache)
    {
        using var scope = Tensor.Scope();
        if (time is not null) x = Doubled(x, cache);
        return scope.Keep(picture.Forward(x.UpsampleNearest(2)));
    }

    // The reference never lets the first frame into the convolution, and takes zeros for it afterwards.
    Tensor Doubled(Tensor x, FrameCache cache)
    {
        using var scope = Tensor.Scope();
        if (!cache.IsFirst) return scope.Keep(TimeShuffle.ToTime(time!.Forward(x, cache), 2));
        cache.Remember(Tensor.Zeros(x.Device, x.Shape.With(2, 2)));
        return x;
    }
}
