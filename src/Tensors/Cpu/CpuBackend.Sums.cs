namespace TalkingMachines.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    const int SumColumns = 1024; // sums held at once by a part, 8 KB of its stack
    const int SumParts = 32; // at most so many partial sums where few results leave too little to share out

    public override void SumTo(Tensor x, Tensor y)
    {
        if (x.Count == 0)
        {
            Fill(y, 0);
            return;
        }
        Span<long> inside = stackalloc long[Shape.MaxRank];
        StridedSpace.Steps(y.Shape, x.Shape.Rank, inside);
        StridedSpace kept = new(), summed = new();
        long step = x.Count;
        for (int i = 0; i < x.Shape.Rank; i++)
        {
            int extent = x.Shape[i];
            step /= extent;
            if (extent == 1) continue;
            if (inside[i] == 0) summed.Add(extent, step, 0);
            else kept.Add(extent, step, 0);
        }
        bool alongRows = summed.Rank > 0 && summed.InnerFirst == 1;
        kept.Close();
        summed.Close();
        Sum(Floats(x), kept, summed, alongRows, Floats(y), y.Device.Memory);
    }

    /// <summary>
    /// y[k] = sum over <paramref name="summed"/> of x, for every k of <paramref name="kept"/> (first steps: places in x).
    /// Along rows: the innermost summed axis is contiguous in x; otherwise the innermost kept axis is.
    /// </summary>
    void Sum(float* x, in StridedSpace kept, in StridedSpace summed, bool alongRows, float* y, MemoryPool memory)
    {
        long results = kept.Count, terms = summed.Count;
        long columns = alongRows ? 1 : Math.Min(SumColumns, kept.Inner);
        long units = alongRows ? results : results / kept.Inner * ((kept.Inner + columns - 1) / columns);
        long shares = Math.Clamp(Math.Min(results * terms / Cut.Grain, SumParts) / units, 1, terms);
        long run = (terms + shares - 1) / shares, chunks = (terms + run - 1) / run;
        var cut = Cut.Items(units * chunks, run * columns);
        if (chunks == 1)
        {
            team.Run(new SumJob(x, kept, summed, alongRows, columns, chunks, run, y, null, cut), cut.Parts);
            return;
        }
        var partials = memory.Rent(results * chunks * sizeof(double));
        try
        {
            double* sums = (double*)partials.Pointer;
            team.Run(new SumJob(x, kept, summed, alongRows, columns, chunks, run, y, sums, cut), cut.Parts);
            for (long i = 0; i < results; i++)
            {
                double total = 0;
                for (long chunk = 0; chunk < chunks; chunk++) total += sums[(chunk * results) + i];
                y[i] = (float)total;
            }
        }
        finally
        {
            partials.Release();
        }
    }

    /// <summary>
    /// An item is one chunk of the terms of one unit of results: a single result along rows, up to <paramref name="columns"/> of them across.
    /// Sums go to y or, where the terms come in several chunks, to partials[chunk, result].
    /// </summary>
    readonly struct SumJob(float* x, StridedSpace kept, StridedSpace summed, bool alongRows, long columns, long chunks, long run, float* y, double* partials, Cut cut)
        : IParallelJob
    {
        public void Run(int part, int worker)
        {
            for (long item = cut.From(part); item < cut.To(part); item++)
            {
                var (unit, chunk) = Math.DivRem(item, chunks);
                long from = chunk * run, to = Math.Min(summed.Count, from + run);
                if (alongRows) SumRows(unit, chunk, from, to);
                else SumAcross(unit, chunk, from, to);
            }
        }

        void SumRows(long unit, long chunk, long from, long to)
        {
            float* start = x + new StridedCursor(kept, kept.Rank, unit).First;
            long inner = summed.Inner;
            var (row, column) = Math.DivRem(from, inner);
            var cursor = new StridedCursor(summed, summed.Rank - 1, row);
            double sum = 0;
            while (from < to)
            {
                long length = Math.Min(inner - column, to - from);
                sum += ElementRows.Sum(start + cursor.First + column, length);
                from += length;
                column = 0;
                cursor.Next(summed);
            }
            Store(&sum, 1, unit, chunk);
        }

        void SumAcross(long unit, long chunk, long from, long to)
        {
            double* sums = stackalloc double[SumColumns];
            var (row, block) = Math.DivRem(unit, (kept.Inner + columns - 1) / columns);
            long first = block * columns, count = Math.Min(columns, kept.Inner - first);
            new Span<double>(sums, (int)count).Clear();
            float* start = x + new StridedCursor(kept, kept.Rank - 1, row).First + first;
            var cursor = new StridedCursor(summed, summed.Rank, from);
            for (; from < to; from++)
            {
                ElementRows.AddToSums(start + cursor.First, sums, count);
                cursor.Next(summed);
            }
            Store(sums, count, (row * kept.Inner) + first, chunk);
        }

        void Store(double* sums, long count, long result, long chunk)
        {
            if (partials == null)
                for (long i = 0; i < count; i++) y[result + i] = (float)sums[i];
            else
                for (long i = 0; i < count; i++) partials[(chunk * kept.Count) + result + i] = sums[i];
        }
    }
}
