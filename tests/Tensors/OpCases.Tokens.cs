using TalkingMachines.Tensors;

namespace TalkingMachines.Tests.Tensors;

internal static partial class OpCases
{
    static OpCase[] Attentions =>
    [
        Attention("one query, one key", 1, 1, 1, 1, 2),
        Attention("tiny", 2, 5, 7, 3, 8),
        Attention("many tiles, 16 wide", 2, 70, 135, 2, 16),
        Attention("many tiles, 32 wide", 2, 70, 135, 2, 32),
        Attention("many tiles, 64 wide", 2, 70, 135, 2, 64),
        Attention("many tiles, 40 wide", 2, 70, 135, 2, 40),
        Attention("128 wide", 1, 33, 65, 1, 128),
        Attention("odd width", 1, 9, 11, 2, 13),
        Attention("one query", 2, 1, 150, 2, 32),
        Attention("one key", 2, 35, 1, 2, 32),
        Attention("whole tiles", 1, 128, 128, 2, 32),
        Attention("with itself", 1, 45, 45, 2, 16, x => x[0].Attention(x[0], x[0], null, 0.25f)),
        // logits of hundreds: only their differences may matter; the softmax bends within a finite difference
        Attention("large logits", 1, 20, 70, 2, 16, scale: 30, tolerance: 3e-4f, smooth: false),
        Attention("large values", 1, 20, 70, 2, 16, make: InputMakers.OneScaled(2, 50)),
        Biased("bias for all heads", 2, 21, 37, 3, 16, 1),
        Biased("bias by head", 2, 21, 37, 3, 16, 3),
        Biased("bias by head, many tiles", 1, 70, 135, 2, 40, 2),
        Biased("bias with holes", 2, 70, 135, 2, 32, 2, InputMakers.HoledBias),
        Biased("causal mask", 1, 70, 70, 2, 32, 1, InputMakers.Mask((query, key) => key <= query)),
        Biased("blockwise mask", 2, 63, 63, 2, 16, 1, InputMakers.Mask((query, key) => key / 9 <= query / 9 && (key < 9 || key / 9 >= (query / 9) - 1))),
        Biased("first keys hidden", 1, 37, 135, 2, 16, 1, InputMakers.Mask((_, key) => key >= 100)),
        Biased("only the last key seen", 1, 19, 150, 2, 32, 1, InputMakers.Mask((_, key) => key == 149)),
        Biased("only the first key seen", 1, 19, 150, 2, 32, 1, InputMakers.Mask((_, key) => key == 0)),
        Biased("one key seen by each query", 1, 70, 135, 1, 32, 1, InputMakers.Mask((query, key) => key == query * 31 % 135)),
    ];

    static OpCase Attention(string name, int batch, int queries, int keys, int heads, int width, Func<Tensor[], Tensor>? compute = null, float? scale = null, InputMaker? make = null, float tolerance = 1e-5f, bool smooth = true)
    {
        float factor = scale ?? 1 / MathF.Sqrt(width);
        int[] others = [batch, keys, heads, width];
        return compute is null
            ? new($"attention, {name}", x => x[0].Attention(x[1], x[2], null, factor), [[batch, queries, heads, width], others, others], tolerance, make: make, smooth: smooth)
            : new($"attention, {name}", compute, [others], tolerance, make: make, smooth: smooth);
    }

    // A mask is a constant; a bias without maker is learned.
    static OpCase Biased(string name, int batch, int queries, int keys, int heads, int width, int biases, InputMaker? make = null)
    {
        int[] others = [batch, keys, heads, width];
        return new(
            $"attention, {name}", x => x[0].Attention(x[1], x[2], x[3], 1 / MathF.Sqrt(width)),
            [[batch, queries, heads, width], others, others, [biases, queries, keys]], constants: make is null ? null : [3], make: make);
    }

    static OpCase[] Norms =>
    [
        new("rms norm, odd width", x => x[0].RmsNorm(x[1], 1e-6f), [[2, 17], [17]]),
        new("rms norm, many rows", x => x[0].RmsNorm(x[1], 1e-6f), [[2, 150, 3, 65], [65]], tolerance: 2e-5f),
        new("rms norm, whole vectors", x => x[0].RmsNorm(x[1], 1e-6f), [[5, 256], [256]]),
        new("rms norm, width 1", x => x[0].RmsNorm(x[1], 1e-6f), [[9, 1], [1]]),
        new("rms norm, small numbers", x => x[0].RmsNorm(x[1], 1e-2f), [[7, 40], [40]], make: InputMakers.OneScaled(0, 0.05f)),
        new("layer norm, plain", x => x[0].LayerNorm(null, null, 1e-6f), [[3, 5, 35]]),
        new("layer norm, affine", x => x[0].LayerNorm(x[1], x[2], 1e-5f), [[4, 33], [33], [33]]),
        new("layer norm, affine, many rows", x => x[0].LayerNorm(x[1], x[2], 1e-5f), [[2, 150, 129], [129], [129]], tolerance: 2e-5f),
        new("layer norm, modulated by frame", x => x[0].LayerNorm(x[1], x[2], 1e-6f), [[2, 12, 65], [6, 65], [6, 65]]),
        new("layer norm, modulated by row", x => x[0].LayerNorm(x[1], x[2], 1e-6f), [[7, 16], [7, 16], [7, 16]]),
        new("layer norm, modulated, many rows", x => x[0].LayerNorm(x[1], x[2], 1e-6f), [[3, 100, 96], [3, 96], [3, 96]], tolerance: 2e-5f),
        new("layer norm, width 2", x => x[0].LayerNorm(x[1], x[2], 1e-2f), [[9, 2], [2], [2]], tolerance: 3e-5f),
        new("layer norm, far from zero", x => x[0].LayerNorm(null, null, 1e-5f), [[5, 67]], tolerance: 2e-4f, make: InputMakers.Shifted(100)),
        new("layer norm, constant modulation", x => x[0].LayerNorm(x[1], x[2], 1e-6f), [[6, 40], [2, 40], [2, 40]], constants: [1, 2]),
        new("channel norm, video", x => x[0].ChannelNorm(x[1]), [[2, 24, 3, 5, 7], [24]]),
        new("channel norm, few channels", x => x[0].ChannelNorm(x[1]), [[2, 3, 1, 11, 13], [3]]),
        new("channel norm, many cells", x => x[0].ChannelNorm(x[1]), [[1, 17, 2, 33, 35], [17]], tolerance: 2e-5f),
        new("channel norm, sequence", x => x[0].ChannelNorm(x[1]), [[3, 40, 9], [40]]),
        new("channel norm, one channel", x => x[0].ChannelNorm(x[1]), [[2, 1, 37], [1]]),
        new("channel norm and silu, video", x => x[0].ChannelNormSilu(x[1]), [[2, 24, 3, 5, 7], [24]]),
        new("channel norm and silu, many cells", x => x[0].ChannelNormSilu(x[1]), [[1, 17, 2, 33, 35], [17]], tolerance: 2e-5f),
        new("channel norm and silu, one cell", x => x[0].ChannelNormSilu(x[1]), [[3, 40, 1], [40]]),
        new("rotary", x => x[0].Rotary(x[1], x[2]), [[2, 13, 3, 32], [13, 16], [13, 16]], constants: [1, 2]),
        new("rotary, odd pairs", x => x[0].Rotary(x[1], x[2]), [[1, 5, 2, 14], [5, 7], [5, 7]], constants: [1, 2]),
        new("rotary, one pair", x => x[0].Rotary(x[1], x[2]), [[3, 4, 1, 2], [4, 1], [4, 1]], constants: [1, 2]),
        new("rotary, many tokens", x => x[0].Rotary(x[1], x[2]), [[2, 130, 4, 40], [130, 20], [130, 20]], constants: [1, 2]),
    ];

    static OpCase[] Movement =>
    [
        new("reshape", x => x[0].Reshape(4, -1), [[2, 3, 10]]),
        new("transpose", x => x[0].Permute(1, 0), [[37, 65]]),
        new("permute, heads", x => x[0].Permute(0, 2, 1, 3), [[2, 19, 3, 16]]),
        new("permute, channels last", x => x[0].Permute(0, 2, 3, 4, 1), [[2, 5, 3, 4, 7]]),
        new("permute, channels first", x => x[0].Permute(0, 4, 1, 2, 3), [[2, 3, 4, 7, 33]]),
        new("permute, six axes", x => x[0].Permute(0, 1, 3, 5, 2, 4), [[2, 3, 2, 3, 2, 5]]),
        new("permute, four into channels", x => x[0].Permute(0, 1, 3, 5, 2, 4), [[2, 3, 5, 4, 37, 4]]),
        new("permute, four out of channels", x => x[0].Permute(0, 1, 4, 2, 5, 3), [[2, 3, 4, 4, 5, 37]]),
        new("permute, reversed", x => x[0].Permute(3, 2, 1, 0), [[2, 3, 4, 5]]),
        new("permute, in place", x => x[0].Permute(0, 1, 2), [[2, 3, 21]]),
        new("permute, large", x => x[0].Permute(0, 2, 1), [[3, 130, 147]]),
        new("narrow, first axis", x => x[0].Narrow(0, 1, 2), [[4, 3, 7]]),
        new("narrow, middle axis", x => x[0].Narrow(1, 2, 3), [[2, 6, 35]]),
        new("narrow, last axis", x => x[0].Narrow(-1, 3, 17), [[2, 6, 35]]),
        new("narrow, whole", x => x[0].Narrow(1, 0, 6), [[2, 6]]),
        new("concat, two, first axis", x => Tensor.Concat(0, x[0], x[1]), [[2, 5], [3, 5]]),
        new("concat, three, middle axis", x => Tensor.Concat(1, x[0], x[1], x[2]), [[2, 1, 7], [2, 3, 7], [2, 2, 7]]),
        new("concat, last axis", x => Tensor.Concat(-1, x[0], x[1]), [[3, 17], [3, 35]]),
        new("concat, one", x => Tensor.Concat(0, x[0]), [[3, 4]]),
        new("concat, six", x => Tensor.Concat(1, x), [[2, 1], [2, 2], [2, 3], [2, 4], [2, 5], [2, 6]]),
        new("concat, with itself", x => Tensor.Concat(0, x[0], x[0], x[0]), [[3, 4]]),
        new("concat, a constant among them", x => Tensor.Concat(0, x[0], x[1], x[2]), [[3, 4], [2, 4], [1, 4]], constants: [1]),
        new("gather", x => x[0].Gather(3, 0, 5), [[6, 17]]),
        new("gather, repeated rows", x => x[0].Gather(1, 1, 4, 1, 0, 4), [[5, 33]]),
        new("gather, one row", x => x[0].Gather(2), [[3, 8]]),
    ];

    static OpCase[] Compositions =>
    [
        new("a tensor used three times", x => (x[0] * x[0]) + x[0], [[3, 19]]),
        new("a tensor used three times, long", x => (x[0] * x[0]) + x[0], [[67, 1031]]),
        new("a tensor and itself", x => x[0] + x[0], [[3, 19]]),
        new("difference from itself", x => (x[0] - x[0]) + x[0].Square(), [[3, 19]]),
        new("a branch that ends nowhere", x => { _ = x[0].Exp(); return x[0].Tanh(); }, [[3, 19]]),
        new("views of one tensor", x => x[0].Reshape(19, 3) + x[0].Permute(1, 0), [[3, 19]]),
        new("feed forward", x => x[0] + x[0].RmsNorm(x[1], 1e-6f).Linear(x[2], x[3]).Gelu().Linear(x[4], null), [[5, 24], [24], [67, 24], [67], [24, 67]], tolerance: 3e-5f),
        new("detached branch", x => x[0] * x[0].Detach(), [[3, 19]], smooth: false),
        new("softmax over rows", Softmax, [[6, 23]]),
    ];

    static Tensor Softmax(Tensor[] x)
    {
        var powers = x[0].Exp();
        return powers.Divide(powers.SumTo([6, 1]));
    }
}
