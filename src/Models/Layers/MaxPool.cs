using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Layers;

/// <summary>The largest of each window of a video [N,C,T,H,W]. Padding never is.</summary>
public static class MaxPool
{
    /// <summary>Windows of the extents of <paramref name="kernel"/>, [T,H,W], strided and padded as a convolution's.</summary>
    public static Tensor Forward(Tensor x, in Shape kernel, in ConvolutionWindow window)
    {
        using var scope = Tensor.Scope();
        var y = Along(x, 4, kernel[2], window.StrideW, window.FrontW, window.BackW);
        scope.Swap(ref y, Along(y, 3, kernel[1], window.StrideH, window.FrontH, window.BackH));
        scope.Swap(ref y, Along(y, 2, kernel[0], window.StrideT, window.FrontT, window.BackT));
        return scope.Keep(y);
    }

    // The largest of a box is the largest along one axis after the other.
    static Tensor Along(Tensor x, int axis, int kernel, int stride, int front, int back)
    {
        int length = x.Shape[axis] + front + back, results = ((length - kernel) / stride) + 1;
        if (kernel == 1 && stride == 1 && length == x.Shape[axis]) return x;
        using var scope = Tensor.Scope();
        // so much behind that every cell of the kernel can be cut out as whole strides
        var padded = Padded(x, axis, front, back + Math.Max(0, kernel - 1 + (results * stride) - length));
        var y = Cells(padded, axis, 0, results, stride);
        for (int cell = 1; cell < kernel; cell++) scope.Swap(ref y, y.Maximum(Cells(padded, axis, cell, results, stride)));
        return scope.Keep(y);
    }

    static Tensor Padded(Tensor x, int axis, int front, int back)
    {
        using var scope = Tensor.Scope();
        var nothing = Tensor.Filled(x.Device, x.Shape.With(axis, Math.Max(front, back)), float.NegativeInfinity);
        if (front > 0) x = Tensor.Concat(axis, nothing.Narrow(axis, 0, front), x);
        if (back > 0) x = Tensor.Concat(axis, x, nothing.Narrow(axis, 0, back));
        return scope.Keep(x);
    }

    /// <summary>Cells first, first + stride, ... of an axis.</summary>
    static Tensor Cells(Tensor x, int axis, int first, int count, int stride)
    {
        using var scope = Tensor.Scope();
        var run = x.Narrow(axis, first, count * stride);
        if (stride == 1) return scope.Keep(run);
        Span<int> split = stackalloc int[x.Shape.Rank + 1];
        for (int i = 0; i < x.Shape.Rank; i++) split[i <= axis ? i : i + 1] = x.Shape[i];
        (split[axis], split[axis + 1]) = (count, stride);
        return scope.Keep(run.Reshape(new Shape(split)).Narrow(axis + 1, 0, 1).Reshape(x.Shape.With(axis, count)));
    }
}
