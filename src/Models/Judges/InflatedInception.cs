using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Judges;

/// <summary>
/// I3D, Inception inflated to videos and trained on Kinetics-400 (Carreira and Zisserman 2017; names of pytorch-i3d; FACTS 6.2): the
/// network whose features the Frechet video distance compares.
/// </summary>
public sealed class InflatedInception
{
    /// <summary>Height and width of a picture in pixels.</summary>
    public const int Size = 224;

    /// <summary>Actions it tells apart: the features of the distance.</summary>
    public const int Classes = 400;

    const int Width = 1024;
    const int PoolSize = 7; // of the last grid, Size / 32
    const int PoolFrames = 2;

    // Outputs of each mixed block's branches: 1x1; 1x1 and 3x3; 1x1 and 3x3; 1x1 behind a pool.
    static readonly (string Name, int[] Widths)[] Blocks =
    [
        ("3b", [64, 96, 128, 16, 32, 32]), ("3c", [128, 128, 192, 32, 96, 64]),
        ("4b", [192, 96, 208, 16, 48, 64]), ("4c", [160, 112, 224, 24, 64, 64]), ("4d", [128, 128, 256, 24, 64, 64]),
        ("4e", [112, 144, 288, 32, 64, 64]), ("4f", [256, 160, 320, 32, 128, 128]),
        ("5b", [256, 160, 320, 32, 128, 128]), ("5c", [384, 192, 384, 48, 128, 128]),
    ];

    readonly List<Func<Tensor, Tensor>> stages = [];
    readonly Convolution logits;

    public InflatedInception(Weights weights)
    {
        stages.Add(new Unit(weights.Under("Conv3d_1a_7x7"), 3, 64, 7, 2).Forward);
        stages.Add(x => Pool(x, [1, 3, 3], [1, 2, 2]));
        stages.Add(new Unit(weights.Under("Conv3d_2b_1x1"), 64, 64, 1).Forward);
        stages.Add(new Unit(weights.Under("Conv3d_2c_3x3"), 64, 192, 3).Forward);
        stages.Add(x => Pool(x, [1, 3, 3], [1, 2, 2]));
        int width = 192;
        foreach (var (name, widths) in Blocks)
        {
            if (name == "4b") stages.Add(x => Pool(x, [3, 3, 3], [2, 2, 2]));
            if (name == "5b") stages.Add(x => Pool(x, [2, 2, 2], [2, 2, 2]));
            stages.Add(new Mixed(weights.Under($"Mixed_{name}"), width, widths).Forward);
            width = widths[0] + widths[2] + widths[4] + widths[5];
        }
        logits = Convolution.Stored(weights.Under("logits.conv3d"), [Classes, Width, 1, 1, 1], new());
    }

    /// <summary>Keys of the published file that judging does not need.</summary>
    public static bool Ignores(string key) => key.EndsWith("num_batches_tracked", StringComparison.Ordinal);

    /// <summary>Videos [N,3,T,H,W] in [-1, 1] to squares of 224: the shorter side scaled, the middle cut out.</summary>
    public static Tensor Prepare(Tensor videos)
    {
        using var scope = Tensor.Scope();
        int h = videos.Shape[3], w = videos.Shape[4], shorter = Math.Min(h, w);
        int height = (int)Math.Ceiling((double)h * Size / shorter), width = (int)Math.Ceiling((double)w * Size / shorter);
        var scaled = videos.ResizeBilinear(height, width);
        return scope.Keep(scaled.Narrow(3, (height - Size) / 2, Size).Narrow(4, (width - Size) / 2, Size));
    }

    /// <summary>What it sees in prepared videos [N,3,T,224,224], T from 9: logits [N,400], the mean over time, before any softmax.</summary>
    public Tensor Logits(Tensor prepared)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(LogitsOf(Pooled(prepared)));
    }

    /// <summary>Logits [N,400] of <see cref="Pooled"/>.</summary>
    public Tensor LogitsOf(Tensor pooled)
    {
        using var scope = Tensor.Scope();
        int n = pooled.Shape[0], t = pooled.Shape[2];
        return scope.Keep((logits.Forward(pooled).SumTo([n, Classes, 1, 1, 1]) * (1f / t)).Reshape(n, Classes));
    }

    /// <summary>Features of prepared videos before the logits: means over the picture and two frames, [N,1024,T',1,1].</summary>
    public Tensor Pooled(Tensor prepared)
    {
        var s = prepared.Shape;
        if (s.Rank != 5 || s[1] != 3 || s[2] < 9 || s[3] != Size || s[4] != Size)
            throw new ArgumentException($"Videos {s} were given, expected [N,3,9 or more,{Size},{Size}].");
        using var scope = Tensor.Scope();
        var x = stages[0](prepared);
        foreach (var stage in stages.Skip(1)) scope.Swap(ref x, stage(x));
        int frames = x.Shape[2] - PoolFrames + 1;
        var sums = x.SumTo([s[0], Width, x.Shape[2], 1, 1]);
        return scope.Keep((sums.Narrow(2, 0, frames) + sums.Narrow(2, 1, frames)) * (1f / (PoolFrames * PoolSize * PoolSize)));
    }

    static Tensor Pool(Tensor x, in Shape kernel, in Shape strides) => MaxPool.Forward(x, kernel, SameSize(x.Shape, kernel, strides));

    /// <summary>TensorFlow's padding: as many results as strides begin, what can't be halved at the end.</summary>
    static ConvolutionWindow SameSize(in Shape x, in Shape kernel, in Shape strides)
    {
        static (int Front, int Back) Padding(int size, int kernel, int stride)
        {
            int all = Math.Max(0, kernel - (size % stride == 0 ? stride : size % stride));
            return (all / 2, all - (all / 2));
        }
        var (t, h, w) = (Padding(x[2], kernel[0], strides[0]), Padding(x[3], kernel[1], strides[1]), Padding(x[4], kernel[2], strides[2]));
        return new(strides[0], strides[1], strides[2], t.Front, t.Back, h.Front, h.Back, w.Front, w.Back);
    }

    /// <summary>Convolution without bias, norm, ReLU.</summary>
    sealed class Unit(Weights weights, int inputs, int outputs, int kernel, int stride = 1)
    {
        readonly Convolution convolution = Convolution.Stored(weights.Under("conv3d"), [outputs, inputs, kernel, kernel, kernel], new(), bias: false);
        readonly BatchNorm norm = new(weights.Under("bn"), outputs);

        public Tensor Forward(Tensor x)
        {
            using var scope = Tensor.Scope();
            var window = SameSize(x.Shape, [kernel, kernel, kernel], [stride, stride, stride]);
            return scope.Keep(norm.Forward(convolution.Forward(x, window)).Relu());
        }
    }

    /// <summary>Four branches side by side.</summary>
    sealed class Mixed(Weights weights, int inputs, int[] widths)
    {
        readonly Unit one = new(weights.Under("b0"), inputs, widths[0], 1);
        readonly Unit narrow1 = new(weights.Under("b1a"), inputs, widths[1], 1);
        readonly Unit wide1 = new(weights.Under("b1b"), widths[1], widths[2], 3);
        readonly Unit narrow2 = new(weights.Under("b2a"), inputs, widths[3], 1);
        readonly Unit wide2 = new(weights.Under("b2b"), widths[3], widths[4], 3);
        readonly Unit pooled = new(weights.Under("b3b"), inputs, widths[5], 1);

        public Tensor Forward(Tensor x)
        {
            using var scope = Tensor.Scope();
            var (a, b) = (one.Forward(x), wide1.Forward(narrow1.Forward(x)));
            var (c, d) = (wide2.Forward(narrow2.Forward(x)), pooled.Forward(Pool(x, [3, 3, 3], [1, 1, 1])));
            return scope.Keep(Tensor.Concat(1, a, b, c, d));
        }
    }
}
