using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Layers;

/// <summary>A convolution over videos [N,C,T,H,W], pictures [N,C,1,H,W] or sequences [N,C,1,1,S].</summary>
public sealed class Convolution
{
    readonly Tensor weight;
    readonly Tensor? bias;
    readonly Shape kernel;

    Convolution(Weights weights, in Shape stored, in ConvolutionWindow window, bool bias = true, float gain = 1)
    {
        kernel = Volume(stored);
        Window = window;
        weight = weights.Get("weight", stored, Initial.Scaled(kernel.Product(1, 5), gain));
        if (bias) this.bias = weights.Get("bias", [kernel[0]], Initial.Zeros);
    }

    /// <summary>Strides and zero padding of <see cref="Forward(Tensor)"/>.</summary>
    public ConvolutionWindow Window { get; }

    /// <summary>Odd kernel, zero padding that keeps the size, optional stride.</summary>
    public static Convolution Over2d(Weights weights, int inputs, int outputs, int kernel = 3, int stride = 1, float gain = 1) =>
        new(weights, [outputs, inputs, 1, kernel, kernel], Same(kernel, kernel, stride), gain: gain);

    /// <summary>Odd kernel, zero padding that keeps the size, optional stride.</summary>
    public static Convolution Over1d(Weights weights, int inputs, int outputs, int kernel, int stride = 1) =>
        new(weights, [outputs, inputs, 1, 1, kernel], Same(1, kernel, stride));

    /// <summary>One of a public model: its weight is stored as [O,I,kT,kH,kW], [O,I,kH,kW], [O,I,k] or, of one cell, [O,I].</summary>
    public static Convolution Stored(Weights weights, in Shape weight, in ConvolutionWindow window, bool bias = true) => new(weights, weight, window, bias);

    static ConvolutionWindow Same(int kernelH, int kernelW, int stride) =>
        ConvolutionWindow.Same(1, kernelH, kernelW) with { StrideH = kernelH > 1 ? stride : 1, StrideW = stride };

    static Shape Volume(in Shape stored)
    {
        Span<int> extents = [stored[0], stored[1], 1, 1, 1];
        for (int i = 2; i < stored.Rank; i++) extents[i + 5 - stored.Rank] = stored[i];
        return new Shape(extents);
    }

    public Tensor Forward(Tensor x) => Forward(x, Window);

    /// <summary>With other padding: that of a stream, which brings its past along.</summary>
    public Tensor Forward(Tensor x, in ConvolutionWindow window)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(x.Convolution(weight.Shape.Rank == 5 ? weight : weight.Reshape(kernel), bias, window));
    }
}
