using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace TalkingMachines.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    public override void AttentionGradient(Tensor q, Tensor k, Tensor v, Tensor? bias, float scale, Tensor y, Tensor logSum, Tensor dy, Tensor dq, Tensor dk, Tensor dv, Tensor? dbias)
    {
        if (dbias is not null) Fill(dbias, 0);
        var shape = new AttentionShape(q, k, bias, scale);
        var job = new AttentionGradientJob(shape, Data(q), Data(k), Data(v), Data(y), Data(logSum), Data(dy), Data(dq), Data(dk), Data(dv), dbias is null ? null : Data(dbias), team.Scratch);
        team.Run(job, job.Parts, job.ScratchFloats * sizeof(float));
    }

    /// <summary>As many queries of a head as a tile has columns, or the last ones.</summary>
    readonly record struct SomeQueries(int Batch, int Head, int Row, int Count);

    // A part is one head: of one batch, or of all where they share a bias whose gradient is summed.
    readonly struct AttentionGradientJob(
        AttentionShape shape, float* q, float* k, float* v, float* y, float* logSum, float* dy,
        float* dq, float* dk, float* dv, float* dbias, void** scratch) : IParallelJob
    {
        public int Parts => dbias == null ? shape.Batch * shape.Heads : shape.BiasByHead ? shape.Heads : 1;

        public long ScratchFloats => new Layout(shape, null).Floats;

        /// <summary>Keys at a time, so that their scores stay in the L1 cache.</summary>
        static int KeyBlock => 8 * Tile.Rows;

        public void Run(int part, int worker)
        {
            var own = new Layout(shape, (float*)scratch[worker]);
            if (dbias == null)
            {
                OneHead(part / shape.Heads, part % shape.Heads, own);
                return;
            }
            for (int batch = 0; batch < shape.Batch; batch++)
                for (int head = shape.BiasByHead ? part : 0; head < (shape.BiasByHead ? part + 1 : shape.Heads); head++) OneHead(batch, head, own);
        }

        void OneHead(int batch, int head, in Layout own)
        {
            long key = shape.Key(batch, head);
            Gemm.PackAll(new RowPanels(k + key, shape.Row), 0, shape.Keys, Tile.Rows, 0, shape.Width, own.Keys);
            Gemm.PackAll(new RowPanels(v + key, shape.Row), 0, shape.Keys, Tile.Rows, 0, shape.Width, own.Values);
            Gemm.PackAll(new ColumnPanels(k + key, shape.Row), 0, shape.Width, Tile.Rows, 0, shape.Keys, own.KeysDown);
            if (shape.Queries == 0) // nobody looked
            {
                new Span<float>(own.KeySlopes, shape.Keys * shape.WidthColumns).Clear();
                new Span<float>(own.ValueSlopes, shape.Keys * shape.WidthColumns).Clear();
            }
            for (int row = 0; row < shape.Queries; row += Tile.Columns) Descend(new SomeQueries(batch, head, row, Math.Min(Tile.Columns, shape.Queries - row)), own);
            for (int i = 0; i < shape.Keys; i++, key += shape.Row)
            {
                long at = (long)i * shape.WidthColumns;
                TensorPrimitives.Multiply(new ReadOnlySpan<float>(own.KeySlopes + at, shape.Width), shape.Scale, new Span<float>(dk + key, shape.Width));
                new ReadOnlySpan<float>(own.ValueSlopes + at, shape.Width).CopyTo(new Span<float>(dv + key, shape.Width));
            }
        }

        void Descend(SomeQueries some, in Layout own)
        {
            long query = shape.Query(some.Batch, some.Head, some.Row);
            float* sums = stackalloc float[2 * Tile.MaxColumns], deltas = sums + Tile.MaxColumns;
            new Span<float>(sums, Tile.MaxColumns).Clear(); // idle lanes stay finite
            new ReadOnlySpan<float>(logSum + shape.LogSum(some.Batch, some.Head, some.Row), some.Count).CopyTo(new Span<float>(sums, some.Count));
            Pack(y + query, some.Count, own.Queries);
            Pack(dy + query, some.Count, own.Targets);
            for (int i = 0; i < some.Count; i += QueryLanes.Lanes) QueryLanes.Dot(own.Queries + i, own.Targets + i, shape.Width).Store(deltas + i);
            Pack(q + query, some.Count, own.Queries);
            Gemm.PackAll(new ColumnPanels(q + query, shape.Row), 0, shape.Width, Tile.Columns, 0, some.Count, own.QueryRows);
            Gemm.PackAll(new ColumnPanels(dy + query, shape.Row), 0, shape.Width, Tile.Columns, 0, some.Count, own.TargetRows);
            for (int key = 0; key < shape.Keys; key += KeyBlock) SomeKeys(some, key, Math.Min(KeyBlock, shape.Keys - key), sums, deltas, own);
            for (int i = 0; i < some.Count; i += QueryLanes.Lanes) QueryLanes.Scale(own.Mixed + i, shape.Width, Vector512.Create(shape.Scale));
            shape.Spread(own.Mixed, some.Count, dq + query);
        }

        void Pack(float* rows, int count, float* target) => new RowPanels(rows, shape.Row).Pack(0, count, Tile.Columns, 0, shape.Width, target);

        void SomeKeys(SomeQueries some, int key, int keys, float* sums, float* deltas, in Layout own)
        {
            shape.Score(own.Keys + ((long)key * shape.Width), keys, own.Queries, some.Count, own.Weights);
            shape.Score(own.Values + ((long)key * shape.Width), keys, own.Targets, some.Count, own.Slopes);
            float* bias = shape.PackBias(some.Head, some.Row, some.Count, key, keys, own.Packed);
            for (int i = 0; i < some.Count; i += QueryLanes.Lanes)
                QueryLanes.Slopes(own.Weights + i, own.Slopes + i, bias == null ? null : bias + i, keys, shape.Scale, Vector512.Load(sums + i), Vector512.Load(deltas + i));
            if (dbias != null) AddBiasSlopes(some, key, keys, own);
            long place = (long)key * shape.WidthColumns;
            Accumulate(own.Weights, keys, own.TargetRows, some, own.ValueSlopes + place, own.Packed);
            Accumulate(own.Slopes, keys, own.QueryRows, some, own.KeySlopes + place, own.Packed);
            shape.Mix(own.KeysDown, key, keys, own.Slopes, some.Count, own.Mixed);
        }

        void AddBiasSlopes(SomeQueries some, int key, int keys, in Layout own)
        {
            Transposition.Run(own.Slopes, own.Packed, new TransposedAxes(Down: some.Count, DownX: 1, DownY: keys, Across: keys, AcrossX: Tile.Columns));
            for (int i = 0; i < some.Count; i++)
            {
                var target = new Span<float>(dbias + shape.BiasRow(some.Head, some.Row + i) + key, keys);
                TensorPrimitives.Add(target, new ReadOnlySpan<float>(own.Packed + (i * keys), keys), target);
            }
        }

        /// <summary>target [key][width] = lanes [key][query] * rows [query][width], plus what it held of earlier queries.</summary>
        void Accumulate(float* lanes, int keys, float* rows, SomeQueries some, float* target, float* packed)
        {
            Gemm.PackAll(new RowPanels(lanes, Tile.Columns), 0, keys, Tile.Rows, 0, some.Count, packed);
            for (int j = 0; j < shape.Width; j += Tile.Columns)
                for (int i = 0; i < keys; i += Tile.Rows)
                {
                    float* tile = target + ((long)i * shape.WidthColumns) + j;
                    Tile.Multiply(some.Count, packed + ((long)i * some.Count), rows + ((long)j * some.Count), tile, shape.WidthColumns, some.Row > 0, shape.Width - j);
                }
        }

        /// <summary>
        /// A worker's memory. Keys and Values lie in panels [width][Tile.Rows], KeysDown in panels [key][Tile.Rows]; Queries and
        /// Targets (dy) as [width][query], QueryRows and TargetRows in panels [query][Tile.Columns]; scores as [key][query].
        /// </summary>
        readonly struct Layout
        {
            public readonly float* Keys, Values, KeysDown, KeySlopes, ValueSlopes, Queries, Targets, QueryRows, TargetRows, Weights, Slopes, Packed, Mixed;

            public readonly long Floats;

            public Layout(in AttentionShape shape, float* memory)
            {
                long keyFloats = AttentionShape.Piece(shape.KeyRows, shape.Width), results = AttentionShape.Piece(shape.KeyRows, shape.WidthColumns);
                long queryFloats = AttentionShape.Piece(shape.WidthColumns, Tile.Columns), lanes = AttentionShape.Piece(KeyBlock, Tile.Columns);
                Keys = memory;
                Values = Keys + keyFloats;
                KeysDown = Values + keyFloats;
                KeySlopes = KeysDown + AttentionShape.Piece(shape.WidthRows, shape.Keys);
                ValueSlopes = KeySlopes + results;
                Queries = ValueSlopes + results;
                Targets = Queries + queryFloats;
                QueryRows = Targets + queryFloats;
                TargetRows = QueryRows + queryFloats;
                Weights = TargetRows + queryFloats;
                Slopes = Weights + lanes;
                Packed = Slopes + lanes;
                Mixed = Packed + lanes;
                Floats = Mixed + AttentionShape.Piece(shape.WidthRows, Tile.Columns) - memory;
            }
        }
    }
}
