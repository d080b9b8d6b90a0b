using System.Runtime.CompilerServices;

namespace TalkingMachines.Tensors;

/// <summary>Up to six extents, stored inline so that making a tensor allocates nothing beside itself. Row-major, contiguous.</summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>
{
    public const int MaxRank = 6;

    [InlineArray(MaxRank)]
    struct Extents
    {
        int first;
    }

    readonly Extents extents;

    public Shape(ReadOnlySpan<int> extents)
    {
        if (extents.Length > MaxRank)
            throw new ArgumentException($"A shape has {extents.Length} axes, expected at most {MaxRank}.");
        for (int i = 0; i < extents.Length; i++)
        {
            if (extents[i] < 0) throw new ArgumentException($"Axis {i} of a shape has extent {extents[i]}, expected 0 or more.");
            this.extents[i] = extents[i];
        }
        Rank = extents.Length;
    }

    public static Shape Create(ReadOnlySpan<int> extents) => new(extents);

    public int Rank { get; }

    /// <summary>Extent of an axis; negative axes count from the end.</summary>
    public int this[int axis] => extents[Axis(axis)];

    public int Last => this[-1];

    public long Count
    {
        get
        {
            long count = 1;
            for (int i = 0; i < Rank; i++) count *= extents[i];
            return count;
        }
    }

    /// <summary>Product of all extents but the last.</summary>
    public int Rows => Product(0, Rank - 1);

    /// <summary>Product of the extents from axis <paramref name="from"/> up to, not including, <paramref name="to"/>.</summary>
    public int Product(int from, int to)
    {
        int product = 1;
        for (int i = from; i < to; i++) product = checked(product * extents[i]);
        return product;
    }

    public int Axis(int axis)
    {
        int index = axis < 0 ? axis + Rank : axis;
        return (uint)index < (uint)Rank ? index : throw new ArgumentException($"Axis {axis} is not in {this}.");
    }

    public Shape With(int axis, int extent)
    {
        Span<int> copy = stackalloc int[Rank];
        CopyTo(copy);
        copy[Axis(axis)] = extent;
        return new Shape(copy);
    }

    public void CopyTo(Span<int> target)
    {
        for (int i = 0; i < Rank; i++) target[i] = extents[i];
    }

    /// <summary>The shape of an elementwise result: axes are matched from the end, extents of 1 stretch.</summary>
    public static Shape Broadcast(in Shape a, in Shape b)
    {
        int rank = Math.Max(a.Rank, b.Rank);
        Span<int> result = stackalloc int[rank];
        for (int i = 1; i <= rank; i++)
        {
            int x = i <= a.Rank ? a[^i] : 1, y = i <= b.Rank ? b[^i] : 1;
            if (x != y && x != 1 && y != 1) throw new ArgumentException($"{a} and {b} don't broadcast together.");
            result[rank - i] = x == 1 ? y : x;
        }
        return new Shape(result);
    }

    public int this[Index axis] => extents[axis.GetOffset(Rank)];

    public bool Equals(Shape other)
    {
        if (Rank != other.Rank) return false;
        for (int i = 0; i < Rank; i++)
            if (extents[i] != other.extents[i]) return false;
        return true;
    }

    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Rank, Count);

    public static bool operator ==(Shape a, Shape b) => a.Equals(b);

    public static bool operator !=(Shape a, Shape b) => !a.Equals(b);

    public override string ToString()
    {
        int[] copy = new int[Rank];
        CopyTo(copy);
        return $"[{string.Join(',', copy)}]";
    }

    /// <summary>For collection expressions and foreach: the extents in order.</summary>
    public IEnumerator<int> GetEnumerator()
    {
        for (int i = 0; i < Rank; i++) yield return this[i];
    }
}
