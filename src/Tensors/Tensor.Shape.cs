using System.Runtime.CompilerServices;

namespace TalkingMachines.Tensors;

public sealed partial class Tensor
{
    // Same storage, other shape, no history, in the current scope.
    internal Tensor View(in Shape shape)
    {
        var view = Alias(shape);
        view.Tape = null;
        view.Node = -1;
        TensorScope.Enter(view);
        return view;
    }

    /// <summary>Same elements in the same order. One extent may be -1: worked out from the count.</summary>
    public Tensor Reshape(params ReadOnlySpan<int> extents)
    {
        Span<int> known = stackalloc int[extents.Length];
        extents.CopyTo(known);
        int open = extents.IndexOf(-1);
        if (open >= 0)
        {
            known[open] = 1;
            known[open] = (int)(Count / Math.Max(1, new Shape(known).Count));
        }
        return Reshape(new Shape(known));
    }

    public Tensor Reshape(in Shape shape)
    {
        Expect(shape.Count == Count, $"Reshape of {Shape} to {shape}: the counts differ.");
        var y = View(shape);
        return Taped(y, Gradients.Reshape, 0, this);
    }

    /// <summary>The result's axis i is this one's axis axes[i].</summary>
    public Tensor Permute(params ReadOnlySpan<int> axes)
    {
        Expect(axes.Length == Shape.Rank, $"Permute of {Shape} with {axes.Length} axes.");
        Span<int> extents = stackalloc int[axes.Length];
        int seen = 0;
        for (int i = 0; i < axes.Length; i++)
        {
            Expect(axes[i] >= 0 && axes[i] < axes.Length && (seen & (1 << axes[i])) == 0, $"Permute of {Shape}: axis {axes[i]} is no other of 0..{axes.Length - 1}.");
            seen |= 1 << axes[i];
            extents[i] = Shape[axes[i]];
        }
        var y = Empty(Device, new Shape(extents));
        Backend.Permute(this, axes, y);
        var tape = Tape;
        tape?.Add(y, Gradients.Permute, this, null, null, null, axes.ToArray());
        return y;
    }

    /// <summary>Slices start .. start + length of an axis.</summary>
    public Tensor Narrow(int axis, int start, int length)
    {
        int index = Shape.Axis(axis);
        Expect(start >= 0 && length >= 0 && start <= Shape[index] && length <= Shape[index] - start, $"Narrow of {Shape}: slices {start}..{start + length} of axis {index}.");
        var y = Empty(Device, Shape.With(index, length));
        Backend.CopySlice(this, start, y, 0, index, length);
        return Taped(y, Gradients.Narrow, (index, start), this);
    }

    /// <summary>Joins tensors along an axis.</summary>
    public static Tensor Concat(int axis, params ReadOnlySpan<Tensor> parts)
    {
        var first = parts[0];
        int index = first.Shape.Axis(axis), total = 0;
        foreach (var part in parts)
        {
            Expect(part.Shape.With(index, 0) == first.Shape.With(index, 0), $"Concat of {first.Shape} and {part.Shape} along axis {index}: the other axes differ.");
            total += part.Shape[index];
        }
        var y = Empty(first.Device, first.Shape.With(index, total));
        int at = 0;
        foreach (var part in parts)
        {
            part.Backend.CopySlice(part, 0, y, at, index, part.Shape[index]);
            at += part.Shape[index];
        }
        return TapedConcat(y, index, parts);
    }

    // The tape takes four inputs an op: a longer join is recorded as slices of the gradient by pairs.
    static Tensor TapedConcat(Tensor y, int axis, ReadOnlySpan<Tensor> parts)
    {
        Tape? tape = null;
        foreach (var part in parts) tape ??= part.Tape;
        if (tape is null) return y;
        if (parts.Length <= 4)
        {
            tape.Add(y, Gradients.Concat, parts[0], parts.Length > 1 ? parts[1] : null, parts.Length > 2 ? parts[2] : null, parts.Length > 3 ? parts[3] : null, axis);
            return y;
        }
        int half = parts.Length / 2;
        return Concat(axis, Concat(axis, parts[..half]), Concat(axis, parts[half..]));
    }
}

/// <summary>An error text that is put together only if its condition fails.</summary>
[InterpolatedStringHandler]
public ref struct ShapeMessage
{
    DefaultInterpolatedStringHandler text;

    public ShapeMessage(int literalLength, int formattedCount, bool condition, out bool enabled)
    {
        enabled = !condition;
        if (enabled) text = new DefaultInterpolatedStringHandler(literalLength, formattedCount);
    }

    public void AppendLiteral(string value) => text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => text.AppendFormatted(value);

    public override string ToString() => text.ToStringAndClear();
}
