namespace TalkingMachines.Tensors;

/// <summary>The gradient of every op, one rule each.</summary>
internal static class Gradients
{
    public static void Apply(in GradientStep s)
    {
        var dx = s.EmptyLike(0);
        s.Backend.ApplyGradient(s.Attributes<Unary>(), s.Input(0), s.Gradient, dx);
        s.Give(0, dx);
    }

    public static void Combine(in GradientStep s)
    {
        var op = s.Attributes<Binary>();
        if (op == Binary.Maximum)
        {
            Maximum(s);
            return;
        }
        if (s.Wants(0)) GiveSummed(s, 0, op is Binary.Multiply or Binary.Divide ? Product(s, op, s.Gradient, s.Input(1)) : s.Gradient);
        if (!s.Wants(1)) return;
        GiveSummed(s, 1, op switch
        {
            Binary.Add => s.Gradient,
            Binary.Subtract => Scaled(s, s.Gradient, -1),
            Binary.Multiply => Product(s, Binary.Multiply, s.Gradient, s.Input(0)),
            _ => Scaled(s, Product(s, Binary.Divide, Product(s, Binary.Multiply, s.Gradient, s.Output), s.Input(1)), -1), // d(a/b)/db = -y/b
        });
    }

    // a's part is dy where a - b > 0, the derivative of relu; the rest is b's.
    static void Maximum(in GradientStep s)
    {
        var difference = Tensor.Empty(s.Output.Device, s.Output.Shape);
        s.Backend.Combine(Binary.Subtract, s.Input(0), s.Input(1), difference);
        var da = Tensor.Empty(difference.Device, difference.Shape);
        s.Backend.ApplyGradient(Unary.Relu, difference, s.Gradient, da);
        if (s.Wants(1)) GiveSummed(s, 1, Product(s, Binary.Subtract, s.Gradient, da));
        if (s.Wants(0)) GiveSummed(s, 0, da);
    }

    static Tensor Product(in GradientStep s, Binary op, Tensor a, Tensor b)
    {
        var y = Tensor.Empty(a.Device, a.Shape);
        s.Backend.Combine(op, a, b, y);
        return y;
    }

    static Tensor Scaled(in GradientStep s, Tensor x, float scale)
    {
        var y = Tensor.Empty(x.Device, x.Shape);
        s.Backend.Affine(x, scale, 0, y);
        return y;
    }

    static void GiveSummed(in GradientStep s, int index, Tensor gradient)
    {
        if (gradient.Shape == s.Input(index).Shape)
        {
            s.Give(index, gradient);
            return;
        }
        var sum = s.EmptyLike(index);
        s.Backend.SumTo(gradient, sum);
        s.Give(index, sum);
    }

    public static void Affine(in GradientStep s)
    {
        float scale = s.Attributes<float>();
        s.Give(0, scale == 1 ? s.Gradient : Scaled(s, s.Gradient, scale));
    }

    public static void AddGated(in GradientStep s)
    {
        if (s.Wants(0)) s.Give(0, s.Gradient);
        var gate = s.Input(2);
        // By gate row: [R,N/R,D] against [R,1,D].
        Shape rows = [gate.Shape[0], (int)(s.Gradient.Count / gate.Count), gate.Shape[1]];
        var dy = s.Gradient.View(rows);
        if (s.Wants(1)) s.Give(1, Product(s, Binary.Multiply, dy, gate.View(rows.With(1, 1))));
        if (!s.Wants(2)) return;
        var sum = Tensor.Empty(gate.Device, rows.With(1, 1));
        s.Backend.SumTo(Product(s, Binary.Multiply, dy, s.Input(1).View(rows)), sum);
        s.Give(2, sum);
    }

    public static void SumTo(in GradientStep s) => s.Give(0, Stretched(s, s.Input(0).Shape));

    public static void BroadcastTo(in GradientStep s) => GiveSummed(s, 0, s.Gradient);

    static Tensor Stretched(in GradientStep s, in Shape shape)
    {
        var y = Tensor.Empty(s.Gradient.Device, shape);
        s.Backend.Combine(Binary.Add, s.Gradient, Tensor.Zeros(y.Device, [1]), y);
        return y;
    }

    public static void MatMul(in GradientStep s)
    {
        var (ta, tb) = s.Attributes<(bool, bool)>();
        var (a, b, dy) = (s.Input(0), s.Input(1), s.Gradient);
        if (b.Shape.Rank == 2 && a.Shape.Rank > 2 && !ta)
        {
            // One matrix for every batch: the batch is just more rows.
            a = a.View([a.Shape.Rows, a.Shape.Last]);
            dy = dy.View([dy.Shape.Rows, dy.Shape.Last]);
        }
        if (s.Wants(0))
        {
            var da = Tensor.Empty(a.Device, a.Shape);
            if (ta) s.Backend.MatMul(b, tb, dy, true, da);
            else s.Backend.MatMul(dy, false, b, !tb, da);
            s.Give(0, da);
        }
        if (!s.Wants(1)) return;
        var db = Tensor.Empty(b.Device, b.Shape);
        if (tb) s.Backend.MatMul(dy, true, a, ta, db);
        else s.Backend.MatMul(a, !ta, dy, false, db);
        s.Give(1, db);
    }

    public static void Linear(in GradientStep s)
    {
        var (weight, bias) = (s.Input(1), s.InputOrNull(2));
        int rows = s.Gradient.Shape.Rows;
        var dy = s.Gradient.View([rows, weight.Shape[0]]);
        if (s.Wants(0))
        {
            var dx = s.EmptyLike(0);
            s.Backend.MatMul(dy, false, weight, false, dx.View([rows, weight.Shape[1]]));
            s.Give(0, dx);
        }
        if (s.Wants(1))
        {
            var dw = s.EmptyLike(1);
            s.Backend.MatMul(dy, true, s.Input(0).View([rows, weight.Shape[1]]), false, dw);
            s.Give(1, dw);
        }
        if (bias is null || !s.Wants(2)) return;
        var db = s.EmptyLike(2);
        s.Backend.SumTo(dy, db.View([1, weight.Shape[0]]));
        s.Give(2, db);
    }

    public static void Convolution(in GradientStep s)
    {
        var window = s.Attributes<ConvolutionWindow>();
        if (s.Wants(0))
        {
            var dx = s.EmptyLike(0);
            s.Backend.ConvolutionInputGradient(s.Gradient, s.Input(1), window, dx);
            s.Give(0, dx);
        }
        if (s.Wants(1))
        {
            var dw = s.EmptyLike(1);
            s.Backend.ConvolutionWeightGradient(s.Input(0), s.Gradient, window, dw);
            s.Give(1, dw);
        }
        if (s.InputOrNull(2) is not { } bias || !s.Wants(2)) return;
        var db = s.EmptyLike(2);
        s.Backend.SumTo(s.Gradient, db.View([1, (int)bias.Count, 1, 1, 1]));
        s.Give(2, db);
    }

    public static void Attention(in GradientStep s)
    {
        var (scale, logSum) = s.Attributes<AttentionAttributes>();
        var bias = s.InputOrNull(3);
        var (dq, dk, dv) = (s.EmptyLike(0), s.EmptyLike(1), s.EmptyLike(2));
        var dbias = bias is not null && s.Wants(3) ? s.EmptyLike(3) : null;
        s.Backend.AttentionGradient(s.Input(0), s.Input(1), s.Input(2), bias, scale, s.Output, logSum, s.Gradient, dq, dk, dv, dbias);
        if (s.Wants(0)) s.Give(0, dq);
        if (s.Wants(1)) s.Give(1, dk);
        if (s.Wants(2)) s.Give(2, dv);
        if (dbias is not null) s.Give(3, dbias);
    }

    public static void LayerNorm(in GradientStep s)
    {
        var dx = s.EmptyLike(0);
        bool affine = s.InputOrNull(1) is not null;
        var (dw, db) = affine ? (s.EmptyLike(1), s.EmptyLike(2)) : (null, null);
        s.Backend.LayerNormGradient(s.Input(0), s.InputOrNull(1), s.Attributes<float>(), s.Gradient, dx, dw, db);
        if (s.Wants(0)) s.Give(0, dx);
        if (affine && s.Wants(1)) s.Give(1, dw!);
        if (affine && s.Wants(2)) s.Give(2, db!);
    }

    public static void RmsNorm(in GradientStep s)
    {
        var (dx, dw) = (s.EmptyLike(0), s.EmptyLike(1));
        s.Backend.RmsNormGradient(s.Input(0), s.Input(1), s.Attributes<float>(), s.Gradient, dx, dw);
        if (s.Wants(0)) s.Give(0, dx);
        if (s.Wants(1)) s.Give(1, dw);
    }

    public static void ChannelNorm(in GradientStep s) => GiveOfChannelNorm(s, s.Gradient);

    public static void ChannelNormSilu(in GradientStep s)
    {
        var (z, dz) = (s.EmptyLike(0), s.EmptyLike(0));
        s.Backend.ChannelNorm(s.Input(0), s.Input(1), z); // once more, rather than kept
        s.Backend.ApplyGradient(Unary.Silu, z, s.Gradient, dz);
        GiveOfChannelNorm(s, dz);
    }

    static void GiveOfChannelNorm(in GradientStep s, Tensor dy)
    {
        var (dx, dw) = (s.EmptyLike(0), s.EmptyLike(1));
        s.Backend.ChannelNormGradient(s.Input(0), s.Input(1), dy, dx, dw);
        if (s.Wants(0)) s.Give(0, dx);
        if (s.Wants(1)) s.Give(1, dw);
    }

    public static void Rotary(in GradientStep s)
    {
        if (!s.Wants(0)) return;
        var dx = s.EmptyLike(0);
        s.Backend.Rotary(s.Gradient, s.Input(1), s.Input(2), true, dx);
        s.Give(0, dx);
    }

    public static void UpsampleNearest(in GradientStep s)
    {
        var dx = s.EmptyLike(0);
        s.Backend.SumPool(Images(s.Gradient), s.Attributes<int>(), Images(dx));
        s.Give(0, dx);
    }

    public static void SumPool(in GradientStep s)
    {
        var dx = s.EmptyLike(0);
        s.Backend.UpsampleNearest(Images(s.Gradient), s.Attributes<int>(), Images(dx));
        s.Give(0, dx);
    }

    public static void ResizeBilinear(in GradientStep s)
    {
        var dx = s.EmptyLike(0);
        s.Backend.ResizeBilinearGradient(Images(s.Gradient), Images(dx));
        s.Give(0, dx);
    }

    static Tensor Images(Tensor x) => x.View([x.Shape.Product(0, x.Shape.Rank - 2), x.Shape[-2], x.Shape[-1]]);

    public static void Warp(in GradientStep s)
    {
        var dx = s.Wants(0) ? s.EmptyLike(0) : null;
        var dflow = s.EmptyLike(1);
        s.Backend.WarpGradient(s.Input(0), s.Input(1), s.Attributes<Sampling>(), s.Gradient, dx, dflow);
        if (dx is not null) s.Give(0, dx);
        if (s.Wants(1)) s.Give(1, dflow);
    }

    public static void Gather(in GradientStep s)
    {
        var dx = s.EmptyLike(0);
        s.Backend.GatherGradient(s.Gradient, s.Attributes<int[]>(), dx);
        s.Give(0, dx);
    }

    public static void Reshape(in GradientStep s) => s.Give(0, s.Gradient);

    public static void Permute(in GradientStep s)
    {
        int[] axes = s.Attributes<int[]>();
        Span<int> inverse = stackalloc int[axes.Length];
        for (int i = 0; i < axes.Length; i++) inverse[axes[i]] = i;
        var dx = s.EmptyLike(0);
        s.Backend.Permute(s.Gradient, inverse, dx);
        s.Give(0, dx);
    }

    public static void Narrow(in GradientStep s)
    {
        var (axis, start) = s.Attributes<(int, int)>();
        var dx = s.EmptyLike(0);
        s.Backend.Fill(dx, 0);
        s.Backend.CopySlice(s.Gradient, 0, dx, start, axis, s.Gradient.Shape[axis]);
        s.Give(0, dx);
    }

    public static void Concat(in GradientStep s)
    {
        int axis = s.Attributes<int>(), at = 0;
        for (int i = 0; i < 4 && s.InputOrNull(i) is { } part; i++)
        {
            if (s.Wants(i))
            {
                var dx = s.EmptyLike(i);
                s.Backend.CopySlice(s.Gradient, at, dx, 0, axis, part.Shape[axis]);
                s.Give(i, dx);
            }
            at += part.Shape[axis];
        }
    }
}
