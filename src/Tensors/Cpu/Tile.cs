using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>
/// The innermost product: one tile of C from a panel of A ([depth][Rows]) and a panel of B ([depth][Columns]).
/// The tile follows the hardware's width, because an emulated Vector512 spills: 16 of 32 registers hold 8 x 32 sums with
/// AVX-512 (more rows are no faster and divide our shapes worse), 12 of 16 hold 6 x 16 with AVX2, 16 of 32 hold 4 x 16 on ARM64, and plain
/// loops define the result elsewhere.
/// </summary>
internal static unsafe class Tile
{
    /// <summary>Whether vectors of 512 bits are there and quick: some processors that have AVX-512 work better in halves, and the runtime knows which.</summary>
    public static bool IsWide => Avx512F.IsSupported && Vector512.IsHardwareAccelerated;

    /// <summary>Rows of C in a tile.</summary>
    public static int Rows => Vector512.IsHardwareAccelerated ? 8 : Vector256.IsHardwareAccelerated ? 6 : 4;

    /// <summary>Columns of C in a tile.</summary>
    public static int Columns => Vector512.IsHardwareAccelerated ? 32 : 16;

    /// <summary>Columns of C in a tile from the left part of a panel, where that costs less.</summary>
    public static int NarrowColumns => Vector512.IsHardwareAccelerated ? 16 : Columns;

    public const int MaxRows = 8;
    public const int MaxColumns = 32;

    /// <summary>Columns that a tile computes where <paramref name="columns"/> are wanted.</summary>
    public static int Width(int columns) => columns <= NarrowColumns ? NarrowColumns : Columns;

    /// <summary>c[r * stride + j] = sum over depth of a[k * Rows + r] * b[k * Columns + j], plus what c held if accumulate; j below <see cref="Width"/> of columns.</summary>
    public static void Multiply(int depth, float* a, float* b, float* c, nint stride, bool accumulate, int columns = MaxColumns)
    {
        if (Vector512.IsHardwareAccelerated && columns <= 16) Multiply8x16(depth, a, b, c, stride, accumulate);
        else if (Vector512.IsHardwareAccelerated) Multiply8x32(depth, a, b, c, stride, accumulate);
        else if (Vector256.IsHardwareAccelerated) Multiply6x16(depth, a, b, c, stride, accumulate);
        else if (Vector128.IsHardwareAccelerated) Multiply4x16(depth, a, b, c, stride, accumulate);
        else MultiplyPlain(depth, a, b, c, stride, accumulate);
    }

    static void MultiplyPlain(int depth, float* a, float* b, float* c, nint stride, bool accumulate)
    {
        for (int r = 0; r < Rows; r++)
            for (int j = 0; j < Columns; j++)
            {
                float sum = accumulate ? c[(r * stride) + j] : 0;
                for (int k = 0; k < depth; k++) sum += a[(k * Rows) + r] * b[(k * Columns) + j];
                c[(r * stride) + j] = sum;
            }
    }

    static void Multiply8x32(int depth, float* a, float* b, float* c, nint stride, bool accumulate)
    {
        for (float* line = c, end = c + (8 * stride); line != end; line += stride)
        {
            Sse.Prefetch0(line); // else the stores at the end wait for main memory
            Sse.Prefetch0(line + 16);
        }
        Vector512<float> s0a = default, s0b = default;
        Vector512<float> s1a = default, s1b = default;
        Vector512<float> s2a = default, s2b = default;
        Vector512<float> s3a = default, s3b = default;
        Vector512<float> s4a = default, s4b = default;
        Vector512<float> s5a = default, s5b = default;
        Vector512<float> s6a = default, s6b = default;
        Vector512<float> s7a = default, s7b = default;
        for (int k = 0; k < depth; k++, a += 8, b += 32)
        {
            Vector512<float> left = Vector512.Load(b), right = Vector512.Load(b + 16);
            Vector512<float> x;
            x = Vector512.Create(a[0]);
            s0a = Vector512.FusedMultiplyAdd(x, left, s0a);
            s0b = Vector512.FusedMultiplyAdd(x, right, s0b);
            x = Vector512.Create(a[1]);
            s1a = Vector512.FusedMultiplyAdd(x, left, s1a);
            s1b = Vector512.FusedMultiplyAdd(x, right, s1b);
            x = Vector512.Create(a[2]);
            s2a = Vector512.FusedMultiplyAdd(x, left, s2a);
            s2b = Vector512.FusedMultiplyAdd(x, right, s2b);
            x = Vector512.Create(a[3]);
            s3a = Vector512.FusedMultiplyAdd(x, left, s3a);
            s3b = Vector512.FusedMultiplyAdd(x, right, s3b);
            x = Vector512.Create(a[4]);
            s4a = Vector512.FusedMultiplyAdd(x, left, s4a);
            s4b = Vector512.FusedMultiplyAdd(x, right, s4b);
            x = Vector512.Create(a[5]);
            s5a = Vector512.FusedMultiplyAdd(x, left, s5a);
            s5b = Vector512.FusedMultiplyAdd(x, right, s5b);
            x = Vector512.Create(a[6]);
            s6a = Vector512.FusedMultiplyAdd(x, left, s6a);
            s6b = Vector512.FusedMultiplyAdd(x, right, s6b);
            x = Vector512.Create(a[7]);
            s7a = Vector512.FusedMultiplyAdd(x, left, s7a);
            s7b = Vector512.FusedMultiplyAdd(x, right, s7b);
        }
        Store(c, s0a, accumulate);
        Store(c + 16, s0b, accumulate);
        Store(c + (1 * stride), s1a, accumulate);
        Store(c + (1 * stride) + 16, s1b, accumulate);
        Store(c + (2 * stride), s2a, accumulate);
        Store(c + (2 * stride) + 16, s2b, accumulate);
        Store(c + (3 * stride), s3a, accumulate);
        Store(c + (3 * stride) + 16, s3b, accumulate);
        Store(c + (4 * stride), s4a, accumulate);
        Store(c + (4 * stride) + 16, s4b, accumulate);
        Store(c + (5 * stride), s5a, accumulate);
        Store(c + (5 * stride) + 16, s5b, accumulate);
        Store(c + (6 * stride), s6a, accumulate);
        Store(c + (6 * stride) + 16, s6b, accumulate);
        Store(c + (7 * stride), s7a, accumulate);
        Store(c + (7 * stride) + 16, s7b, accumulate);
    }

    static void Multiply8x16(int depth, float* a, float* b, float* c, nint stride, bool accumulate)
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (int k = 0; k < depth; k++, a += 8, b += 32)
        {
            var right = Vector512.Load(b);
            s0 = Vector512.FusedMultiplyAdd(Vector512.Create(a[0]), right, s0);
            s1 = Vector512.FusedMultiplyAdd(Vector512.Create(a[1]), right, s1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.Create(a[2]), right, s2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.Create(a[3]), right, s3);
            s4 = Vector512.FusedMultiplyAdd(Vector512.Create(a[4]), right, s4);
            s5 = Vector512.FusedMultiplyAdd(Vector512.Create(a[5]), right, s5);
            s6 = Vector512.FusedMultiplyAdd(Vector512.Create(a[6]), right, s6);
            s7 = Vector512.FusedMultiplyAdd(Vector512.Create(a[7]), right, s7);
        }
        Store(c, s0, accumulate);
        Store(c + (1 * stride), s1, accumulate);
        Store(c + (2 * stride), s2, accumulate);
        Store(c + (3 * stride), s3, accumulate);
        Store(c + (4 * stride), s4, accumulate);
        Store(c + (5 * stride), s5, accumulate);
        Store(c + (6 * stride), s6, accumulate);
        Store(c + (7 * stride), s7, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(float* c, Vector512<float> sum, bool accumulate) => (accumulate ? sum + Vector512.Load(c) : sum).Store(c);

    static void Multiply6x16(int depth, float* a, float* b, float* c, nint stride, bool accumulate)
    {
        Vector256<float> s0a = default, s0b = default;
        Vector256<float> s1a = default, s1b = default;
        Vector256<float> s2a = default, s2b = default;
        Vector256<float> s3a = default, s3b = default;
        Vector256<float> s4a = default, s4b = default;
        Vector256<float> s5a = default, s5b = default;
        for (int k = 0; k < depth; k++, a += 6, b += 16)
        {
            Vector256<float> left = Vector256.Load(b), right = Vector256.Load(b + 8);
            Vector256<float> x;
            x = Vector256.Create(a[0]);
            s0a = Vector256.FusedMultiplyAdd(x, left, s0a);
            s0b = Vector256.FusedMultiplyAdd(x, right, s0b);
            x = Vector256.Create(a[1]);
            s1a = Vector256.FusedMultiplyAdd(x, left, s1a);
            s1b = Vector256.FusedMultiplyAdd(x, right, s1b);
            x = Vector256.Create(a[2]);
            s2a = Vector256.FusedMultiplyAdd(x, left, s2a);
            s2b = Vector256.FusedMultiplyAdd(x, right, s2b);
            x = Vector256.Create(a[3]);
            s3a = Vector256.FusedMultiplyAdd(x, left, s3a);
            s3b = Vector256.FusedMultiplyAdd(x, right, s3b);
            x = Vector256.Create(a[4]);
            s4a = Vector256.FusedMultiplyAdd(x, left, s4a);
            s4b = Vector256.FusedMultiplyAdd(x, right, s4b);
            x = Vector256.Create(a[5]);
            s5a = Vector256.FusedMultiplyAdd(x, left, s5a);
            s5b = Vector256.FusedMultiplyAdd(x, right, s5b);
        }
        Store(c, s0a, s0b, accumulate);
        Store(c + (1 * stride), s1a, s1b, accumulate);
        Store(c + (2 * stride), s2a, s2b, accumulate);
        Store(c + (3 * stride), s3a, s3b, accumulate);
        Store(c + (4 * stride), s4a, s4b, accumulate);
        Store(c + (5 * stride), s5a, s5b, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(float* c, Vector256<float> left, Vector256<float> right, bool accumulate)
    {
        if (accumulate)
        {
            left += Vector256.Load(c);
            right += Vector256.Load(c + 8);
        }
        left.Store(c);
        right.Store(c + 8);
    }

    static void Multiply4x16(int depth, float* a, float* b, float* c, nint stride, bool accumulate)
    {
        Vector128<float> s0a = default, s0b = default, s0c = default, s0d = default;
        Vector128<float> s1a = default, s1b = default, s1c = default, s1d = default;
        Vector128<float> s2a = default, s2b = default, s2c = default, s2d = default;
        Vector128<float> s3a = default, s3b = default, s3c = default, s3d = default;
        for (int k = 0; k < depth; k++, a += 4, b += 16)
        {
            Vector128<float> b0 = Vector128.Load(b), b1 = Vector128.Load(b + 4), b2 = Vector128.Load(b + 8), b3 = Vector128.Load(b + 12), x;
            x = Vector128.Create(a[0]);
            s0a = Vector128.MultiplyAddEstimate(x, b0, s0a);
            s0b = Vector128.MultiplyAddEstimate(x, b1, s0b);
            s0c = Vector128.MultiplyAddEstimate(x, b2, s0c);
            s0d = Vector128.MultiplyAddEstimate(x, b3, s0d);
            x = Vector128.Create(a[1]);
            s1a = Vector128.MultiplyAddEstimate(x, b0, s1a);
            s1b = Vector128.MultiplyAddEstimate(x, b1, s1b);
            s1c = Vector128.MultiplyAddEstimate(x, b2, s1c);
            s1d = Vector128.MultiplyAddEstimate(x, b3, s1d);
            x = Vector128.Create(a[2]);
            s2a = Vector128.MultiplyAddEstimate(x, b0, s2a);
            s2b = Vector128.MultiplyAddEstimate(x, b1, s2b);
            s2c = Vector128.MultiplyAddEstimate(x, b2, s2c);
            s2d = Vector128.MultiplyAddEstimate(x, b3, s2d);
            x = Vector128.Create(a[3]);
            s3a = Vector128.MultiplyAddEstimate(x, b0, s3a);
            s3b = Vector128.MultiplyAddEstimate(x, b1, s3b);
            s3c = Vector128.MultiplyAddEstimate(x, b2, s3c);
            s3d = Vector128.MultiplyAddEstimate(x, b3, s3d);
        }
        Store(c, s0a, s0b, s0c, s0d, accumulate);
        Store(c + (1 * stride), s1a, s1b, s1c, s1d, accumulate);
        Store(c + (2 * stride), s2a, s2b, s2c, s2d, accumulate);
        Store(c + (3 * stride), s3a, s3b, s3c, s3d, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(float* c, Vector128<float> first, Vector128<float> second, Vector128<float> third, Vector128<float> fourth, bool accumulate)
    {
        if (accumulate)
        {
            first += Vector128.Load(c);
            second += Vector128.Load(c + 4);
            third += Vector128.Load(c + 8);
            fourth += Vector128.Load(c + 12);
        }
        first.Store(c);
        second.Store(c + 4);
        third.Store(c + 8);
        fourth.Store(c + 12);
    }
}
