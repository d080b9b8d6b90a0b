using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>
/// The innermost product: one tile of C from a panel of A ([depth][Rows]) and a panel of B ([depth][Columns]).
/// The tile follows the hardware's width, because an emulated Vector512 spills: 24 of 32 registers hold 12 x 32
/// sums with AVX-512, 12 of 16 hold 6 x 16 with AVX2, and plain loops define the result elsewhere.
/// </summary>
internal static unsafe class Tile
{
    /// <summary>Rows of C in a tile.</summary>
    public static int Rows => Vector512.IsHardwareAccelerated ? 12 : Vector256.IsHardwareAccelerated ? 6 : 4;

    /// <summary>Columns of C in a tile.</summary>
    public static int Columns => Vector512.IsHardwareAccelerated ? 32 : Vector256.IsHardwareAccelerated ? 16 : 8;

    public const int MaxRows = 12;
    public const int MaxColumns = 32;

    /// <summary>c[r * stride + j] = sum over depth of a[k * Rows + r] * b[k * Columns + j], plus what c held if accumulate.</summary>
    public static void Multiply(int depth, float* a, float* b, float* c, nint stride, bool accumulate)
    {
        if (Vector512.IsHardwareAccelerated) Multiply12x32(depth, a, b, c, stride, accumulate);
        else if (Vector256.IsHardwareAccelerated) Multiply6x16(depth, a, b, c, stride, accumulate);
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

    static void Multiply12x32(int depth, float* a, float* b, float* c, nint stride, bool accumulate)
    {
        for (float* line = c, end = c + (12 * stride); line != end; line += stride)
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
        Vector512<float> s8a = default, s8b = default;
        Vector512<float> s9a = default, s9b = default;
        Vector512<float> s10a = default, s10b = default;
        Vector512<float> s11a = default, s11b = default;
        for (int k = 0; k < depth; k++, a += 12, b += 32)
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
            x = Vector512.Create(a[8]);
            s8a = Vector512.FusedMultiplyAdd(x, left, s8a);
            s8b = Vector512.FusedMultiplyAdd(x, right, s8b);
            x = Vector512.Create(a[9]);
            s9a = Vector512.FusedMultiplyAdd(x, left, s9a);
            s9b = Vector512.FusedMultiplyAdd(x, right, s9b);
            x = Vector512.Create(a[10]);
            s10a = Vector512.FusedMultiplyAdd(x, left, s10a);
            s10b = Vector512.FusedMultiplyAdd(x, right, s10b);
            x = Vector512.Create(a[11]);
            s11a = Vector512.FusedMultiplyAdd(x, left, s11a);
            s11b = Vector512.FusedMultiplyAdd(x, right, s11b);
        }
        Store(c, s0a, s0b, accumulate);
        Store(c + (1 * stride), s1a, s1b, accumulate);
        Store(c + (2 * stride), s2a, s2b, accumulate);
        Store(c + (3 * stride), s3a, s3b, accumulate);
        Store(c + (4 * stride), s4a, s4b, accumulate);
        Store(c + (5 * stride), s5a, s5b, accumulate);
        Store(c + (6 * stride), s6a, s6b, accumulate);
        Store(c + (7 * stride), s7a, s7b, accumulate);
        Store(c + (8 * stride), s8a, s8b, accumulate);
        Store(c + (9 * stride), s9a, s9b, accumulate);
        Store(c + (10 * stride), s10a, s10b, accumulate);
        Store(c + (11 * stride), s11a, s11b, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(float* c, Vector512<float> left, Vector512<float> right, bool accumulate)
    {
        if (accumulate)
        {
            left += Vector512.Load(c);
            right += Vector512.Load(c + 16);
        }
        left.Store(c);
        right.Store(c + 16);
    }

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
}
