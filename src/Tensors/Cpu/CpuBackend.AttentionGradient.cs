using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace TalkingMachines.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    public override void AttentionGradient(Tensor q, Tensor k, Tensor v, Tensor? bias, float scale, Tensor y, Tensor logSum, Tensor dy, Tensor dq, Tensor dk, Tensor dv, Tensor? dbias)
    {
        if (dbias is not null) Fill(dbias, 0);
        var shape = new AttentionShape(q, k, bias, scale);
        var job = new AttentionGradientJob(shape, Data(q), Data(k), Data(v), Data(logSum), Data(dy), Data(dq), Data(dk), Data(dv), dbias is null ? null : Data(dbias), team.Scratch);
        team.Run(job, job.Parts, job.ScratchFloats * sizeof(float));
    }

    // A part is one head: of one batch, or of all where they share a bias whose gradient is summed.
    readonly struct AttentionGradientJob(
        AttentionShape shape, float* q, float* k, float* v, float* logSum, float* dy,
        float* dq, float* dk, float* dv, float* dbias, void** scratch) : IParallelJob
    {
        public int Parts => dbias == null ? shape.Batch * shape.Heads : shape.BiasByHead ? shape.Heads : 1;

        public long ScratchFloats => new Layout(shape, null).Floats;

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
            Gemm.PackAll(new RowPanels(k + key, shape.Row), shape.Keys, Tile.Rows, 0, shape.Width, own.Keys);
            Gemm.PackAll(new RowPanels(v + key, shape.Row), shape.Keys, Tile.Rows, 0, shape.Width, own.Values);
            Gemm.PackAll(new ColumnPanels(k + key, shape.Row), shape.Width, Tile.Rows, 0, shape.Keys, own.KeysDown);
            for (int row = 0; row < shape.Queries; row += Tile.Columns) SomeQueries(batch, head, row, Math.Min(Tile.Columns, shape.Queries - row), own);
            for (int i = 0; i < shape.Keys; i++)
            {
                float* target = dk + key + ((long)i * shape.Row);
                TensorPrimitives.Multiply(new ReadOnlySpan<float>(own.KeySlopes + ((long)i * shape.WidthColumns), shape.Width), shape.Scale, new Span<float>(target, shape.Width));
                new ReadOnlySpan<float>(own.ValueSlopes + ((long)i * shape.WidthColumns), shape.Width).CopyTo(new Span<float>(dv + key + ((long)i * shape.Row), shape.Width));
            }
        }

        void SomeQueries(int batch, int head, int row, int count, in Layout own)
        {
            long query = shape.Query(batch, head, row);
            new RowPanels(q + query, shape.Row).Pack(0, count, Tile.Columns, 0, shape.Width, own.Queries);
            shape.Multiply(own.Keys, own.Queries, own.Weights, count);
            new RowPanels(dy + query, shape.Row).Pack(0, count, Tile.Columns, 0, shape.Width, own.Queries);
            shape.Multiply(own.Values, own.Queries, own.Slopes, count);
            Slopes(batch, head, row, count, own);
            Accumulate(own.Weights, dy + query, count, own.ValueSlopes, row > 0, own);
            Accumulate(own.Slopes, q + query, count, own.KeySlopes, row > 0, own);
            shape.Mix(own.KeysDown, own.Slopes, own.Mixed, count);
            for (int i = 0; i < count; i += QueryLanes.Lanes) QueryLanes.Scale(own.Mixed + i, shape.Width, Vector512.Create(shape.Scale));
            shape.Spread(own.Mixed, count, dq + query);
        }

        // Weights and slopes from scores and dP.
        void Slopes(int batch, int head, int row, int count, in Layout own)
        {
            float* bias = shape.PackBias(head, row, count, own.Packed);
            float* sums = stackalloc float[Tile.MaxColumns];
            new Span<float>(sums, Tile.MaxColumns).Clear(); // idle lanes stay finite
            new ReadOnlySpan<float>(logSum + shape.LogSum(batch, head, row), count).CopyTo(new Span<float>(sums, count));
            for (int i = 0; i < count; i += QueryLanes.Lanes)
                QueryLanes.Slopes(own.Weights + i, own.Slopes + i, bias == null ? null : bias + i, shape.Keys, shape.Scale, Vector512.Load(sums + i));
            if (dbias == null) return;
            Transposition.Run(own.Slopes, own.Packed, new TransposedAxes(Down: count, DownX: 1, DownY: shape.Keys, Across: shape.Keys, AcrossX: Tile.Columns));
            var target = new Span<float>(dbias + shape.BiasRow(head, row), count * shape.Keys);
            TensorPrimitives.Add(target, new ReadOnlySpan<float>(own.Packed, target.Length), target);
        }

        /// <summary>target [key][width] = lanes [key][query] * rows [query][width], plus what it held.</summary>
        void Accumulate(float* lanes, float* rows, int count, float* target, bool accumulate, in Layout own)
        {
            Gemm.PackAll(new RowPanels(lanes, Tile.Columns), shape.Keys, Tile.Rows, 0, count, own.Packed);
            Gemm.PackAll(new ColumnPanels(rows, shape.Row), shape.Width, Tile.Columns, 0, count, own.Queries);
            for (int j = 0; j < shape.Width; j += Tile.Columns)
                for (int i = 0; i < shape.Keys; i += Tile.Rows)
                    Tile.Multiply(count, own.Packed + ((long)i * count), own.Queries + ((long)j * count), target + ((long)i * shape.WidthColumns) + j, shape.WidthColumns, accumulate, shape.Width - j);
        }

        /// <summary>A worker's memory. Left operands in panels: keys and values [width][8], keys also [key][8].</summary>
        readonly struct Layout
        {
            public readonly float* Keys, Values, KeysDown, Queries, Weights, Slopes, Packed, KeySlopes, ValueSlopes, Mixed;

            public readonly long Floats;

            public Layout(in AttentionShape shape, float* memory)
            {
                long byWidth = AttentionShape.Piece(shape.KeyRows, shape.Width), lanes = AttentionShape.Piece(shape.KeyRows, Tile.Columns);
                long results = AttentionShape.Piece(shape.KeyRows, shape.WidthColumns);
                Keys = memory;
                Values = Keys + byWidth;
                KeysDown = Values + byWidth;
                Queries = KeysDown + AttentionShape.Piece(shape.WidthRows, shape.Keys);
                Weights = Queries + AttentionShape.Piece(shape.WidthColumns, Tile.Columns);
                Slopes = Weights + lanes;
                Packed = Slopes + lanes;
                KeySlopes = Packed + lanes;
                ValueSlopes = KeySlopes + results;
                Mixed = ValueSlopes + results;
                Floats = Mixed + AttentionShape.Piece(shape.WidthRows, Tile.Columns) - memory;
            }
        }
    }
}
