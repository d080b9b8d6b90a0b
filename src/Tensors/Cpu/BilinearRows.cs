using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>How far the right and the lower neighbour of a cell are; 0 on an axis of one cell.</summary>
internal readonly record struct CellSteps(int Right, int Down)
{
    public static CellSteps Of(int height, int width) => new(width > 1 ? 1 : 0, height > 1 ? width : 0);
}

/// <summary>
/// A run of at most 128 points among the cells of a plane: the upper left cell of each and its fractions. That cell is
/// never in the last column or row, so that the neighbours need no check; a point on the last one has fraction 1.
/// </summary>
internal readonly unsafe struct BilinearPoints(int* cells, float* across, float* down, CellSteps steps)
{
    public const int Most = 128;

    public readonly int* Cells = cells;
    public readonly float* Across = across;
    public readonly float* Down = down;

    public CellSteps Steps => steps;
}

/// <summary>Loops over points between cells. Scalar loops are the definitions; the vector loops fetch eight cells at a time.</summary>
internal static unsafe class BilinearRows
{
    const int Lanes = ElementRows.Lanes;

    static long Whole(long count) => Avx2.IsSupported ? ElementRows.Whole(count) : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Fetch(float* x, Vector512<int> cells) =>
        Vector512.Create(Avx2.GatherVector256(x, cells.GetLower(), sizeof(float)), Avx2.GatherVector256(x, cells.GetUpper(), sizeof(float)));

    /// <summary>The value between two, exactly a at 0 and b at 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Between(Vector512<float> a, Vector512<float> b, Vector512<float> fraction) => (a * (Vector512<float>.One - fraction)) + (b * fraction);

    static float Between(float a, float b, float fraction) => (a * (1 - fraction)) + (b * fraction);

    /// <summary>y[i] = plane x at point i</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Interpolate(float* x, in BilinearPoints points, float* y, int count)
    {
        var (right, down) = points.Steps;
        long i = 0, whole = Whole(count);
        for (; i < whole; i += Lanes)
        {
            var cells = Vector512.Load(points.Cells + i);
            var across = Vector512.Load(points.Across + i);
            var upper = Between(Fetch(x, cells), Fetch(x + right, cells), across);
            var lower = Between(Fetch(x + down, cells), Fetch(x + down + right, cells), across);
            Between(upper, lower, Vector512.Load(points.Down + i)).Store(y + i);
        }
        for (; i < count; i++)
        {
            float* cell = x + points.Cells[i];
            float across = points.Across[i];
            y[i] = Between(Between(cell[0], cell[right], across), Between(cell[down], cell[down + right], across), points.Down[i]);
        }
    }

    /// <summary>Adds dy times the slopes of plane x at each point: across to dacross, down to ddown.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddSlopes(float* x, in BilinearPoints points, float* dy, float* dacross, float* ddown, int count)
    {
        var (right, down) = points.Steps;
        long i = 0, whole = Whole(count);
        for (; i < whole; i += Lanes)
        {
            var cells = Vector512.Load(points.Cells + i);
            Vector512<float> a = Fetch(x, cells), b = Fetch(x + right, cells), c = Fetch(x + down, cells), d = Fetch(x + down + right, cells);
            Vector512<float> above = Vector512.Load(dy + i), across = Vector512.Load(points.Across + i);
            (Vector512.Load(dacross + i) + (above * Between(b - a, d - c, Vector512.Load(points.Down + i)))).Store(dacross + i);
            (Vector512.Load(ddown + i) + (above * Between(c - a, d - b, across))).Store(ddown + i);
        }
        for (; i < count; i++)
        {
            float* cell = x + points.Cells[i];
            float a = cell[0], b = cell[right], c = cell[down], d = cell[down + right];
            dacross[i] += dy[i] * Between(b - a, d - c, points.Down[i]);
            ddown[i] += dy[i] * Between(c - a, d - b, points.Across[i]);
        }
    }

    /// <summary>Adds dy[i] to the four cells of plane dx around point i, by their weights: the adjoint of <see cref="Interpolate"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Spread(float* dy, in BilinearPoints points, float* dx, int count)
    {
        var (right, down) = points.Steps;
        for (int i = 0; i < count; i++)
        {
            float* cell = dx + points.Cells[i];
            float across = points.Across[i], lower = dy[i] * points.Down[i], upper = dy[i] - lower;
            cell[0] += upper * (1 - across);
            cell[right] += upper * across;
            cell[down] += lower * (1 - across);
            cell[down + right] += lower * across;
        }
    }

    /// <summary>
    /// Points at columns first.. + across[i] and row + down[i], held inside the plane. Slopes are 1, or 0 where the point was held or lies on the last cell.
    /// </summary>
    public static void Displace(float* flowAcross, float* flowDown, int row, int first, int height, int width, in BilinearPoints points, float* slopeAcross, float* slopeDown, int count)
    {
        Hold(flowAcross, first, 1, width, 1, points.Across, points.Cells, false, slopeAcross, count);
        Hold(flowDown, row, 0, height, width, points.Down, points.Cells, true, slopeDown, count);
    }

    /// <summary>
    /// One axis of <see cref="Displace"/>: point i is at start + i * advance + flow[i]; its cell times <paramref name="stride"/> is written to, or added to, cells.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Hold(float* flow, int start, int advance, int size, int stride, float* fractions, int* cells, bool add, float* slopes, int count)
    {
        float last = size - 1, lastCell = Math.Max(0, size - 2);
        long i = 0, whole = ElementRows.Whole(count);
        Vector512<float> lasts = Vector512.Create(last), places = Vector512.ConvertToSingle(Vector512.Create(start) + (Vector512<int>.Indices * advance));
        for (; i < whole; i += Lanes)
        {
            var displacement = Vector512.Load(flow + i);
            var floor = Vector512.Floor(displacement);
            var cell = places + floor;
            // NaN fails both comparisons and comes to cell 0: a hostile flow must not lead outside the plane
            Vector512<float> beyond = Vector512.GreaterThanOrEqual(cell, lasts), inside = Vector512.AndNot(Vector512.GreaterThanOrEqual(cell, Vector512<float>.Zero), beyond);
            (inside & Vector512<float>.One).Store(slopes + i);
            Vector512.ConditionalSelect(inside, displacement - floor, beyond & Vector512<float>.One).Store(fractions + i);
            var offset = Vector512.ConvertToInt32(Vector512.ConditionalSelect(inside, cell, beyond & Vector512.Create(lastCell))) * stride;
            (add ? Vector512.Load(cells + i) + offset : offset).Store(cells + i);
            places += Vector512.Create((float)(Lanes * advance));
        }
        for (; i < count; i++)
        {
            float floor = MathF.Floor(flow[i]), cell = start + (i * advance) + floor;
            bool beyond = cell >= last, inside = cell >= 0 && !beyond;
            slopes[i] = inside ? 1 : 0;
            fractions[i] = inside ? flow[i] - floor : beyond ? 1 : 0; // of the displacement, not of the place: no digits lost far from the origin
            cells[i] = (add ? cells[i] : 0) + ((int)(inside ? cell : beyond ? lastCell : 0) * stride);
        }
    }
}
