using System.Runtime.CompilerServices;

namespace TalkingMachines.Tensors.Cpu;

[InlineArray(Shape.MaxRank)]
internal struct AxisValues
{
    long first;
}

/// <summary>
/// Nested loops over up to six axes and the steps that two operands take in each; 0 stretches an operand. Axes that both
/// walk as one are merged, so that most uses come down to one or two loops. Always has at least one axis.
/// </summary>
internal struct StridedSpace
{
    AxisValues extents;
    AxisValues first;
    AxisValues second;

    public int Rank { get; private set; }

    public readonly long Inner => extents[Rank - 1];

    public readonly long InnerFirst => first[Rank - 1];

    public readonly long InnerSecond => second[Rank - 1];

    public readonly long Count
    {
        get
        {
            long count = 1;
            for (int i = 0; i < Rank; i++) count *= extents[i];
            return count;
        }
    }

    public readonly (long Extent, long First, long Second) Axis(int i) => (extents[i], first[i], second[i]);

    /// <summary>Adds an axis inside those there are.</summary>
    public void Add(long extent, long firstStep, long secondStep)
    {
        if (extent == 1) return;
        if (Rank > 0 && first[Rank - 1] == firstStep * extent && second[Rank - 1] == secondStep * extent)
        {
            Rank--;
            extent *= extents[Rank];
        }
        extents[Rank] = extent;
        first[Rank] = firstStep;
        second[Rank] = secondStep;
        Rank++;
    }

    /// <summary>Gives a space of one point its one axis.</summary>
    public void Close()
    {
        if (Rank > 0) return;
        extents[0] = first[0] = second[0] = 1;
        Rank = 1;
    }

    /// <summary>The same space in groups of the innermost axis, which both operands walk in steps of 1: that axis less, steps in groups.</summary>
    public readonly StridedSpace InGroups()
    {
        var groups = new StridedSpace();
        for (int i = 0; i < Rank - 1; i++) groups.Add(extents[i], first[i] / Inner, second[i] / Inner);
        return groups;
    }

    /// <summary>The elements of <paramref name="result"/>, in order, and those of two operands that broadcast to it.</summary>
    public static StridedSpace Broadcast(in Shape a, in Shape b, in Shape result)
    {
        Span<long> stepsA = stackalloc long[Shape.MaxRank], stepsB = stackalloc long[Shape.MaxRank];
        Steps(a, result.Rank, stepsA);
        Steps(b, result.Rank, stepsB);
        var space = new StridedSpace();
        for (int i = 0; i < result.Rank; i++) space.Add(result[i], stepsA[i], stepsB[i]);
        space.Close();
        return space;
    }

    /// <summary>Steps of a contiguous operand along the axes of a result of the given rank, matched from the end; 0 where it stretches.</summary>
    public static void Steps(in Shape operand, int rank, Span<long> steps)
    {
        long step = 1;
        for (int i = rank - 1; i >= 0; i--)
        {
            int axis = i - (rank - operand.Rank);
            int extent = axis >= 0 ? operand[axis] : 1;
            steps[i] = extent == 1 ? 0 : step;
            step *= extent;
        }
    }
}

/// <summary>A place in the outer <c>axes</c> axes of a space and where the operands stand there.</summary>
internal struct StridedCursor
{
    readonly int axes;
    AxisValues index;

    public StridedCursor(in StridedSpace space, int axes, long position)
    {
        this.axes = axes;
        for (int i = axes - 1; i >= 0 && position > 0; i--)
        {
            var (extent, first, second) = space.Axis(i);
            (position, index[i]) = Math.DivRem(position, extent);
            First += index[i] * first;
            Second += index[i] * second;
        }
    }

    public long First { get; private set; }

    public long Second { get; private set; }

    /// <summary>To the next place in row-major order; from the last back to the first.</summary>
    public void Next(in StridedSpace space)
    {
        for (int i = axes - 1; i >= 0; i--)
        {
            var (extent, first, second) = space.Axis(i);
            First += first;
            Second += second;
            if (++index[i] < extent) return;
            First -= first * extent;
            Second -= second * extent;
            index[i] = 0;
        }
    }
}
