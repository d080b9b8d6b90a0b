using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Vae;

/// <summary>A 3x3 convolution over each frame.</summary>
internal sealed class PlainStage(Weights weights, int inputs, int outputs, int stride = 1, bool bias = true, bool relu = false) : ICausalStage
{
    readonly Convolution convolution = Convolution.Stored(weights, [outputs, inputs, 3, 3], ConvolutionWindow.Same(1, 3, 3) with { StrideH = stride, StrideW = stride }, bias);

    public Tensor Forward(Tensor x, FrameCache cache)
    {
        using var scope = Tensor.Scope();
        var y = convolution.Forward(x);
        return scope.Keep(relu ? y.Relu() : y);
    }
}

/// <summary>relu(x + three convolutions of x and of what x was a frame ago).</summary>
internal sealed class MemoryBlock(Weights weights, int width) : ICausalStage
{
    readonly Convolution enter = Convolution.Stored(weights.Under("conv.0"), [width, 2 * width, 3, 3], ConvolutionWindow.Same(1, 3, 3));
    readonly Convolution middle = Convolution.Stored(weights.Under("conv.2"), [width, width, 3, 3], ConvolutionWindow.Same(1, 3, 3));
    readonly Convolution leave = Convolution.Stored(weights.Under("conv.4"), [width, width, 3, 3], ConvolutionWindow.Same(1, 3, 3));

    public Tensor Forward(Tensor x, FrameCache cache)
    {
        using var scope = Tensor.Scope();
        int frames = x.Shape[2];
        var past = cache.Past ?? Tensor.Zeros(x.Device, x.Shape.With(2, 1));
        var before = frames == 1 ? past : Tensor.Concat(2, past, x.Narrow(2, 0, frames - 1));
        var h = enter.Forward(Tensor.Concat(1, x, before)).Relu();
        scope.Swap(ref h, middle.Forward(h).Relu());
        scope.Swap(ref h, leave.Forward(h));
        cache.Remember(CausalConvolution.Last(x, 1));
        return scope.Keep((x + h).Relu());
    }
}

/// <summary>So many frames to one.</summary>
internal sealed class TimePooling(Weights weights, int width, int frames) : ICausalStage
{
    readonly Convolution convolution = Convolution.Stored(weights.Under("conv"), [width, frames * width, 1, 1], new(), bias: false);

    public Tensor Forward(Tensor x, FrameCache cache)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(convolution.Forward(TimeShuffle.ToDepth(x, frames)));
    }
}

/// <summary>Doubles the picture, then makes one frame so many.</summary>
internal sealed class TimeGrowth : ICausalStage
{
    readonly int width;
    readonly int frames;
    readonly Tensor weight;

    public TimeGrowth(Weights weights, int width, int frames)
    {
        (this.width, this.frames) = (width, frames);
        // Published files may have rows for frames in front that this model doesn't make.
        int rows = weights.Has("conv.weight") ? Math.Max(frames * width, weights.ShapeOf("conv.weight", 4)[0]) : frames * width;
        weight = weights.Get("conv.weight", [rows, width, 1, 1], Initial.Scaled(width));
    }

    public Tensor Forward(Tensor x, FrameCache cache)
    {
        using var scope = Tensor.Scope();
        int rows = frames * width;
        var last = weight.Shape[0] == rows ? weight : weight.Narrow(0, weight.Shape[0] - rows, rows);
        return scope.Keep(TimeShuffle.ToTime(x.UpsampleNearest(2).Convolution(last.Reshape(rows, width, 1, 1, 1), null, new()), frames));
    }
}
