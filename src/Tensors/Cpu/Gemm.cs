namespace TalkingMachines.Tensors.Cpu;

/// <summary>Where a product goes: C[row, column] at data[row * Stride + column], or, where columns run over images, at data[column / PerImage * ImageStride + row * Stride + column % PerImage].</summary>
internal unsafe struct Product(float* data, long stride)
{
    public float* Data = data;
    public long Stride = stride;
    public int PerImage = int.MaxValue;
    public long ImageStride;
    public bool Accumulate;

    /// <summary>Added to each row; null for none.</summary>
    public float* RowBias;

    /// <summary>Added to each column; null for none.</summary>
    public float* ColumnBias;
}

/// <summary>
/// C = A B. Workers take blocks of the larger operand and pack them; the smaller one each packs for itself, for that is
/// quicker than to fetch it from another core's cache. Every element of C is summed by one thread in a fixed order, so
/// results don't depend on who took what.
/// </summary>
internal static unsafe class Gemm
{
    const int Depth = 256;                  // k at a time: a B panel of 32 x 256 floats fills the L1 cache
    const int BlockRows = 240;              // 30 tiles of 8, 40 of 6, 60 of 4: with its part of C well within the L2 cache
    const int BlockColumns = 512;
    const long CommonFloats = 256 << 10;    // of the smaller operand packed at a time: 1 MiB, the L2 cache; or one slab of Depth if that is more

    public static void Run<TA, TB>(WorkerTeam team, int m, int n, int k, in TA a, in TB b, in Product c)
        where TA : unmanaged, IPanelSource where TB : unmanaged, IPanelSource
    {
        if (m == 0 || n == 0) return;
        if (k == 0)
        {
            Nothing(m, n, c);
            return;
        }
        bool commonA = m <= n;
        long commonSize = commonA ? Cut.RoundUp(m, Tile.Rows) : Cut.RoundUp(n, Tile.Columns);
        int chunk = (int)Math.Clamp(CommonFloats / commonSize / Depth * Depth, Depth, Math.Max(Depth, Cut.RoundUp(k, Depth)));
        int size = commonA ? n : m, width = commonA ? Tile.Columns : Tile.Rows, limit = commonA ? BlockColumns : BlockRows;
        int block = (int)Math.Min(limit, Cut.RoundUp(Ceiling(size, 4 * team.Count), width)); // four blocks a worker even out their speeds
        bool* packed = stackalloc bool[team.Count];
        var target = c;
        for (int k0 = 0; k0 < k; k0 += chunk)
        {
            new Span<bool>(packed, team.Count).Clear();
            var job = new BlockJob<TA, TB>(team.Scratch, packed, commonA, m, n, k0, Math.Min(chunk, k - k0), a, b, target, block);
            team.Run(job, Ceiling(size, block), job.ScratchFloats * sizeof(float));
            target.Accumulate = true;
            target.RowBias = target.ColumnBias = null;
        }
    }

    // A sum of no products.
    static void Nothing(int m, int n, in Product c)
    {
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
            {
                float* at = c.Data + ((j / c.PerImage) * c.ImageStride) + (i * c.Stride) + (j % c.PerImage);
                *at = (c.Accumulate ? *at : 0) + (c.RowBias == null ? 0 : c.RowBias[i]) + (c.ColumnBias == null ? 0 : c.ColumnBias[j]);
            }
    }

    static int Ceiling(int value, int divisor) => (value + divisor - 1) / divisor;

    readonly struct BlockJob<TA, TB>(void** scratch, bool* packed, bool commonA, int m, int n, int k0, int depth, TA a, TB b, Product c, int block) : IParallelJob
        where TA : unmanaged, IPanelSource where TB : unmanaged, IPanelSource
    {
        // Layout: slabs of up to Depth k; in a slab panel after panel.
        long CommonSize => commonA ? Cut.RoundUp(m, Tile.Rows) : Cut.RoundUp(n, Tile.Columns);

        long OwnFloats => Cut.RoundUp(block, commonA ? Tile.Columns : Tile.Rows) * Depth;

        public long ScratchFloats => (CommonSize * depth) + OwnFloats + (Tile.MaxRows * Tile.MaxColumns) + 32;

        public void Run(int part, int worker)
        {
            float* common = (float*)scratch[worker], own = common + Cut.RoundUp(CommonSize * depth, 16), edge = own + OwnFloats;
            int start = part * block, count = Math.Min(block, (commonA ? n : m) - start);
            for (int at = 0; at < depth; at += Depth)
            {
                int deep = Math.Min(Depth, depth - at);
                float* slab = common + (at * CommonSize);
                if (!packed[worker]) PackCommon(at, deep, slab);
                var tiles = new TileLoop(c, deep, at == 0, edge);
                if (commonA)
                {
                    PackAll(b, start, count, Tile.Columns, k0 + at, deep, own);
                    tiles.Run(slab, 0, m, own, start, count);
                }
                else
                {
                    PackAll(a, start, count, Tile.Rows, k0 + at, deep, own);
                    tiles.Run(own, start, count, slab, 0, n);
                }
            }
            packed[worker] = true;
        }

        void PackCommon(int at, int deep, float* slab)
        {
            if (commonA) PackAll(a, 0, m, Tile.Rows, k0 + at, deep, slab);
            else PackAll(b, 0, n, Tile.Columns, k0 + at, deep, slab);
        }
    }

    /// <summary>All tiles of a block from packed panels of depth <c>deep</c>; the bias is added with the first slab.</summary>
    readonly struct TileLoop(Product c, int deep, bool first, float* edge)
    {
        public void Run(float* left, int row0, int rows, float* right, int column0, int columns)
        {
            for (int j = 0; j < columns; j += Tile.Columns, right += (long)deep * Tile.Columns)
            {
                float* panel = left;
                for (int i = 0; i < rows; i += Tile.Rows, panel += (long)deep * Tile.Rows)
                    OneTile(panel, right, row0 + i, Math.Min(Tile.Rows, rows - i), column0 + j, Math.Min(Tile.Columns, columns - j));
            }
        }

        void OneTile(float* left, float* right, int row, int rows, int column, int columns)
        {
            int image = column / c.PerImage, within = column % c.PerImage;
            float* target = c.Data + (image * c.ImageStride) + (row * c.Stride) + within;
            bool accumulate = c.Accumulate || !first;
            bool whole = rows == Tile.Rows && columns == Tile.Width(columns) && within + columns <= c.PerImage;
            if (whole) Tile.Multiply(deep, left, right, target, (nint)c.Stride, accumulate, columns);
            else
            {
                Tile.Multiply(deep, left, right, edge, Tile.Columns, false, columns);
                Spread(row, rows, column, columns, accumulate);
            }
            if (first && (c.RowBias != null || c.ColumnBias != null)) AddBias(row, rows, column, columns);
        }

        void Spread(int row, int rows, int column, int columns, bool accumulate)
        {
            for (int j = 0; j < columns; j++)
            {
                float* target = Column(row, column + j);
                for (int i = 0; i < rows; i++) target[i * c.Stride] = edge[(i * Tile.Columns) + j] + (accumulate ? target[i * c.Stride] : 0);
            }
        }

        float* Column(int row, int column) => c.Data + (column / c.PerImage * c.ImageStride) + (row * c.Stride) + (column % c.PerImage);

        void AddBias(int row, int rows, int column, int columns)
        {
            bool contiguous = (column % c.PerImage) + columns <= c.PerImage;
            for (int i = 0; i < rows; i++)
            {
                float rowBias = c.RowBias == null ? 0 : c.RowBias[row + i];
                float* target = Column(row + i, column);
                if (!contiguous)
                    for (int j = 0; j < columns; j++) *Column(row + i, column + j) += c.ColumnBias == null ? rowBias : c.ColumnBias[column + j];
                else if (c.ColumnBias == null) ElementRows.Affine(target, 1, rowBias, target, columns);
                else ElementRows.AddTo(c.ColumnBias + column, 1, target, columns);
            }
        }
    }

    /// <summary>Panels of an operand's rows or columns from start on.</summary>
    public static void PackAll<TSource>(in TSource source, int start, int count, int width, int k0, int depth, float* target) where TSource : unmanaged, IPanelSource
    {
        for (int i = 0; i < count; i += width, target += (long)depth * width) source.Pack(start + i, Math.Min(width, count - i), width, k0, depth, target);
    }
}
