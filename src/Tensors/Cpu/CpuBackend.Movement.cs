using System.Runtime.Intrinsics;

namespace TalkingMachines.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    const int TransposedFloats = 32 * 1024; // of a block: read and written, it stays in the second cache
    const int TransposedAcross = 256; // writes in runs of 1 KB
    const int TransposedDown = 1024; // reads in runs of up to a page, which the processor foresees
    const int GatheredColumns = 64;

    public override void Permute(Tensor x, ReadOnlySpan<int> axes, Tensor y)
    {
        if (y.Count == 0) return;
        Span<long> steps = stackalloc long[Shape.MaxRank];
        long step = 1;
        for (int i = axes.Length - 1; i >= 0; i--)
        {
            steps[i] = step;
            step *= x.Shape[i];
        }
        var space = new StridedSpace(); // first: places in x, second: in y
        step = y.Count;
        for (int i = 0; i < axes.Length; i++) space.Add(y.Shape[i], steps[axes[i]], step /= y.Shape[i]);
        space.Close();
        if (space.InnerFirst != 1) Transpose(Floats(x), Floats(y), space);
        else if (space.Rank > 1 && space.Inner == 2) Transpose((long*)x.Pointer, (long*)y.Pointer, space.InGroups());
        else if (space.Rank > 1 && space.Inner == 4) Transpose((Vector128<float>*)x.Pointer, (Vector128<float>*)y.Pointer, space.InGroups());
        else
        {
            var cut = Cut.Elements(y.Count);
            team.Run(new RowsJob(Floats(x), space, Floats(y), cut), cut.Parts);
        }
    }

    /// <summary>The innermost axis of y is not contiguous in x: walks it together with the one that is nearest to being so.</summary>
    void Transpose<T>(T* x, T* y, in StridedSpace space) where T : unmanaged
    {
        int down = 0;
        for (int i = 1; i < space.Rank - 1; i++)
            if (space.Axis(i).First < space.Axis(down).First) down = i;
        StridedSpace rest = new();
        for (int i = 0; i < space.Rank - 1; i++)
            if (i != down) rest.Add(space.Axis(i).Extent, space.Axis(i).First, space.Axis(i).Second);
        rest.Close();
        var (extent, downX, downY) = space.Axis(down);
        var axes = new TransposedAxes(extent, downX, downY, space.Inner, space.InnerFirst);
        long runAcross = Math.Min(axes.Across, TransposedAcross), runDown = Math.Min(axes.Down, Math.Clamp(TransposedFloats / runAcross, 64, TransposedDown));
        long blocksDown = (axes.Down + runDown - 1) / runDown, blocksAcross = (axes.Across + runAcross - 1) / runAcross;
        var cut = Cut.Items(rest.Count * blocksDown * blocksAcross, runDown * runAcross * sizeof(T) / sizeof(float));
        team.Run(new TransposeJob<T>(x, y, rest, axes, runDown, runAcross, cut), cut.Parts);
    }

    public override void CopySlice(Tensor x, int fromStart, Tensor y, int toStart, int axis, int length)
    {
        long outer = 1, inner = 1;
        for (int i = 0; i < axis; i++) outer *= x.Shape[i];
        for (int i = axis + 1; i < x.Shape.Rank; i++) inner *= x.Shape[i];
        long run = length * inner;
        var cut = Cut.Elements(outer * run);
        team.Run(new SliceJob(Floats(x) + (fromStart * inner), x.Shape[axis] * inner, Floats(y) + (toStart * inner), y.Shape[axis] * inner, run, cut), cut.Parts);
    }

    public override void Gather(Tensor table, ReadOnlySpan<int> indices, Tensor y)
    {
        int width = table.Shape.Last;
        var cut = Cut.Items(indices.Length, width);
        fixed (int* rows = indices) team.Run(new GatherJob(Floats(table), rows, Floats(y), width, cut), cut.Parts);
    }

    public override void GatherGradient(Tensor dy, ReadOnlySpan<int> indices, Tensor dtable)
    {
        Fill(dtable, 0);
        int width = dtable.Shape.Last;
        var cut = Cut.Items((width + GatheredColumns - 1) / GatheredColumns, (long)GatheredColumns * indices.Length);
        fixed (int* rows = indices) team.Run(new GatherGradientJob(Floats(dy), rows, indices.Length, Floats(dtable), width, cut), cut.Parts);
    }

    readonly struct RowsJob(float* x, StridedSpace space, float* y, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            long at = cut.From(part), end = cut.To(part), inner = space.Inner;
            var (row, column) = Math.DivRem(at, inner);
            var cursor = new StridedCursor(space, space.Rank - 1, row);
            while (at < end)
            {
                long run = Math.Min(inner - column, end - at);
                ElementRows.Copy(x + cursor.First + column, y + at, run);
                at += run;
                column = 0;
                cursor.Next(space);
            }
        }
    }

    readonly struct TransposeJob<T>(T* x, T* y, StridedSpace rest, TransposedAxes axes, long runDown, long runAcross, Cut cut) : IParallelJob where T : unmanaged
    {
        public void Run(int part, int worker)
        {
            long blocksAcross = (axes.Across + runAcross - 1) / runAcross, blocks = (axes.Down + runDown - 1) / runDown * blocksAcross;
            var (place, block) = Math.DivRem(cut.From(part), blocks);
            var cursor = new StridedCursor(rest, rest.Rank, place);
            for (long item = cut.From(part); item < cut.To(part); item++)
            {
                RunBlock(x + cursor.First, y + cursor.Second, block / blocksAcross * runDown, block % blocksAcross * runAcross);
                if (++block < blocks) continue;
                block = 0;
                cursor.Next(rest);
            }
        }

        void RunBlock(T* from, T* to, long down, long across)
        {
            var block = axes with { Down = Math.Min(runDown, axes.Down - down), Across = Math.Min(runAcross, axes.Across - across) };
            Transposition.Run(from + (down * axes.DownX) + (across * axes.AcrossX), to + (down * axes.DownY) + across, block);
        }
    }

    readonly struct SliceJob(float* x, long stepX, float* y, long stepY, long length, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            long at = cut.From(part), end = cut.To(part);
            if (at >= end) return;
            var (row, column) = Math.DivRem(at, length);
            for (; at < end; row++, column = 0)
            {
                long run = Math.Min(length - column, end - at);
                ElementRows.Copy(x + (row * stepX) + column, y + (row * stepY) + column, run);
                at += run;
            }
        }
    }

    readonly struct GatherJob(float* table, int* indices, float* y, int width, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            for (long i = cut.From(part); i < cut.To(part); i++)
                ElementRows.Copy(table + ((long)indices[i] * width), y + (i * width), width);
        }
    }

    /// <summary>An item is a block of columns: rows of dy may meet in one row of the table, columns never do.</summary>
    readonly struct GatherGradientJob(float* dy, int* indices, int count, float* dtable, int width, Cut cut) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            long first = cut.From(part) * GatheredColumns, columns = Math.Min(width, cut.To(part) * GatheredColumns) - first;
            for (long i = 0; i < count; i++)
                ElementRows.AddTo(dy + (i * width) + first, 1, dtable + ((long)indices[i] * width) + first, columns);
        }
    }
}
