using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>One operand of a product as panels: element (i, k) where i is a row of A or a column of B and k the summed axis.</summary>
internal unsafe interface IPanelSource
{
    /// <summary>panel[(k - k0) * width + (i - start)] = element (i, k) for depth values of k; the columns from count up to width become 0.</summary>
    void Pack(int start, int count, int width, int k0, int depth, float* panel);
}

/// <summary>Element (i, k) = data[i * stride + k], or, where k runs over several images of perImage elements, data[k / perImage * imageStride + i * stride + k % perImage].</summary>
internal readonly unsafe struct RowPanels(float* data, long stride, int perImage = int.MaxValue, long imageStride = 0) : IPanelSource
{
    public void Pack(int start, int count, int width, int k0, int depth, float* panel)
    {
        float** rows = stackalloc float*[Tile.MaxColumns];
        while (depth > 0)
        {
            int image = k0 / perImage, within = k0 % perImage, run = Math.Min(depth, perImage - within);
            for (int i = 0; i < count; i++) rows[i] = data + (image * imageStride) + ((start + i) * stride) + within;
            Transposed.Pack(rows, count, width, run, panel);
            panel += (long)run * width;
            k0 += run;
            depth -= run;
        }
    }
}

/// <summary>Element (i, k) = data[k * stride + i].</summary>
internal readonly unsafe struct ColumnPanels(float* data, long stride) : IPanelSource
{
    public void Pack(int start, int count, int width, int k0, int depth, float* panel)
    {
        float* source = data + (k0 * stride) + start;
        for (int k = 0; k < depth; k++, source += stride, panel += width)
        {
            int i = 0;
            if (Vector256.IsHardwareAccelerated)
                for (; i + 8 <= count; i += 8) Vector256.Load(source + i).Store(panel + i);
            for (; i < count; i++) panel[i] = source[i];
            for (; i < width; i++) panel[i] = 0;
        }
    }
}

/// <summary>Turns rows that are contiguous in k into panels that are contiguous in i.</summary>
internal static unsafe class Transposed
{
    /// <summary>panel[k * width + i] = rows[i][k]; i from count to width become 0.</summary>
    public static void Pack(float** rows, int count, int width, int depth, float* panel)
    {
        int k = 0;
        if (Tile.IsWide)
            for (; k + 16 <= depth; k += 16)
            {
                if (width == 8) Block8(rows, k, count, panel + ((long)k * width));
                else
                    for (int i = 0; i < width; i += 16) Block16(rows + i, k, Math.Min(16, count - i), panel + ((long)k * width) + i, width);
            }
        for (; k < depth; k++)
        {
            float* target = panel + ((long)k * width);
            int i = 0;
            for (; i < count; i++) target[i] = rows[i][k];
            for (; i < width; i++) target[i] = 0;
        }
    }

    // 8 rows of 16: two lines of the panel are one vector.
    static void Block8(float** rows, int k, int count, float* target)
    {
        var t0 = count > 0 ? Vector512.Load(rows[0] + k) : default;
        var t1 = count > 1 ? Vector512.Load(rows[1] + k) : default;
        var t2 = count > 2 ? Vector512.Load(rows[2] + k) : default;
        var t3 = count > 3 ? Vector512.Load(rows[3] + k) : default;
        var t4 = count > 4 ? Vector512.Load(rows[4] + k) : default;
        var t5 = count > 5 ? Vector512.Load(rows[5] + k) : default;
        var t6 = count > 6 ? Vector512.Load(rows[6] + k) : default;
        var t7 = count > 7 ? Vector512.Load(rows[7] + k) : default;
        (t0, t1, t2, t3) = Columns(t0, t1, t2, t3);
        (t4, t5, t6, t7) = Columns(t4, t5, t6, t7);
        (t0, t4, t1, t5) = Quarters(t0, t4, t1, t5);
        (t2, t6, t3, t7) = Quarters(t2, t6, t3, t7);
        t0.Store(target);
        t2.Store(target + 16);
        t4.Store(target + 32);
        t6.Store(target + 48);
        t1.Store(target + 64);
        t3.Store(target + 80);
        t5.Store(target + 96);
        t7.Store(target + 112);
    }

    // 16 rows of 16: four rounds of shuffles, all in registers.
    static void Block16(float** rows, int k, int count, float* target, nint width)
    {
        var t0 = count > 0 ? Vector512.Load(rows[0] + k) : default;
        var t1 = count > 1 ? Vector512.Load(rows[1] + k) : default;
        var t2 = count > 2 ? Vector512.Load(rows[2] + k) : default;
        var t3 = count > 3 ? Vector512.Load(rows[3] + k) : default;
        var t4 = count > 4 ? Vector512.Load(rows[4] + k) : default;
        var t5 = count > 5 ? Vector512.Load(rows[5] + k) : default;
        var t6 = count > 6 ? Vector512.Load(rows[6] + k) : default;
        var t7 = count > 7 ? Vector512.Load(rows[7] + k) : default;
        var t8 = count > 8 ? Vector512.Load(rows[8] + k) : default;
        var t9 = count > 9 ? Vector512.Load(rows[9] + k) : default;
        var t10 = count > 10 ? Vector512.Load(rows[10] + k) : default;
        var t11 = count > 11 ? Vector512.Load(rows[11] + k) : default;
        var t12 = count > 12 ? Vector512.Load(rows[12] + k) : default;
        var t13 = count > 13 ? Vector512.Load(rows[13] + k) : default;
        var t14 = count > 14 ? Vector512.Load(rows[14] + k) : default;
        var t15 = count > 15 ? Vector512.Load(rows[15] + k) : default;
        (t0, t1, t2, t3) = Columns(t0, t1, t2, t3);
        (t4, t5, t6, t7) = Columns(t4, t5, t6, t7);
        (t8, t9, t10, t11) = Columns(t8, t9, t10, t11);
        (t12, t13, t14, t15) = Columns(t12, t13, t14, t15);
        (t0, t4, t8, t12) = Quarters(t0, t4, t8, t12);
        (t1, t5, t9, t13) = Quarters(t1, t5, t9, t13);
        (t2, t6, t10, t14) = Quarters(t2, t6, t10, t14);
        (t3, t7, t11, t15) = Quarters(t3, t7, t11, t15);
        t0.Store(target);
        t1.Store(target + (1 * width));
        t2.Store(target + (2 * width));
        t3.Store(target + (3 * width));
        t4.Store(target + (4 * width));
        t5.Store(target + (5 * width));
        t6.Store(target + (6 * width));
        t7.Store(target + (7 * width));
        t8.Store(target + (8 * width));
        t9.Store(target + (9 * width));
        t10.Store(target + (10 * width));
        t11.Store(target + (11 * width));
        t12.Store(target + (12 * width));
        t13.Store(target + (13 * width));
        t14.Store(target + (14 * width));
        t15.Store(target + (15 * width));
    }

    /// <summary>Of four rows: result c holds, in its quarter q, column 4q + c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector512<float>, Vector512<float>, Vector512<float>, Vector512<float>) Columns(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        Vector512<double> low = Avx512F.UnpackLow(a, b).AsDouble(), high = Avx512F.UnpackHigh(a, b).AsDouble();
        Vector512<double> lowCD = Avx512F.UnpackLow(c, d).AsDouble(), highCD = Avx512F.UnpackHigh(c, d).AsDouble();
        return (Avx512F.UnpackLow(low, lowCD).AsSingle(), Avx512F.UnpackHigh(low, lowCD).AsSingle(),
            Avx512F.UnpackLow(high, highCD).AsSingle(), Avx512F.UnpackHigh(high, highCD).AsSingle());
    }

    /// <summary>Result q holds quarter q of each: four rows of quarters transposed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector512<float>, Vector512<float>, Vector512<float>, Vector512<float>) Quarters(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        var lowAB = Avx512F.Shuffle4x128(a, b, 0x44); // quarters 0, 1 of each
        var lowCD = Avx512F.Shuffle4x128(c, d, 0x44);
        var highAB = Avx512F.Shuffle4x128(a, b, 0xEE); // quarters 2, 3
        var highCD = Avx512F.Shuffle4x128(c, d, 0xEE);
        return (Avx512F.Shuffle4x128(lowAB, lowCD, 0x88), Avx512F.Shuffle4x128(lowAB, lowCD, 0xDD),
            Avx512F.Shuffle4x128(highAB, highCD, 0x88), Avx512F.Shuffle4x128(highAB, highCD, 0xDD));
    }
}
