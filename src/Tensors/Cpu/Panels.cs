using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>One operand of a product as panels: element (i, k) where i is a row of A or a column of B and k the summed axis.</summary>
internal unsafe interface IPanelSource
{
    /// <summary>panel[(k - k0) * width + (i - start)] = element (i, k) for depth values of k; the columns from count up to width become 0. May write up to 16 floats past the panel.</summary>
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
            if (Vector512.IsHardwareAccelerated)
                for (; i + 16 <= count; i += 16) Vector512.Load(source + i).Store(panel + i);
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
        if (Avx512F.IsSupported)
            for (; k + 16 <= depth; k += 16)
                for (int i = 0; i < width; i += 16) Block16(rows + i, k, Math.Min(16, count - i), panel + ((long)k * width) + i, width);
        for (; k < depth; k++)
        {
            float* target = panel + ((long)k * width);
            int i = 0;
            for (; i < count; i++) target[i] = rows[i][k];
            for (; i < width; i++) target[i] = 0;
        }
    }

    // 16 rows of 16: four rounds of shuffles. Stores 16 floats a line even where width is 12: the next line overwrites the excess.
    static void Block16(float** rows, int k, int count, float* target, int width)
    {
        Vector512<float>* t = stackalloc Vector512<float>[16];
        Vector512<float>* u = stackalloc Vector512<float>[16];
        for (int i = 0; i < 16; i++) t[i] = i < count ? Vector512.Load(rows[i] + k) : Vector512<float>.Zero;
        for (int i = 0; i < 16; i += 2)
        {
            u[i] = Avx512F.UnpackLow(t[i], t[i + 1]);
            u[i + 1] = Avx512F.UnpackHigh(t[i], t[i + 1]);
        }
        for (int i = 0; i < 16; i += 4)
        {
            t[i] = Avx512F.UnpackLow(u[i].AsDouble(), u[i + 2].AsDouble()).AsSingle();
            t[i + 1] = Avx512F.UnpackHigh(u[i].AsDouble(), u[i + 2].AsDouble()).AsSingle();
            t[i + 2] = Avx512F.UnpackLow(u[i + 1].AsDouble(), u[i + 3].AsDouble()).AsSingle();
            t[i + 3] = Avx512F.UnpackHigh(u[i + 1].AsDouble(), u[i + 3].AsDouble()).AsSingle();
        }
        // t[4g + c] holds, in 128-bit lane l, column 4l + c of rows 4g..4g+3.
        for (int c = 0; c < 4; c++)
        {
            var a = Avx512F.Shuffle4x128(t[c], t[4 + c], 0x44); // lanes 0, 1 of groups 0, 1
            var b = Avx512F.Shuffle4x128(t[8 + c], t[12 + c], 0x44);
            var d = Avx512F.Shuffle4x128(t[c], t[4 + c], 0xEE); // lanes 2, 3
            var e = Avx512F.Shuffle4x128(t[8 + c], t[12 + c], 0xEE);
            u[c] = Avx512F.Shuffle4x128(a, b, 0x88);
            u[4 + c] = Avx512F.Shuffle4x128(a, b, 0xDD);
            u[8 + c] = Avx512F.Shuffle4x128(d, e, 0x88);
            u[12 + c] = Avx512F.Shuffle4x128(d, e, 0xDD);
        }
        for (int line = 0; line < 16; line++) u[line].Store(target + ((long)line * width)); // in order: see above
    }
}
