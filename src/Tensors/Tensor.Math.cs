using System.Runtime.CompilerServices;

namespace TalkingMachines.Tensors;

public sealed partial class Tensor
{
    Backend Backend => Device.Backend;

    Tensor Like() => Empty(Device, Shape);

    // Attributes are boxed only when a tape wants them: inference allocates one Tensor an op and nothing else.
    static Tensor Taped<T>(Tensor y, GradientRule rule, T attributes, Tensor a, Tensor? b = null, Tensor? c = null, Tensor? d = null)
    {
        var tape = a.Tape ?? b?.Tape ?? c?.Tape ?? d?.Tape;
        tape?.Add(y, rule, a, b, c, d, attributes);
        return y;
    }

    static void Expect(bool condition, [InterpolatedStringHandlerArgument(nameof(condition))] ref ShapeMessage message)
    {
        if (!condition) throw new ArgumentException(message.ToString());
    }

    public Tensor Apply(Unary op)
    {
        var y = Like();
        Backend.Apply(op, this, y);
        return Taped(y, Gradients.Apply, op, this);
    }

    public Tensor Negate() => Apply(Unary.Negate);

    public Tensor Abs() => Apply(Unary.Abs);

    public Tensor Square() => Apply(Unary.Square);

    public Tensor Sqrt() => Apply(Unary.Sqrt);

    public Tensor Exp() => Apply(Unary.Exp);

    public Tensor Tanh() => Apply(Unary.Tanh);

    public Tensor Sigmoid() => Apply(Unary.Sigmoid);

    public Tensor Relu() => Apply(Unary.Relu);

    public Tensor Silu() => Apply(Unary.Silu);

    /// <summary>The tanh form.</summary>
    public Tensor Gelu() => Apply(Unary.Gelu);

    /// <summary>The exact form, with erf.</summary>
    public Tensor GeluErf() => Apply(Unary.GeluErf);

    Tensor Combine(Binary op, Tensor other)
    {
        var y = Empty(Device, Shape.Broadcast(Shape, other.Shape));
        Backend.Combine(op, this, other, y);
        return Taped(y, Gradients.Combine, op, this, other);
    }

    public Tensor Add(Tensor other) => Combine(Binary.Add, other);

    public Tensor Subtract(Tensor other) => Combine(Binary.Subtract, other);

    public Tensor Multiply(Tensor other) => Combine(Binary.Multiply, other);

    public Tensor Divide(Tensor other) => Combine(Binary.Divide, other);

    /// <summary>The larger of each pair.</summary>
    public Tensor Maximum(Tensor other) => Combine(Binary.Maximum, other);

    public static Tensor operator +(Tensor a, Tensor b) => a.Add(b);

    public static Tensor operator -(Tensor a, Tensor b) => a.Subtract(b);

    public static Tensor operator *(Tensor a, Tensor b) => a.Multiply(b);

    public static Tensor operator /(Tensor a, Tensor b) => a.Divide(b);

    public static Tensor operator *(Tensor a, float scale) => a.Affine(scale, 0);

    public static Tensor operator +(Tensor a, float offset) => a.Affine(1, offset);

    public static Tensor operator -(Tensor a, float offset) => a.Affine(1, -offset);

    public static Tensor operator -(Tensor a) => a.Affine(-1, 0);

    /// <summary>this * scale + offset</summary>
    public Tensor Affine(float scale, float offset)
    {
        var y = Like();
        Backend.Affine(this, scale, offset, y);
        return Taped(y, Gradients.Affine, scale, this);
    }

    /// <summary>this + a * gate; gate [R,D], R divides the rows.</summary>
    public Tensor AddGated(Tensor a, Tensor gate)
    {
        Expect(a.Shape == Shape && gate.Shape.Rank == 2 && gate.Shape.Last == Shape.Last && Shape.Count / Shape.Last % gate.Shape[0] == 0,
            $"AddGated of {Shape}, {a.Shape} and gate {gate.Shape}: expected equal shapes and gate [rows that divide, {Shape.Last}].");
        var y = Like();
        Backend.AddGated(this, a, gate, y);
        return Taped(y, Gradients.AddGated, 0, this, a, gate);
    }

    /// <summary>Sums over the axes that <paramref name="shape"/> has as 1 or lacks in front.</summary>
    public Tensor SumTo(in Shape shape)
    {
        Expect(Shape.Broadcast(Shape, shape) == Shape, $"SumTo {shape} of {Shape}: expected a shape that broadcasts to it.");
        var y = Empty(Device, shape);
        Backend.SumTo(this, y);
        return Taped(y, Gradients.SumTo, 0, this);
    }

    /// <summary>Stretches axes of 1, and adds leading ones.</summary>
    public Tensor BroadcastTo(in Shape shape)
    {
        Expect(Shape.Broadcast(Shape, shape) == shape, $"BroadcastTo {shape} of {Shape}: the shapes don't fit.");
        var y = Empty(Device, shape);
        Backend.Combine(Binary.Add, this, Zeros(Device, [1]), y);
        return Taped(y, Gradients.BroadcastTo, 0, this);
    }

    /// <summary>Sum of all elements, [1].</summary>
    public Tensor Sum() => SumTo([1]);

    /// <summary>Mean of all elements, [1].</summary>
    public Tensor Mean() => SumTo([1]) * (1f / Count);

    /// <summary>Matrix product by batch; see <see cref="Backend.MatMul"/>.</summary>
    public Tensor MatMul(Tensor b, bool transposeA = false, bool transposeB = false)
    {
        int rows = Shape[transposeA ? -1 : -2], inner = Shape[transposeA ? -2 : -1];
        int innerB = b.Shape[transposeB ? -1 : -2], columns = b.Shape[transposeB ? -2 : -1];
        bool batches = (b.Shape.Rank == 2 && (Shape.Rank == 2 || !transposeA)) || (b.Shape.Rank == Shape.Rank && b.Shape.Product(0, b.Shape.Rank - 2) == Shape.Product(0, Shape.Rank - 2));
        Expect(inner == innerB && batches, $"MatMul of {Shape}{(transposeA ? " transposed" : "")} and {b.Shape}{(transposeB ? " transposed" : "")}: the inner axes or batches differ.");
        var y = Empty(Device, Shape.With(-2, rows).With(-1, columns));
        Backend.MatMul(this, transposeA, b, transposeB, y);
        return Taped(y, Gradients.MatMul, (transposeA, transposeB), this, b);
    }

    /// <summary>this weight^T + bias; weight [O,I], bias [O] or null.</summary>
    public Tensor Linear(Tensor weight, Tensor? bias)
    {
        Expect(weight.Shape.Rank == 2 && weight.Shape[1] == Shape.Last && (bias is null || bias.Count == weight.Shape[0]),
            $"Linear of {Shape} with weight {weight.Shape} and bias {bias?.Shape ?? default}: the widths differ.");
        var y = Empty(Device, Shape.With(-1, weight.Shape[0]));
        Backend.Linear(this, weight, bias, y);
        return Taped(y, Gradients.Linear, 0, this, weight, bias);
    }

    /// <summary>x [B,C,T,H,W] by weight [O,C,kT,kH,kW]; bias [O] or null.</summary>
    public Tensor Convolution(Tensor weight, Tensor? bias, in ConvolutionWindow window)
    {
        var w = weight.Shape;
        Expect(Shape.Rank == 5 && w.Rank == 5 && w[1] == Shape[1] && (bias is null || bias.Count == w[0]),
            $"Convolution of {Shape} with weight {w} and bias {bias?.Shape ?? default}: expected [B,C,T,H,W], [O,C,kT,kH,kW] and [O].");
        Expect(Math.Max(window.FrontT, window.BackT) < w[2] && Math.Max(window.FrontH, window.BackH) < w[3] && Math.Max(window.FrontW, window.BackW) < w[4],
            $"Convolution with weight {w} and {window}: expected less padding than kernel.");
        Shape output = [Shape[0], w[0], window.OutT(Shape[2], w[2]), window.OutH(Shape[3], w[3]), window.OutW(Shape[4], w[4])];
        Expect(output.Count > 0, $"Convolution of {Shape} with weight {w}: nothing is left of the picture.");
        var y = Empty(Device, output);
        Backend.Convolution(this, weight, bias, window, y);
        return Taped(y, Gradients.Convolution, window, this, weight, bias);
    }

    /// <summary>softmax(this k^T * scale + bias) v; this [B,Sq,H,D], k and v [B,Sk,H,D], bias [1 or H,Sq,Sk] or null.</summary>
    public Tensor Attention(Tensor k, Tensor v, Tensor? bias, float scale)
    {
        var (q, s) = (Shape, k.Shape);
        Expect(q.Rank == 4 && s.Rank == 4 && s == v.Shape && q[0] == s[0] && q[2] == s[2] && q[3] == s[3] && s[1] > 0, $"Attention of q {q}, k {s}, v {v.Shape}: expected [B,Sq,H,D] and [B,Sk,H,D], one key at least.");
        Expect(bias is null || (bias.Shape.Rank == 3 && (bias.Shape[0] == 1 || bias.Shape[0] == q[2]) && bias.Shape[1] == q[1] && bias.Shape[2] == s[1]),
            $"Attention bias {bias?.Shape ?? default}, expected [1 or {q[2]},{q[1]},{s[1]}].");
        var y = Like();
        var tape = Tape ?? k.Tape ?? v.Tape ?? bias?.Tape;
        if (tape is null)
        {
            Backend.Attention(this, k, v, bias, scale, y, null);
            return y;
        }
        var logSum = EmptyOwned(Device, [q[0], q[2], q[1]]);
        try
        {
            Backend.Attention(this, k, v, bias, scale, y, logSum);
        }
        catch
        {
            logSum.Dispose();
            throw;
        }
        tape.Add(y, Gradients.Attention, this, k, v, bias, new AttentionAttributes(scale, logSum));
        return y;
    }

    /// <summary>Normalises the last axis; weight and bias [R,D] or [D], or both null.</summary>
    public Tensor LayerNorm(Tensor? weight, Tensor? bias, float epsilon)
    {
        Expect((weight is null && bias is null) || (weight is not null && bias is not null && weight.Shape == bias.Shape && weight.Shape.Last == Shape.Last && Count / weight.Count * weight.Count == Count),
            $"LayerNorm of {Shape} with weight {weight?.Shape ?? default} and bias {bias?.Shape ?? default}: expected [rows that divide, {Shape.Last}].");
        var y = Like();
        Backend.LayerNorm(this, weight, bias, epsilon, y);
        return Taped(y, Gradients.LayerNorm, epsilon, this, weight, bias);
    }

    /// <summary>Divides the last axis by its root mean square; weight [D].</summary>
    public Tensor RmsNorm(Tensor weight, float epsilon)
    {
        Expect(weight.Count == Shape.Last, $"RmsNorm of {Shape} with weight {weight.Shape}, expected [{Shape.Last}].");
        var y = Like();
        Backend.RmsNorm(this, weight, epsilon, y);
        return Taped(y, Gradients.RmsNorm, epsilon, this, weight);
    }

    /// <summary>Divides axis 1 by its root mean square; gain [C]. See <see cref="Backend.ChannelNorm"/>.</summary>
    public Tensor ChannelNorm(Tensor gain)
    {
        ExpectGain(gain);
        var y = Like();
        Backend.ChannelNorm(this, gain, y);
        return Taped(y, Gradients.ChannelNorm, 0, this, gain);
    }

    /// <summary><see cref="Silu"/> of <see cref="ChannelNorm"/>. See <see cref="Backend.ChannelNormSilu"/>.</summary>
    public Tensor ChannelNormSilu(Tensor gain)
    {
        ExpectGain(gain);
        var y = Like();
        Backend.ChannelNormSilu(this, gain, y);
        return Taped(y, Gradients.ChannelNormSilu, 0, this, gain);
    }

    void ExpectGain(Tensor gain) =>
        Expect(Shape.Rank >= 3 && gain.Count == Shape[1], $"ChannelNorm of {Shape} with gain {gain.Shape}, expected [{(Shape.Rank > 1 ? Shape[1] : 0)}].");

    /// <summary>Rotates pairs of this [B,S,H,D] by the angles of cos, sin [S,D/2].</summary>
    public Tensor Rotary(Tensor cos, Tensor sin)
    {
        Expect(Shape.Rank == 4 && cos.Shape == sin.Shape && cos.Shape.Rank == 2 && cos.Shape[0] == Shape[1] && cos.Shape[1] * 2 == Shape[3],
            $"Rotary of {Shape} with cos {cos.Shape}, sin {sin.Shape}: expected [B,S,H,D] and [S,D/2].");
        var y = Like();
        Backend.Rotary(this, cos, sin, false, y);
        return Taped(y, Gradients.Rotary, 0, this, cos, sin);
    }

    /// <summary>Repeats each cell of the last two axes.</summary>
    public Tensor UpsampleNearest(int factor)
    {
        var y = Empty(Device, Shape.With(-2, Shape[-2] * factor).With(-1, Shape[-1] * factor));
        Backend.UpsampleNearest(AsImages(), factor, y.AsImages());
        return Taped(y, Gradients.UpsampleNearest, factor, this);
    }

    /// <summary>Sums blocks of the last two axes.</summary>
    public Tensor SumPool(int factor)
    {
        Expect(Shape[-1] % factor == 0 && Shape[-2] % factor == 0, $"SumPool of {Shape} by {factor}: expected a picture that it divides.");
        var y = Empty(Device, Shape.With(-2, Shape[-2] / factor).With(-1, Shape[-1] / factor));
        Backend.SumPool(AsImages(), factor, y.AsImages());
        return Taped(y, Gradients.SumPool, factor, this);
    }

    public Tensor ResizeBilinear(int height, int width)
    {
        var y = Empty(Device, Shape.With(-2, height).With(-1, width));
        Backend.ResizeBilinear(AsImages(), y.AsImages());
        return Taped(y, Gradients.ResizeBilinear, 0, this);
    }

    /// <summary>Samples this [M,C,H,W] where flow [N,2,H,W] (x, y in pixels) points; M divides N.</summary>
    public Tensor Warp(Tensor flow, Sampling sampling = Sampling.Bilinear)
    {
        var f = flow.Shape;
        Expect(Shape.Rank == 4 && f.Rank == 4 && f[1] == 2 && f[2] == Shape[2] && f[3] == Shape[3] && f[0] % Shape[0] == 0, $"Warp of {Shape} by flow {f}: expected [M,C,H,W] and [N,2,H,W].");
        var y = Empty(Device, Shape.With(0, f[0]));
        Backend.Warp(this, flow, sampling, y);
        return Taped(y, Gradients.Warp, sampling, this, flow);
    }

    /// <summary>Rows of this [N,D] by number: [indices,D].</summary>
    public Tensor Gather(params int[] indices)
    {
        Expect(Shape.Rank == 2, $"Gather of {Shape}: expected [N,D].");
        foreach (int index in indices)
            if ((uint)index >= (uint)Shape[0]) throw new ArgumentException($"Row {index} of a table {Shape} was asked for.");
        var y = Empty(Device, Shape.With(0, indices.Length));
        Backend.Gather(this, indices, y);
        return Taped(y, Gradients.Gather, indices, this);
    }

    // A view without history for back ends that want [N,H,W].
    Tensor AsImages() => Shape.Rank == 3 ? this : View([Shape.Product(0, Shape.Rank - 2), Shape[-2], Shape[-1]]);
}

// The tape frees it with the record.
internal sealed record AttentionAttributes(float Scale, Tensor LogSum) : IDisposable
{
    public void Dispose() => LogSum.Dispose();
}
