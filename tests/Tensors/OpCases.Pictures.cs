using TalkingMachines.Tensors;

namespace TalkingMachines.Tests.Tensors;

internal static partial class OpCases
{
    static OpCase[] Convolutions =>
    [
        Convolution("tiny", [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], new()),
        Convolution("1x1x1", [2, 24, 3, 17, 19], [20, 24, 1, 1, 1], new()),
        Convolution("3x3x3", [2, 24, 3, 17, 19], [20, 24, 3, 3, 3], ConvolutionWindow.Same(3, 3, 3), tolerance: 2e-5f),
        Convolution("3x3x3 causal", [2, 5, 4, 6, 7], [7, 5, 3, 3, 3], ConvolutionWindow.Same(3, 3, 3, causal: true)),
        Convolution("3x3x3 without padding", [1, 3, 4, 6, 7], [6, 3, 3, 3, 3], new()),
        Convolution("1x3x3", [2, 16, 3, 9, 33], [32, 16, 1, 3, 3], ConvolutionWindow.Same(1, 3, 3)),
        Convolution("1x3x3, stride 2", [2, 24, 3, 17, 19], [20, 24, 1, 3, 3], ConvolutionWindow.Same(1, 3, 3) with { StrideH = 2, StrideW = 2 }, tolerance: 2e-5f),
        Convolution("1x3x3, stride 2, padded behind", [1, 6, 2, 12, 14], [10, 6, 1, 3, 3], new() { StrideH = 2, StrideW = 2, BackH = 1, BackW = 1 }),
        Convolution("1x2x2 patches", [2, 6, 3, 8, 10], [33, 6, 1, 2, 2], new() { StrideH = 2, StrideW = 2 }),
        Convolution("1x4x4, stride 4, one channel", [3, 1, 1, 16, 20], [17, 1, 1, 4, 4], new() { StrideH = 4, StrideW = 4 }),
        Convolution("3x1x1 causal, stride 2 in time", [2, 9, 7, 3, 5], [11, 9, 3, 1, 1], new(StrideT: 2, FrontT: 2)),
        Convolution("1x3x1, stride 2 in height", [2, 9, 2, 8, 5], [11, 9, 1, 3, 1], new() { StrideH = 2, FrontH = 1 }),
        Convolution("1x1x3, stride 2 in width", [2, 9, 2, 5, 8], [11, 9, 1, 1, 3], new() { StrideW = 2, FrontW = 1 }),
        Convolution("stride above the kernel", [1, 4, 5, 7, 9], [5, 4, 1, 2, 2], new(StrideT: 2, StrideH: 3, StrideW: 3)),
        Convolution("kernel as large as the picture", [2, 3, 2, 5, 6], [4, 3, 2, 5, 6], new()),
        Convolution("kernel mostly over padding", [1, 2, 1, 2, 3], [3, 2, 3, 5, 5], ConvolutionWindow.Same(3, 5, 5)),
        Convolution("uneven padding", [1, 3, 3, 5, 6], [4, 3, 2, 3, 4], new() { FrontT = 1, BackH = 2, FrontW = 3, BackW = 1 }),
        Convolution("one output channel", [1, 33, 2, 7, 9], [1, 33, 1, 3, 3], ConvolutionWindow.Same(1, 3, 3)),
        Convolution("many channels, small picture", [1, 130, 1, 5, 5], [65, 130, 1, 3, 3], ConvolutionWindow.Same(1, 3, 3), tolerance: 2e-5f),
        Convolution("large picture", [1, 3, 1, 70, 67], [16, 3, 1, 3, 3], ConvolutionWindow.Same(1, 3, 3)),
        // from twelve channels on 1x3x3 goes by Winograd's tiles of 4x4, its weight gradient by 2x2 from 256 pixels on
        Convolution("1x3x3, whole tiles", [2, 16, 1, 16, 16], [24, 16, 1, 3, 3], ConvolutionWindow.Same(1, 3, 3)),
        Convolution("1x3x3, odd in both ways", [2, 17, 3, 9, 33], [19, 17, 1, 3, 3], ConvolutionWindow.Same(1, 3, 3), tolerance: 2e-5f),
        Convolution("1x3x3, one row of tiles", [3, 13, 1, 3, 250], [12, 13, 1, 3, 3], ConvolutionWindow.Same(1, 3, 3)),
        Convolution("1x3x3, one column of tiles", [3, 12, 2, 130, 3], [20, 12, 1, 3, 3], ConvolutionWindow.Same(1, 3, 3)),
        Convolution("1x3x3, one row of pixels", [2, 12, 1, 1, 140], [12, 12, 1, 3, 3], ConvolutionWindow.Same(1, 3, 3)),
        Convolution("1x3x3, tiles that fill no vector", [2, 12, 1, 8, 9], [13, 12, 1, 3, 3], ConvolutionWindow.Same(1, 3, 3)),
        Convolution("1x3x3, no padding", [1, 12, 2, 18, 34], [12, 12, 1, 3, 3], new()),
        Convolution("1x3x3, all padding in front", [1, 14, 1, 16, 17], [12, 14, 1, 3, 3], new() { FrontH = 2, FrontW = 2 }),
        Convolution("1x3x3, all padding behind", [1, 14, 1, 17, 16], [12, 14, 1, 3, 3], new() { BackH = 2, BackW = 2 }),
        Convolution("1x3x3, an empty slice of tiles", [25, 12, 1, 16, 16], [12, 12, 1, 3, 3], ConvolutionWindow.Same(1, 3, 3), tolerance: 2e-5f),
        Convolution("1x3x3, wide panels", [1, 40, 1, 16, 32], [50, 40, 1, 3, 3], ConvolutionWindow.Same(1, 3, 3), tolerance: 2e-5f),
        Convolution("sound, kernel 10, stride 5", [2, 1, 1, 1, 403], [24, 1, 1, 1, 10], new() { StrideW = 5 }),
        Convolution("sound, kernel 3, stride 2", [2, 24, 1, 1, 81], [33, 24, 1, 1, 3], new() { StrideW = 2 }),
        Convolution("sequence in time, causal", [2, 17, 37, 1, 1], [19, 17, 5, 1, 1], ConvolutionWindow.Same(5, 1, 1, causal: true)),
        new("convolution, no bias", x => x[0].Convolution(x[1], null, ConvolutionWindow.Same(1, 3, 3)), [[2, 3, 2, 6, 5], [4, 3, 1, 3, 3]]),
        new("convolution, constant input", x => x[0].Convolution(x[1], x[2], ConvolutionWindow.Same(1, 3, 3)), [[2, 3, 2, 6, 5], [4, 3, 1, 3, 3], [4]], constants: [0]),
        new("convolution, constant weight", x => x[0].Convolution(x[1], x[2], ConvolutionWindow.Same(1, 3, 3)), [[2, 3, 2, 6, 5], [4, 3, 1, 3, 3], [4]], constants: [1, 2]),
    ];

    static OpCase Convolution(string name, int[] x, int[] weight, ConvolutionWindow window, float tolerance = 1e-5f) =>
        new($"convolution, {name}", t => t[0].Convolution(t[1], t[2], window), [x, weight, [weight[0]]], tolerance);

    static OpCase[] Resampling =>
    [
        new("upsample by 2", x => x[0].UpsampleNearest(2), [[2, 3, 5, 7]]),
        new("upsample by 3", x => x[0].UpsampleNearest(3), [[3, 4, 5]]),
        new("upsample by 2, video", x => x[0].UpsampleNearest(2), [[2, 5, 3, 8, 33]]),
        new("upsample by 8, wide", x => x[0].UpsampleNearest(8), [[3, 5, 17]]),
        new("sum pool by 2", x => x[0].SumPool(2), [[2, 3, 6, 10]]),
        new("sum pool by 3", x => x[0].SumPool(3), [[3, 9, 6]]),
        new("sum pool by 8, wide", x => x[0].SumPool(8), [[3, 16, 136]]),
        new("sum pool to one cell", x => x[0].SumPool(5), [[4, 5, 5]]),
        new("resize, larger", x => x[0].ResizeBilinear(17, 23), [[3, 9, 13]]),
        new("resize, smaller", x => x[0].ResizeBilinear(4, 5), [[2, 3, 9, 13]]),
        new("resize, one axis larger", x => x[0].ResizeBilinear(17, 8), [[3, 9, 13]]),
        new("resize, to twice", x => x[0].ResizeBilinear(16, 40), [[5, 8, 20]]),
        new("resize, to twice, over several runs", x => x[0].ResizeBilinear(6, 300), [[2, 3, 150]]),
        new("resize, wider and lower", x => x[0].ResizeBilinear(5, 290), [[2, 9, 33]]),
        new("resize, to itself", x => x[0].ResizeBilinear(6, 7), [[2, 6, 7]]),
        new("resize, from one cell", x => x[0].ResizeBilinear(4, 5), [[3, 1, 1]]),
        new("resize, to one cell", x => x[0].ResizeBilinear(1, 1), [[3, 4, 5]]),
        .. Warps("warp", Sampling.Bilinear), .. Warps("cubic warp", Sampling.Cubic),
    ];

    static OpCase[] Warps(string name, Sampling sampling)
    {
        return
        [
            Case("small flow", [2, 3, 9, 11], 2, InputMakers.OneScaled(1, 0.4f)),
            Case("far flow, clamped at the border", [2, 3, 9, 11], 2, InputMakers.OneScaled(1, 6)),
            Case("one picture for all flows", [1, 5, 7, 19], 4),
            Case("a picture for two flows", [2, 4, 8, 33], 4),
            Case("constant picture", [1, 3, 16, 16], 3, constants: [0]),
            Case("constant flow", [1, 3, 16, 16], 3, constants: [1]),
            Case("many channels", [1, 35, 6, 5], 2),
            Case("one channel, wide", [1, 1, 3, 277], 2, InputMakers.OneScaled(1, 3)),
            Case("zero flow", [1, 3, 6, 7], 2, InputMakers.OneScaled(1, 0), smooth: false),
            Case("flow of whole cells", [1, 3, 6, 7], 2, WholeCells, smooth: false),
            Case("two rows", [1, 3, 2, 17], 2),
            Case("two columns", [1, 3, 17, 2], 2),
            Case("one row", [1, 3, 1, 17], 2),
            Case("one column", [1, 3, 17, 1], 2),
            Case("one cell", [2, 3, 1, 1], 2),
        ];

        OpCase Case(string what, int[] picture, int frames, InputMaker? make = null, int[]? constants = null, bool smooth = true) =>
            new($"{name}, {what}", x => x[0].Warp(x[1], sampling), [picture, [frames, 2, picture[2], picture[3]]], constants: constants, make: make, smooth: smooth);
    }

    static void WholeCells(int index, int[] shape, Span<float> values)
    {
        if (index != 1) return;
        foreach (ref float value in values) value = MathF.Round(2 * value);
    }
}
