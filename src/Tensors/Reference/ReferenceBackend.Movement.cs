namespace TalkingMachines.Tensors.Reference;

internal sealed partial class ReferenceBackend
{
    /// <summary>Rotates a pair: (x0, x1) -> (x0 cos - x1 sin, x0 sin + x1 cos).</summary>
    public override void Rotary(Tensor x, Tensor cos, Tensor sin, bool inverse, Tensor y)
    {
        int length = x.Shape[1], heads = x.Shape[2];
        for (int n = 0; n < Rows(x); n++)
        {
            int s = n / heads % length;
            ReadOnlySpan<double> source = Row(x, n), c = Row(cos, s), d = Row(sin, s);
            var target = Row(y, n);
            for (int j = 0; j < c.Length; j++)
            {
                double turn = inverse ? -d[j] : d[j];
                target[2 * j] = (source[2 * j] * c[j]) - (source[(2 * j) + 1] * turn);
                target[(2 * j) + 1] = (source[2 * j] * turn) + (source[(2 * j) + 1] * c[j]);
            }
        }
    }

    public override void Permute(Tensor x, ReadOnlySpan<int> axes, Tensor y)
    {
        Span<int> strides = stackalloc int[axes.Length];
        for (int axis = 0; axis < axes.Length; axis++) strides[axis] = x.Shape.Product(axes[axis] + 1, x.Shape.Rank);
        ReadOnlySpan<double> source = x.Doubles;
        var target = y.Doubles;
        for (int i = 0; i < target.Length; i++)
        {
            int rest = i, from = 0;
            for (int axis = axes.Length - 1; axis >= 0; axis--)
            {
                from += rest % y.Shape[axis] * strides[axis];
                rest /= y.Shape[axis];
            }
            target[i] = source[from];
        }
    }

    public override void CopySlice(Tensor x, int fromStart, Tensor y, int toStart, int axis, int length)
    {
        int outer = x.Shape.Product(0, axis), inner = x.Shape.Product(axis + 1, x.Shape.Rank);
        for (int n = 0; n < outer; n++)
        {
            int from = ((n * x.Shape[axis]) + fromStart) * inner, to = ((n * y.Shape[axis]) + toStart) * inner;
            x.Doubles.Slice(from, length * inner).CopyTo(y.Doubles[to..]);
        }
    }

    public override void Gather(Tensor table, ReadOnlySpan<int> indices, Tensor y)
    {
        for (int i = 0; i < indices.Length; i++) Row(table, indices[i]).CopyTo(Row(y, i));
    }

    public override void GatherGradient(Tensor dy, ReadOnlySpan<int> indices, Tensor dtable)
    {
        dtable.Doubles.Clear();
        for (int i = 0; i < indices.Length; i++) Accumulate(Row(dy, i), 1, Row(dtable, indices[i]));
    }
}
