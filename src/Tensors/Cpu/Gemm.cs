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
/// C = A B. The smaller operand is packed once for all, the other by the block that needs it, so nothing is packed twice;
/// every element of C is summed by one thread in a fixed order, so results don't depend on who took what.
/// </summary>
internal static unsafe class Gemm
{
    const int Depth = 256;                  // k at a time: a B panel of 32 x 256 floats fills the L1 cache
    const int BlockRows = 480;              // 60 tiles of 8, 80 of 6, 120 of 4
    const int BlockColumns = 512;
    const long SharedFloats = 2 << 20;      // of the operand packed once: 8 MiB, a share of the L3 cache

    public static void Run<TA, TB>(WorkerTeam team, MemoryPool pool, int m, int n, int k, in TA a, in TB b, in Product c)
        where TA : unmanaged, IPanelSource where TB : unmanaged, IPanelSource
    {
        if (m == 0 || n == 0) return;
        bool shareA = m <= n;
        int sharedWidth = shareA ? Tile.Rows : Tile.Columns;
        int sharedPanels = Ceiling(shareA ? m : n, sharedWidth);
        int chunk = (int)Math.Clamp(SharedFloats / ((long)sharedPanels * sharedWidth) / Depth * Depth, Depth, Math.Max(Depth, Ceiling(k, Depth) * Depth));
        var shared = pool.Rent(((long)sharedPanels * sharedWidth * Math.Min(k, chunk) * sizeof(float)) + 64);
        var target = c;
        for (int k0 = 0; k0 < Math.Max(k, 1); k0 += chunk)
        {
            int depth = Math.Min(chunk, k - k0);
            int parts = sharedPanels * Math.Max(1, Ceiling(depth, Depth));
            int size = shareA ? m : n;
            if (shareA) team.Run(new PackJob<TA>(a, size, sharedWidth, sharedPanels, k0, depth, (float*)shared.Pointer), parts);
            else team.Run(new PackJob<TB>(b, size, sharedWidth, sharedPanels, k0, depth, (float*)shared.Pointer), parts);
            RunBlocks(team, shareA, m, n, k0, depth, a, b, (float*)shared.Pointer, target);
            target.Accumulate = true;
            target.RowBias = target.ColumnBias = null;
        }
        shared.Release();
    }

    static void RunBlocks<TA, TB>(WorkerTeam team, bool shareA, int m, int n, int k0, int depth, in TA a, in TB b, float* shared, in Product c)
        where TA : unmanaged, IPanelSource where TB : unmanaged, IPanelSource
    {
        int size = shareA ? n : m, width = shareA ? Tile.Columns : Tile.Rows, limit = shareA ? BlockColumns : BlockRows;
        int block = Math.Min(limit, Ceiling(Ceiling(size, 4 * team.Count), width) * width); // four blocks a worker even out their speeds
        long scratchFloats = ((long)Ceiling(block, width) * width * Depth) + (Tile.MaxRows * Tile.MaxColumns) + 64;
        team.Run(new BlockJob<TA, TB>(team.Scratch, shareA, m, n, k0, depth, a, b, shared, c, block), Ceiling(size, block), scratchFloats * sizeof(float));
    }

    static int Ceiling(int value, int divisor) => (value + divisor - 1) / divisor;

    readonly struct PackJob<TSource>(TSource source, int size, int width, int panels, int k0, int depth, float* shared) : IParallelJob
        where TSource : unmanaged, IPanelSource
    {
        // Layout: slabs of up to Depth k; in a slab panel after panel.
        public void Run(int part, int worker)
        {
            int slab = part / panels, panel = part % panels, at = slab * Depth, deep = Math.Min(Depth, depth - at);
            float* target = shared + ((long)at * panels * width) + ((long)panel * deep * width);
            source.Pack(panel * width, Math.Min(width, size - (panel * width)), width, k0 + at, deep, target);
        }
    }

    readonly struct BlockJob<TA, TB>(void** scratch, bool shareA, int m, int n, int k0, int depth, TA a, TB b, float* shared, Product c, int block) : IParallelJob
        where TA : unmanaged, IPanelSource where TB : unmanaged, IPanelSource
    {
        public void Run(int part, int worker)
        {
            float* own = (float*)scratch[worker];
            int start = part * block, count = Math.Min(block, (shareA ? n : m) - start);
            int ownWidth = shareA ? Tile.Columns : Tile.Rows, sharedWidth = shareA ? Tile.Rows : Tile.Columns;
            int ownPanels = Ceiling(count, ownWidth), sharedPanels = Ceiling(shareA ? m : n, sharedWidth);
            float* edge = own + ((long)Ceiling(block, ownWidth) * ownWidth * Depth) + 32;
            for (int at = 0; at < depth; at += Depth)
            {
                int deep = Math.Min(Depth, depth - at);
                for (int p = 0; p < ownPanels; p++)
                {
                    int first = start + (p * ownWidth), width = Math.Min(ownWidth, start + count - first);
                    float* panel = own + ((long)p * deep * ownWidth);
                    if (shareA) b.Pack(first, width, ownWidth, k0 + at, deep, panel);
                    else a.Pack(first, width, ownWidth, k0 + at, deep, panel);
                }
                float* slab = shared + ((long)at * sharedPanels * sharedWidth);
                var tiles = new TileLoop(c, deep, at == 0, edge);
                if (shareA) tiles.Run(slab, 0, m, own, start, count);
                else tiles.Run(own, start, count, slab, 0, n);
            }
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

    /// <summary>All panels of an operand, for products inside a part of a larger job.</summary>
    public static void PackAll<TSource>(in TSource source, int size, int width, int k0, int depth, float* target) where TSource : unmanaged, IPanelSource
    {
        for (int i = 0; i < size; i += width, target += (long)depth * width) source.Pack(i, Math.Min(width, size - i), width, k0, depth, target);
    }
}
