using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

    /// <summary>Planes that <see cref="BilinearRows.Spread"/> takes at once.</summary>
    public const int SpreadPlanes = 4;

    public readonly int* Cells = cells;
    public readonly float* Across = across;
    public readonly float* Down = down;

    public CellSteps Steps => steps;
}

/// <summary>Loops over points between cells. Scalar loops are the definitions; the vector loops take sixteen points at a time.</summary>
internal static unsafe class BilinearRows
{
    const int Lanes = ElementRows.Lanes;

    // the vector loops read a cell and its right neighbour at once
    static long Whole(int right, long count) => right == 1 ? ElementRows.Whole(count) : 0;

    /// <summary>Sixteen cells and their right neighbours, fetched as pairs: half the loads, and faster than the gather instructions of most processors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector512<float> Left, Vector512<float> Right) Fetch(float* x, int* cells) =>
        PairLanes.Split(Eight(x, cells).AsSingle(), Eight(x, cells + 8).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<double> Eight(float* x, int* cells) => Vector512.Create(Four(x, cells), Four(x, cells + 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<double> Four(float* x, int* cells) => Vector256.Create(
        Vector128.Create(*(double*)(x + cells[0]), *(double*)(x + cells[1])), Vector128.Create(*(double*)(x + cells[2]), *(double*)(x + cells[3])));

    /// <summary>The value between two, exactly a at 0 and b at 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Between(Vector512<float> a, Vector512<float> b, Vector512<float> fraction) => (a * (Vector512<float>.One - fraction)) + (b * fraction);

    static float Between(float a, float b, float fraction) => (a * (1 - fraction)) + (b * fraction);

    /// <summary>y[i] = plane x at point i</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Interpolate(float* x, in BilinearPoints points, float* y, int count)
    {
        var (right, down) = points.Steps;
        long i = 0, whole = Whole(right, count);
        for (; i < whole; i += Lanes)
        {
            var (a, b) = Fetch(x, points.Cells + i);
            var (c, d) = Fetch(x + down, points.Cells + i);
            var across = Vector512.Load(points.Across + i);
            Between(Between(a, b, across), Between(c, d, across), Vector512.Load(points.Down + i)).Store(y + i);
        }
        for (; i < count; i++)
        {
            float* cell = x + points.Cells[i];
            float across = points.Across[i];
            y[i] = Between(Between(cell[0], cell[right], across), Between(cell[down], cell[down + right], across), points.Down[i]);
        }
    }

    /// <summary>
    /// The same for points in one line, at one height and in order, no further apart than cells: <paramref name="mixed"/> has room for one
    /// value more than there are points.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InterpolateLine(float* x, in BilinearPoints points, float* mixed, float* y, int count)
    {
        var (right, down) = points.Steps;
        int first = points.Cells[0], cells = points.Cells[count - 1] + right + 1 - first;
        float lower = points.Down[0];
        long k = 0, whole = ElementRows.Whole(cells);
        for (; k < whole; k += Lanes)
        {
            float* cell = x + first + k;
            Between(Vector512.Load(cell), Vector512.Load(cell + down), Vector512.Create(lower)).Store(mixed + k);
        }
        for (; k < cells; k++) mixed[k] = Between(x[first + k], x[first + k + down], lower);

        float* line = mixed - first;
        long i = 0;
        whole = Whole(right, count);
        for (; i < whole; i += Lanes)
        {
            var (a, b) = Fetch(line, points.Cells + i);
            Between(a, b, Vector512.Load(points.Across + i)).Store(y + i);
        }
        for (; i < count; i++)
        {
            float* cell = line + points.Cells[i];
            y[i] = Between(cell[0], cell[right], points.Across[i]);
        }
    }

    /// <summary>Adds dy times the slopes of plane x at each point: across to dacross, down to ddown.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddSlopes(float* x, in BilinearPoints points, float* dy, float* dacross, float* ddown, int count)
    {
        var (right, down) = points.Steps;
        long i = 0, whole = Whole(right, count);
        for (; i < whole; i += Lanes)
        {
            var (a, b) = Fetch(x, points.Cells + i);
            var (c, d) = Fetch(x + down, points.Cells + i);
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

    /// <summary>
    /// Adds dy[i] to the four cells of dx around point i, by their weights: the adjoint of <see cref="Interpolate"/>. For several planes at once:
    /// neighbouring points add to the same cells, and the processor waits for one plane's sum while it adds to another's.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Spread(float* dy, long stepY, in BilinearPoints points, float* dx, long stepX, int planes, int count)
    {
        var (right, down) = points.Steps;
        for (int i = 0; i < count; i++)
        {
            float across = points.Across[i], lower = points.Down[i];
            float d = lower * across, c = lower - d, b = across - d, a = 1 - across - c;
            float* cell = dx + points.Cells[i], above = dy + i;
            for (int plane = 0; plane < planes; plane++, cell += stepX, above += stepY)
            {
                float value = *above;
                cell[0] += value * a;
                cell[right] += value * b;
                cell[down] += value * c;
                cell[down + right] += value * d;
            }
        }
    }

    /// <summary>
    /// Points at columns first.. + across[i] and row + down[i], held inside the plane, whose rows are <paramref name="stride"/> cells apart.
    /// Slopes are 1, or 0 where the point was held or lies on the last cell.
    /// </summary>
    public static void Displace(float* flowAcross, float* flowDown, int row, int first, int height, int width, int stride, in BilinearPoints points, float* slopeAcross, float* slopeDown, int count)
    {
        Hold(flowAcross, first, 1, width, 1, points.Across, points.Cells, false, slopeAcross, count);
        Hold(flowDown, row, 0, height, stride, points.Down, points.Cells, true, slopeDown, count);
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
