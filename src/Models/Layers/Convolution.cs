using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Layers;

/// <summary>A convolution over pictures [N,C,1,H,W] or sequences [N,C,1,1,S]: odd kernel, zero padding that keeps the size, optional stride.</summary>
public sealed class Convolution
{
    readonly Tensor weight;
    readonly Tensor bias;
    readonly ConvolutionWindow window;

    Convolution(Weights weights, int inputs, int outputs, int kernelH, int kernelW, int stride, float gain)
    {
        weight = weights.Get("weight", [outputs, inputs, 1, kernelH, kernelW], Initial.Scaled(inputs * kernelH * kernelW, gain));
        bias = weights.Get("bias", [outputs], Initial.Zeros);
        window = ConvolutionWindow.Same(1, kernelH, kernelW) with { StrideH = kernelH > 1 ? stride : 1, StrideW = stride };
    }

    public static Convolution Over2d(Weights weights, int inputs, int outputs, int kernel = 3, int stride = 1, float gain = 1) =>
        new(weights, inputs, outputs, kernel, kernel, stride, gain);

    public static Convolution Over1d(Weights weights, int inputs, int outputs, int kernel, int stride = 1) =>
        new(weights, inputs, outputs, 1, kernel, stride, 1);

    public Tensor Forward(Tensor x) => x.Convolution(weight, bias, window);
}
