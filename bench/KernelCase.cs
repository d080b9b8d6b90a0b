using TalkingMachines.Tensors;

namespace TalkingMachines.Bench;

/// <summary>A kernel at one shape: what PyTorch's side reads as (Kind, Sizes), and how to run it on a device of ours.</summary>
/// <param name="Kind">linear, conv, conv-dx, conv-dw, attention, attention-d, norm, gelu, warp, warp-cubic, warp-cubic-dflow, to-depth, to-space or resize.</param>
/// <param name="Sizes">linear: rows, inputs, outputs; conv: images, channels, side, outputs; attention: batch, queries, keys, heads, width; norm: rows, width; gelu: elements; warp: frames of one picture, channels, side; to-depth, to-space: pictures, channels, side, by 4; resize: pictures, channels, side, to twice.</param>
sealed record KernelCase(string Kind, params int[] Sizes)
{
    const int RowsAFrame = 64; // tokens that share a modulation
    static readonly ConvolutionWindow Window = ConvolutionWindow.Same(1, 3, 3);

    /// <summary>The shapes of our models: tokens of a chunk, of a window and of a training batch; the autoencoder's stages.</summary>
    public static KernelCase[] All { get; } =
    [
        .. Products(), .. Convolutions("conv"), new("conv", 12, 32, 128, 32), .. Convolutions("conv-dx"), .. Convolutions("conv-dw"),
        .. Attentions("attention"), .. Attentions("attention-d"),
        new("norm", 192, 192), new("norm", 5376, 192), new("gelu", 192 * 768), new("gelu", 5376 * 768),
        .. Warps("warp"), .. Warps("warp-cubic"), .. Warps("warp-cubic-dflow"),
        new("to-depth", 4, 3, 512), new("to-space", 4, 3, 512), new("resize", 4, 3, 256),
    ];

    public string Name => $"{Kind} {string.Join('x', Sizes)}";

    /// <summary>Whether speed is counted in operations, not in bytes.</summary>
    public bool IsProduct => !(Kind is "norm" or "gelu" || IsWarp || IsMove);

    bool IsWarp => Kind is "warp" or "warp-cubic" or "warp-cubic-dflow";

    bool IsMove => Kind is "to-depth" or "to-space" or "resize";

    /// <summary>Operations; or bytes read and written where memory is the limit.</summary>
    public double Work => Kind switch
    {
        "linear" => 2.0 * Sizes[0] * Sizes[1] * Sizes[2],
        "attention" => 4.0 * Sizes[0] * Sizes[1] * Sizes[2] * Sizes[3] * Sizes[4],
        "attention-d" => 10.0 * Sizes[0] * Sizes[1] * Sizes[2] * Sizes[3] * Sizes[4],
        "norm" => 8.0 * Sizes[0] * Sizes[1],
        "gelu" => 8.0 * Sizes[0],
        "to-depth" or "to-space" => 8.0 * Sizes[0] * Sizes[1] * Sizes[2] * Sizes[2],
        "resize" => 20.0 * Sizes[0] * Sizes[1] * Sizes[2] * Sizes[2],
        "warp" or "warp-cubic" => 4.0 * Sizes[2] * Sizes[2] * (Sizes[1] + (Sizes[0] * (Sizes[1] + 2))),
        "warp-cubic-dflow" => 4.0 * Sizes[2] * Sizes[2] * (Sizes[1] + (Sizes[0] * (Sizes[1] + 4))),
        _ => 2.0 * Sizes[0] * Sizes[1] * Sizes[2] * Sizes[2] * Sizes[3] * 9,
    };

    static IEnumerable<KernelCase> Products()
    {
        foreach (int tokens in new[] { 192, 448, 5376 })
            foreach (var (inputs, outputs) in new[] { (192, 192), (192, 576), (192, 768), (768, 192) }) yield return new("linear", tokens, inputs, outputs);
        yield return new("linear", 1024, 1024, 1024);
    }

    static IEnumerable<KernelCase> Convolutions(string kind) =>
    [
        new(kind, 12, 144, 16, 144), new(kind, 12, 96, 32, 96), new(kind, 12, 48, 64, 48), new(kind, 12, 48, 64, 50),
        new(kind, 24, 144, 8, 144), new(kind, 24, 96, 16, 96), new(kind, 24, 48, 32, 48),
    ];

    static IEnumerable<KernelCase> Attentions(string kind) => [new(kind, 1, 192, 448, 6, 32), new(kind, 12, 448, 448, 6, 32), new(kind, 72, 64, 21, 6, 32)];

    static IEnumerable<KernelCase> Warps(string kind) => [new(kind, 12, 3, 256), new(kind, 12, 3, 512)];

    /// <summary>Makes inputs and outputs in the current scope and returns the call to time.</summary>
    public Action Prepare(Device device)
    {
        var random = new RandomStream(1);
        Tensor Random(params int[] shape) => Tensor.Normal(device, new Shape(shape), random);
        Tensor Empty(params int[] shape) => Tensor.Empty(device, new Shape(shape));
        var backend = device.Backend;
        switch (Kind)
        {
            case "linear":
                {
                    var (x, w, b, y) = (Random(Sizes[0], Sizes[1]), Random(Sizes[2], Sizes[1]), Random(Sizes[2]), Empty(Sizes[0], Sizes[2]));
                    return () => backend.Linear(x, w, b, y);
                }
            case "norm":
                {
                    var (x, w, b, y) = (Random(Sizes), Random(Sizes[0] / RowsAFrame, Sizes[1]), Random(Sizes[0] / RowsAFrame, Sizes[1]), Empty(Sizes));
                    return () => backend.LayerNorm(x, w, b, 1e-6f, y);
                }
            case "gelu":
                {
                    var (x, y) = (Random(Sizes), Empty(Sizes));
                    return () => backend.Apply(Unary.Gelu, x, y);
                }
            default: return IsWarp ? Warp(backend, Random) : IsMove ? Move(backend, Random) : Kind.StartsWith("conv", StringComparison.Ordinal) ? Convolution(backend, Random) : Attention(backend, Random);
        }
    }

    Action Convolution(Backend backend, Func<int[], Tensor> random)
    {
        var (images, channels, side, outputs) = (Sizes[0], Sizes[1], Sizes[2], Sizes[3]);
        var (x, w, b, y) = (random([images, channels, 1, side, side]), random([outputs, channels, 1, 3, 3]), random([outputs]), random([images, outputs, 1, side, side]));
        return Kind switch
        {
            "conv" => () => backend.Convolution(x, w, b, Window, y),
            "conv-dx" => () => backend.ConvolutionInputGradient(y, w, Window, x),
            _ => () => backend.ConvolutionWeightGradient(x, y, Window, w),
        };
    }

    Action Attention(Backend backend, Func<int[], Tensor> random)
    {
        int[] query = [Sizes[0], Sizes[1], Sizes[3], Sizes[4]], key = [Sizes[0], Sizes[2], Sizes[3], Sizes[4]];
        float scale = 1 / MathF.Sqrt(Sizes[4]);
        var (q, k, v, y) = (random(query), random(key), random(key), random(query));
        if (Kind == "attention") return () => backend.Attention(q, k, v, null, scale, y, null);
        var (dy, dq, dk, dv, logSum) = (random(query), random(query), random(key), random(key), random([Sizes[0], Sizes[3], Sizes[1]]));
        backend.Attention(q, k, v, null, scale, y, logSum);
        return () => backend.AttentionGradient(q, k, v, null, scale, y, logSum, dy, dq, dk, dv, null);
    }

    Action Warp(Backend backend, Func<int[], Tensor> random)
    {
        var (frames, channels, side) = (Sizes[0], Sizes[1], Sizes[2]);
        var (x, flow, y) = (random([1, channels, side, side]), random([frames, 2, side, side]), random([frames, channels, side, side]));
        var sampling = Kind == "warp" ? Sampling.Bilinear : Sampling.Cubic;
        if (Kind != "warp-cubic-dflow") return () => backend.Warp(x, flow, sampling, y);
        var dflow = random([frames, 2, side, side]);
        return () => backend.WarpGradient(x, flow, sampling, y, null, dflow);
    }

    Action Move(Backend backend, Func<int[], Tensor> random)
    {
        const int Patch = 4;
        var (pictures, channels, side) = (Sizes[0], Sizes[1], Sizes[2]);
        if (Kind == "resize")
        {
            var (small, large) = (random([pictures * channels, side, side]), random([pictures * channels, 2 * side, 2 * side]));
            return () => backend.ResizeBilinear(small, large);
        }
        int cells = side / Patch;
        var (space, depth) = (random([pictures, channels, cells, Patch, cells, Patch]), random([pictures, channels, Patch, Patch, cells, cells]));
        return Kind == "to-depth"
            ? () => backend.Permute(space, [0, 1, 3, 5, 2, 4], depth)
            : () => backend.Permute(depth, [0, 1, 4, 2, 5, 3], space);
    }
}
