using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Vae;

/// <summary>A convolution over videos that sees no future: the last frames it read stand in for padding in front (FACTS 2.2).</summary>
internal sealed class CausalConvolution(Weights weights, int inputs, int outputs, int kernelT = 3, int kernelHW = 3)
{
    readonly Convolution convolution = Convolution.Stored(weights, [outputs, inputs, kernelT, kernelHW, kernelHW], ConvolutionWindow.Same(kernelT, kernelHW, kernelHW, causal: true));

    /// <summary>[B,C,T,H,W]; before the first frame lie zeros.</summary>
    public Tensor Forward(Tensor x, FrameCache cache)
    {
        using var scope = Tensor.Scope();
        var past = cache.Past;
        var whole = past is null ? x : Tensor.Concat(2, past, x);
        var y = convolution.Forward(whole, convolution.Window with { FrontT = kernelT - 1 - (past?.Shape[2] ?? 0) });
        cache.Remember(Last(whole, kernelT - 1));
        return scope.Keep(y);
    }

    /// <summary>The same without a past, which stays as it is.</summary>
    public Tensor Forward(Tensor x) => convolution.Forward(x);

    /// <summary>Up to <paramref name="count"/> last frames.</summary>
    public static Tensor Last(Tensor frames, int count)
    {
        int length = frames.Shape[2], kept = Math.Min(count, length);
        return frames.Narrow(2, length - kept, kept);
    }
}
