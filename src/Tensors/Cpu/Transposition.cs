using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>Two axes of a permutation: down runs over contiguous x where it can, across over contiguous y.</summary>
internal readonly record struct TransposedAxes(long Down, long DownX, long DownY, long Across, long AcrossX);

/// <summary>y[q * downY + p] = x[q * downX + p * acrossX], for elements of 4, 8 or 16 bytes.</summary>
internal static unsafe class Transposition
{
    const int Tile = 16; // floats of a cache line

    public static void Run<T>(T* x, T* y, in TransposedAxes axes) where T : unmanaged
    {
        if (typeof(T) == typeof(float) && axes.DownX == 1)
        {
            float* from = (float*)x, to = (float*)y;
            long stepX = axes.AcrossX, stepY = axes.DownY;
            if (axes.Across == 2 && stepY == 2) Interleave(from, from + stepX, to, axes.Down);
            else if (axes.Down == 2 && stepX == 2) Separate(from, to, to + stepY, axes.Across);
            else if (axes.Across == 4 && stepY == 4) Interleave(from, from + stepX, from + (2 * stepX), from + (3 * stepX), to, axes.Down);
            else if (axes.Down == 4 && stepX == 4) Separate(from, to, to + stepY, to + (2 * stepY), to + (3 * stepY), axes.Across);
            else Floats(from, to, axes);
        }
        else Elements(x, y, axes, 0, 0, axes.Down, axes.Across);
    }

    /// <summary>The definition: rows q from..to, columns p from..to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Elements<T>(T* x, T* y, in TransposedAxes axes, long fromQ, long fromP, long toQ, long toP) where T : unmanaged
    {
        long downX = axes.DownX, downY = axes.DownY, acrossX = axes.AcrossX;
        for (long start = fromP; start < toP; start += Tile)
        {
            long end = Math.Min(toP, start + Tile);
            for (long q = fromQ; q < toQ; q++)
            {
                T* from = x + (q * downX), to = y + (q * downY);
                for (long p = start; p < end; p++) to[p] = from[p * acrossX];
            }
        }
    }

    /// <summary>Whole tiles in registers, by cache lines on both sides; the edges one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Floats(float* x, float* y, in TransposedAxes axes)
    {
        long wholeQ = Avx.IsSupported ? axes.Down / 8 * 8 : 0, wholeP = Avx.IsSupported ? axes.Across / 8 * 8 : 0;
        for (long startP = 0; startP < wholeP; startP += Tile)
        {
            long endP = Math.Min(wholeP, startP + Tile);
            for (long startQ = 0; startQ < wholeQ; startQ += Tile)
            {
                long endQ = Math.Min(wholeQ, startQ + Tile);
                for (long p = startP; p < endP; p += 8)
                    for (long q = startQ; q < endQ; q += 8) EightByEight(x + q + (p * axes.AcrossX), axes.AcrossX, y + (q * axes.DownY) + p, axes.DownY);
            }
        }
        Elements(x, y, axes, 0, wholeP, wholeQ, axes.Across);
        Elements(x, y, axes, wholeQ, 0, axes.Down, axes.Across);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void EightByEight(float* x, long stepX, float* y, long stepY)
    {
        // rows r and r + 4 side by side, so that all later moves stay inside 128-bit halves
        Vector256<float> a = Rows(x, stepX, 0), b = Rows(x, stepX, 1), c = Rows(x, stepX, 2), d = Rows(x, stepX, 3);
        FourColumns(a, b, c, d, y, stepY);
        FourColumns(Rows(x + 4, stepX, 0), Rows(x + 4, stepX, 1), Rows(x + 4, stepX, 2), Rows(x + 4, stepX, 3), y + (4 * stepY), stepY);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> Rows(float* x, long step, int row) => Vector256.Create(Vector128.Load(x + (row * step)), Vector128.Load(x + ((row + 4) * step)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void FourColumns(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d, float* y, long step)
    {
        Vector256<float> ab = Avx.UnpackLow(a, b), cd = Avx.UnpackLow(c, d), abHigh = Avx.UnpackHigh(a, b), cdHigh = Avx.UnpackHigh(c, d);
        Avx.Shuffle(ab, cd, 0b01_00_01_00).Store(y);
        Avx.Shuffle(ab, cd, 0b11_10_11_10).Store(y + step);
        Avx.Shuffle(abHigh, cdHigh, 0b01_00_01_00).Store(y + (2 * step));
        Avx.Shuffle(abHigh, cdHigh, 0b11_10_11_10).Store(y + (3 * step));
    }

    /// <summary>y = even[0], odd[0], even[1], odd[1]...</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Interleave(float* even, float* odd, float* y, long count)
    {
        long i = 0, whole = ElementRows.Whole(count);
        for (; i < whole; i += ElementRows.Lanes)
        {
            var (low, high) = PairLanes.Join(Vector512.Load(even + i), Vector512.Load(odd + i));
            low.Store(y + (2 * i));
            high.Store(y + (2 * i) + ElementRows.Lanes);
        }
        for (; i < count; i++) (y[2 * i], y[(2 * i) + 1]) = (even[i], odd[i]);
    }

    /// <summary>even[0], odd[0], even[1], odd[1]... = x</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Separate(float* x, float* even, float* odd, long count)
    {
        long i = 0, whole = ElementRows.Whole(count);
        for (; i < whole; i += ElementRows.Lanes)
        {
            var (evens, odds) = PairLanes.Split(Vector512.Load(x + (2 * i)), Vector512.Load(x + (2 * i) + ElementRows.Lanes));
            evens.Store(even + i);
            odds.Store(odd + i);
        }
        for (; i < count; i++) (even[i], odd[i]) = (x[2 * i], x[(2 * i) + 1]);
    }

    /// <summary>y = a[0], b[0], c[0], d[0], a[1]...</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Interleave(float* a, float* b, float* c, float* d, float* y, long count)
    {
        const int lanes = ElementRows.Lanes;
        long i = 0, whole = ElementRows.Whole(count);
        for (; i < whole; i += lanes)
        {
            var (evenLow, evenHigh) = PairLanes.Join(Vector512.Load(a + i), Vector512.Load(c + i));
            var (oddLow, oddHigh) = PairLanes.Join(Vector512.Load(b + i), Vector512.Load(d + i));
            (evenLow, oddLow) = PairLanes.Join(evenLow, oddLow);
            (evenHigh, oddHigh) = PairLanes.Join(evenHigh, oddHigh);
            float* to = y + (4 * i);
            evenLow.Store(to);
            oddLow.Store(to + lanes);
            evenHigh.Store(to + (2 * lanes));
            oddHigh.Store(to + (3 * lanes));
        }
        for (; i < count; i++) (y[4 * i], y[(4 * i) + 1], y[(4 * i) + 2], y[(4 * i) + 3]) = (a[i], b[i], c[i], d[i]);
    }

    /// <summary>a[i], b[i], c[i], d[i] = x[4 i], x[4 i + 1] and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Separate(float* x, float* a, float* b, float* c, float* d, long count)
    {
        const int lanes = ElementRows.Lanes;
        long i = 0, whole = ElementRows.Whole(count);
        for (; i < whole; i += lanes)
        {
            float* from = x + (4 * i);
            var (evenLow, oddLow) = PairLanes.Split(Vector512.Load(from), Vector512.Load(from + lanes));
            var (evenHigh, oddHigh) = PairLanes.Split(Vector512.Load(from + (2 * lanes)), Vector512.Load(from + (3 * lanes)));
            (evenLow, evenHigh) = PairLanes.Split(evenLow, evenHigh);
            (oddLow, oddHigh) = PairLanes.Split(oddLow, oddHigh);
            evenLow.Store(a + i);
            oddLow.Store(b + i);
            evenHigh.Store(c + i);
            oddHigh.Store(d + i);
        }
        for (; i < count; i++) (a[i], b[i], c[i], d[i]) = (x[4 * i], x[(4 * i) + 1], x[(4 * i) + 2], x[(4 * i) + 3]);
    }
}
