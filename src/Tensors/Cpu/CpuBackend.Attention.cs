using System.Numerics.Tensors;

namespace TalkingMachines.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    const int QueryBlock = 240; // rows that share one packing of keys and values: 30 tiles of 8

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

        public long Query(int batch, int head, int row) => (((long)batch * Queries) + row) * Row + (head * Width);

        public long Key(int batch, int head) => (long)batch * Keys * Row + (head * Width);

        public float* BiasRow(int head, int row) => Bias == null ? null : Bias + (((BiasByHead ? (long)head * Queries : 0) + row) * Keys);

        /// <summary>logits = logits * scale + bias</summary>
        public void Shift(int head, int row, Span<float> logits)
        {
            TensorPrimitives.Multiply(logits, Scale, logits);
            if (Bias != null) TensorPrimitives.Add(logits, new ReadOnlySpan<float>(BiasRow(head, row), Keys), logits);
        }
    }

    // A part is one head and a block of queries. It packs the keys and values once and holds one tile of score rows at a time.
    readonly struct AttentionJob(AttentionShape shape, float* q, float* k, float* v, float* y, float* logSum, void** scratch) : IParallelJob
    {
        int Blocks => (shape.Queries + QueryBlock - 1) / QueryBlock;

        public int Parts => shape.Batch * shape.Heads * Blocks;

        static int RoundUp(int value, int unit) => (value + unit - 1) / unit * unit;

        int KeyColumns => RoundUp(shape.Keys, Tile.Columns);

        int ValueColumns => RoundUp(shape.Width, Tile.Columns);

        public long ScratchFloats => ((long)KeyColumns * shape.Width) + ((long)ValueColumns * shape.Keys)
            + (Tile.Rows * ((long)shape.Width + KeyColumns + shape.Keys + ValueColumns)) + (6 * 32);

        public void Run(int part, int worker)
        {
            (int head, int block) = Math.DivRem(part, Blocks);
            (int batch, head) = Math.DivRem(head, shape.Heads);
            float* keys = (float*)scratch[worker];
            float* values = keys + ((long)KeyColumns * shape.Width) + 32;
            float* queries = values + ((long)ValueColumns * shape.Keys) + 32;
            float* scores = queries + (Tile.Rows * shape.Width) + 32;
            float* weights = scores + ((long)Tile.Rows * KeyColumns) + 32;
            float* output = weights + ((long)Tile.Rows * shape.Keys) + 32;
            Gemm.PackAll(new RowPanels(k + shape.Key(batch, head), shape.Row), shape.Keys, Tile.Columns, 0, shape.Width, keys);
            Gemm.PackAll(new ColumnPanels(v + shape.Key(batch, head), shape.Row), shape.Width, Tile.Columns, 0, shape.Keys, values);
            int end = Math.Min(shape.Queries, (block + 1) * QueryBlock);
            for (int row = block * QueryBlock; row < end; row += Tile.Rows)
            {
                int rows = Math.Min(Tile.Rows, end - row);
                new RowPanels(q + shape.Query(batch, head, row), shape.Row).Pack(0, rows, Tile.Rows, 0, shape.Width, queries);
                for (int j = 0; j < KeyColumns; j += Tile.Columns)
                    Tile.Multiply(shape.Width, queries, keys + ((long)j * shape.Width), scores + j, KeyColumns, false);
                Softmax(batch, head, row, rows, scores);
                new RowPanels(scores, KeyColumns).Pack(0, rows, Tile.Rows, 0, shape.Keys, weights);
                for (int j = 0; j < ValueColumns; j += Tile.Columns)
                    Tile.Multiply(shape.Keys, weights, values + ((long)j * shape.Keys), output + j, ValueColumns, false);
                for (int i = 0; i < rows; i++)
                    new ReadOnlySpan<float>(output + ((long)i * ValueColumns), shape.Width).CopyTo(new Span<float>(y + shape.Query(batch, head, row + i), shape.Width));
            }
        }

        void Softmax(int batch, int head, int row, int rows, float* scores)
        {
            for (int i = 0; i < rows; i++)
            {
                var line = new Span<float>(scores + ((long)i * KeyColumns), shape.Keys);
                shape.Shift(head, row + i, line);
                float max = TensorPrimitives.Max(line);
                TensorPrimitives.Subtract(line, max, line);
                VectorExp.Apply(line);
                float sum = TensorPrimitives.Sum(line);
                TensorPrimitives.Multiply(line, 1 / sum, line);
                if (logSum != null) logSum[(((long)batch * shape.Heads) + head) * shape.Queries + row + i] = max + MathF.Log(sum);
            }
        }
    }

    public override void AttentionGradient(Tensor q, Tensor k, Tensor v, Tensor? bias, float scale, Tensor y, Tensor logSum, Tensor dy, Tensor dq, Tensor dk, Tensor dv, Tensor? dbias)
    {
        if (dbias is not null) Fill(dbias, 0);
        var shape = new AttentionShape(q, k, bias, scale);
        var job = new AttentionGradientJob(shape, Data(q), Data(k), Data(v), Data(y), Data(logSum), Data(dy), Data(dq), Data(dk), Data(dv), dbias is null ? null : Data(dbias), team.Scratch);
        team.Run(job, job.Parts, job.ScratchFloats * sizeof(float));
    }

    // A part is one head: of one batch, or of all where they share a bias whose gradient is summed.
    readonly struct AttentionGradientJob(
        AttentionShape shape, float* q, float* k, float* v, float* y, float* logSum, float* dy,
        float* dq, float* dk, float* dv, float* dbias, void** scratch) : IParallelJob
    {
        int Block => Math.Min(QueryBlock, shape.Queries);

        public int Parts => dbias == null ? shape.Batch * shape.Heads : shape.BiasByHead ? shape.Heads : 1;

        public long ScratchFloats => (2L * Block * shape.Keys) + 64
            + Math.Max(Gemm.SerialFloats(Block, Math.Max(shape.Keys, shape.Width)), Gemm.SerialFloats(shape.Keys, shape.Width));

        public void Run(int part, int worker)
        {
            float* own = (float*)scratch[worker];
            if (dbias == null)
            {
                OneHead(part / shape.Heads, part % shape.Heads, own);
                return;
            }
            for (int batch = 0; batch < shape.Batch; batch++)
                for (int head = shape.BiasByHead ? part : 0; head < (shape.BiasByHead ? part + 1 : shape.Heads); head++) OneHead(batch, head, own);
        }

        void OneHead(int batch, int head, float* own)
        {
            float* weights = own, slopes = weights + ((long)Block * shape.Keys) + 32, products = slopes + ((long)Block * shape.Keys) + 32;
            long key = shape.Key(batch, head);
            int row = shape.Row, keys = shape.Keys, width = shape.Width;
            for (int start = 0; start < shape.Queries; start += Block)
            {
                int count = Math.Min(Block, shape.Queries - start);
                long query = shape.Query(batch, head, start);
                bool more = start > 0;
                Gemm.Serial(count, keys, width, new RowPanels(q + query, row), new RowPanels(k + key, row), new Product(weights, keys), products);
                Gemm.Serial(count, keys, width, new RowPanels(dy + query, row), new RowPanels(v + key, row), new Product(slopes, keys), products);
                for (int i = 0; i < count; i++) Slopes(batch, head, start + i, weights + ((long)i * keys), slopes + ((long)i * keys));
                Gemm.Serial(keys, width, count, new ColumnPanels(weights, keys), new ColumnPanels(dy + query, row), new Product(dv + key, row) { Accumulate = more }, products);
                Gemm.Serial(keys, width, count, new ColumnPanels(slopes, keys), new ColumnPanels(q + query, row), new Product(dk + key, row) { Accumulate = more }, products);
                Gemm.Serial(count, width, keys, new RowPanels(slopes, keys), new ColumnPanels(k + key, row), new Product(dq + query, row), products);
            }
        }

        // In: logits before scaling, and dP. Out: P, and scale * P * (dP - dy.y), the logits' gradient times scale.
        void Slopes(int batch, int head, int row, float* weights, float* slopes)
        {
            var p = new Span<float>(weights, shape.Keys);
            var ds = new Span<float>(slopes, shape.Keys);
            shape.Shift(head, row, p);
            TensorPrimitives.Subtract(p, logSum[(((long)batch * shape.Heads) + head) * shape.Queries + row], p);
            VectorExp.Apply(p);
            long query = shape.Query(batch, head, row);
            float delta = TensorPrimitives.Dot(new ReadOnlySpan<float>(dy + query, shape.Width), new ReadOnlySpan<float>(y + query, shape.Width));
            TensorPrimitives.Subtract(ds, delta, ds);
            TensorPrimitives.Multiply(ds, p, ds);
            if (dbias != null)
            {
                var target = new Span<float>(dbias + (((shape.BiasByHead ? (long)head * shape.Queries : 0) + row) * shape.Keys), shape.Keys);
                TensorPrimitives.Add(target, ds, target);
            }
            TensorPrimitives.Multiply(ds, shape.Scale, ds);
        }
    }
}
