using System.Runtime.Intrinsics;

namespace TalkingMachines.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    const int QueryBlock = 256; // queries that share one packing of keys and values

    public override void Attention(Tensor q, Tensor k, Tensor v, Tensor? bias, float scale, Tensor y, Tensor? logSum)
    {
        var job = new AttentionJob(new AttentionShape(q, k, bias, scale), Data(q), Data(k), Data(v), Data(y), logSum is null ? null : Data(logSum), team.Scratch);
        team.Run(job, job.Parts, job.ScratchFloats * sizeof(float));
    }

    /// <summary>Extents of one attention. Heads lie side by side in a row: element (b,s,h,d) at ((b * S + s) * H + h) * D + d.</summary>
    readonly struct AttentionShape(Tensor q, Tensor k, Tensor? bias, float scale)
    {
        public readonly int Batch = q.Shape[0], Queries = q.Shape[1], Heads = q.Shape[2], Width = q.Shape[3], Keys = k.Shape[1];
        public readonly float Scale = scale;
        public readonly float* Bias = bias is null ? null : Data(bias);
        public readonly bool BiasByHead = bias is not null && bias.Shape[0] > 1;

        public int Row => Heads * Width;

        /// <summary>Keys and width in whole tiles, and the width in whole panels of columns.</summary>
        public int KeyRows => (int)Cut.RoundUp(Keys, Tile.Rows);

        public int WidthRows => (int)Cut.RoundUp(Width, Tile.Rows);

        public int WidthColumns => (int)Cut.RoundUp(Width, Tile.Columns);

        /// <summary>Floats of a piece of scratch, so that the next begins on a cache line.</summary>
        public static long Piece(long rows, long columns) => Cut.RoundUp(rows * columns, 16);

        public long Query(int batch, int head, int row) => (((long)batch * Queries) + row) * Row + (head * Width);

        public long Key(int batch, int head) => (long)batch * Keys * Row + (head * Width);

        public long LogSum(int batch, int head, int row) => (((long)batch * Heads) + head) * Queries + row;

        public long BiasRow(int head, int row) => ((BiasByHead ? (long)head * Queries : 0) + row) * Keys;

        /// <summary>The bias of so many queries and keys as [key][query], or null.</summary>
        public float* PackBias(int head, int row, int count, int firstKey, int keys, float* target)
        {
            if (Bias == null) return null;
            new RowPanels(Bias + BiasRow(head, row), Keys).Pack(0, count, Tile.Columns, firstKey, keys, target);
            return target;
        }

        /// <summary>Products over the width: scores [key][query] of keys in panels [width][Tile.Rows] and queries [width][query].</summary>
        public void Score(float* keys, int keyCount, float* queries, int count, float* scores)
        {
            for (int i = 0; i < keyCount; i += Tile.Rows) Tile.Multiply(Width, keys + ((long)i * Width), queries, scores + ((long)i * Tile.Columns), Tile.Columns, false, count);
        }

        /// <summary>Products over keys from firstKey on: [width][query] of values in panels [key][Tile.Rows] and weights [key][query].</summary>
        public void Mix(float* values, int firstKey, int keyCount, float* weights, int count, float* mixed)
        {
            for (int j = 0; j < WidthRows; j += Tile.Rows)
                Tile.Multiply(keyCount, values + ((long)j * Keys) + ((long)firstKey * Tile.Rows), weights, mixed + ((long)j * Tile.Columns), Tile.Columns, firstKey > 0, count);
        }

        /// <summary>Stores [width][query] as rows of y.</summary>
        public void Spread(float* mixed, int count, float* y) => Transposition.Run(mixed, y, new TransposedAxes(Down: count, DownX: 1, DownY: Row, Across: Width, AcrossX: Tile.Columns));
    }

    // A part is one head and a block of queries. It packs the keys and values once and takes as many queries at a time as a tile has columns.
    readonly struct AttentionJob(AttentionShape shape, float* q, float* k, float* v, float* y, float* logSum, void** scratch) : IParallelJob
    {
        int Blocks => (shape.Queries + QueryBlock - 1) / QueryBlock;

        public int Parts => shape.Batch * shape.Heads * Blocks;

        long KeyFloats => AttentionShape.Piece(shape.KeyRows, shape.Width);

        long ValueFloats => AttentionShape.Piece(shape.WidthRows, shape.Keys);

        long QueryFloats => (long)shape.Width * Tile.Columns;

        long ScoreFloats => (long)shape.KeyRows * Tile.Columns;

        public long ScratchFloats => KeyFloats + ValueFloats + QueryFloats + (2 * ScoreFloats) + ((long)shape.WidthRows * Tile.Columns);

        public void Run(int part, int worker)
        {
            (int head, int block) = Math.DivRem(part, Blocks);
            (int batch, head) = Math.DivRem(head, shape.Heads);
            float* keys = (float*)scratch[worker], values = keys + KeyFloats;
            Gemm.PackAll(new RowPanels(k + shape.Key(batch, head), shape.Row), 0, shape.Keys, Tile.Rows, 0, shape.Width, keys);
            Gemm.PackAll(new ColumnPanels(v + shape.Key(batch, head), shape.Row), 0, shape.Width, Tile.Rows, 0, shape.Keys, values);
            int end = Math.Min(shape.Queries, (block + 1) * QueryBlock);
            for (int row = block * QueryBlock; row < end; row += Tile.Columns) Attend(batch, head, row, Math.Min(Tile.Columns, end - row), keys, values);
        }

        void Attend(int batch, int head, int row, int count, float* keys, float* values)
        {
            float* queries = values + ValueFloats, scores = queries + QueryFloats, biases = scores + ScoreFloats, mixed = biases + ScoreFloats;
            new RowPanels(q + shape.Query(batch, head, row), shape.Row).Pack(0, count, Tile.Columns, 0, shape.Width, queries);
            float* bias = shape.PackBias(head, row, count, 0, shape.Keys, biases);
            shape.Score(keys, shape.Keys, queries, count, scores);
            var sums = stackalloc Vector512<float>[Tile.MaxColumns / QueryLanes.Lanes];
            for (int i = 0; i < count; i += QueryLanes.Lanes)
            {
                (var max, sums[i / QueryLanes.Lanes]) = QueryLanes.Exponentiate(scores + i, bias == null ? null : bias + i, shape.Keys, shape.Scale);
                if (logSum != null) StoreLogSum(max, sums[i / QueryLanes.Lanes], logSum + shape.LogSum(batch, head, row + i), count - i);
            }
            shape.Mix(values, 0, shape.Keys, scores, count, mixed);
            for (int i = 0; i < count; i += QueryLanes.Lanes) QueryLanes.Scale(mixed + i, shape.Width, Vector512<float>.One / sums[i / QueryLanes.Lanes]);
            shape.Spread(mixed, count, y + shape.Query(batch, head, row));
        }

        static void StoreLogSum(Vector512<float> max, Vector512<float> sum, float* target, int count)
        {
            var value = max + Vector512.Log(sum);
            if (count >= QueryLanes.Lanes) value.Store(target);
            else
                for (int i = 0; i < count; i++) target[i] = value[i];
        }
    }
}
