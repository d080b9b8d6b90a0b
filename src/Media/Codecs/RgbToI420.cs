using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TalkingMachines.Media.Codecs;

/// <summary>
/// 8-bit RGB to Y, U, V of ITU-R BT.601-7 in studio range:
/// Y = 16 + (65.481 R + 128.553 G + 24.966 B) / 255,
/// U = 128 + (-37.797 R - 74.203 G + 112 B) / 255, V = 128 + (112 R - 93.786 G - 18.214 B) / 255.
/// The loops over single pixels define the integer arithmetic; the wide loops give the same bytes.
/// </summary>
static class RgbToI420
{
    // 256ths, which 16 bits hold: at most 0.77 from the formula, rounding included. Black is 16 and white 235.
    const ushort LumaR = 66, LumaG = 129, LumaB = 25;
    // 2^16ths, taken over the sum of four pixels. Each row sums to zero: grey is 128.
    const int ChromaShift = 18;
    const int BlueR = -9714, BlueG = -19070, BlueB = 28784;
    const int RedR = 28784, RedG = -24103, RedB = -4681;
    const int ChromaOffset = (128 << ChromaShift) + (1 << (ChromaShift - 1));

    const int Pixels = 16;                      // of one step, three vectors of bytes

    /// <summary>y = luma of each pixel. Shapes [width, 3], [width].</summary>
    public static void LumaRow(ReadOnlySpan<byte> rgb, Span<byte> y)
    {
        int i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            for (; i <= y.Length - Pixels; i += Pixels)
            {
                var (r, g, b) = Separate(rgb[(3 * i)..]);
                var low = Luma(Vector128.WidenLower(r), Vector128.WidenLower(g), Vector128.WidenLower(b));
                var high = Luma(Vector128.WidenUpper(r), Vector128.WidenUpper(g), Vector128.WidenUpper(b));
                Vector128.Narrow(low, high).CopyTo(y[i..]);
            }
        }
        for (; i < y.Length; i++)
            y[i] = (byte)(((LumaR * rgb[3 * i] + LumaG * rgb[3 * i + 1] + LumaB * rgb[3 * i + 2] + 128) >> 8) + 16);
    }

    /// <summary>
    /// u, v = colour of each block of 2x2 pixels. Shapes [width, 3] twice, [(width + 1) / 2] twice; where the width is odd,
    /// the last column counts twice.
    /// </summary>
    public static void ChromaRow(ReadOnlySpan<byte> upper, ReadOnlySpan<byte> lower, Span<byte> u, Span<byte> v)
    {
        int i = 0, width = upper.Length / 3;
        if (Vector128.IsHardwareAccelerated)
        {
            for (; 2 * i <= width - Pixels; i += Pixels / 2)
            {
                var (r, g, b) = SumBlocks(upper[(6 * i)..], lower[(6 * i)..]);
                Chroma(r, g, b, BlueR, BlueG, BlueB).CopyTo(u[i..]);
                Chroma(r, g, b, RedR, RedG, RedB).CopyTo(v[i..]);
            }
        }
        for (; i < u.Length; i++)
        {
            int left = 6 * i, right = 3 * Math.Min(2 * i + 1, width - 1);
            int r = upper[left] + upper[right] + lower[left] + lower[right];
            int g = upper[left + 1] + upper[right + 1] + lower[left + 1] + lower[right + 1];
            int b = upper[left + 2] + upper[right + 2] + lower[left + 2] + lower[right + 2];
            u[i] = (byte)((BlueR * r + BlueG * g + BlueB * b + ChromaOffset) >> ChromaShift);
            v[i] = (byte)((RedR * r + RedG * g + RedB * b + ChromaOffset) >> ChromaShift);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<ushort> Luma(Vector128<ushort> r, Vector128<ushort> g, Vector128<ushort> b) =>
        ((r * LumaR + g * LumaG + b * LumaB + Vector128.Create((ushort)128)) >>> 8) + Vector128.Create((ushort)16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector64<byte> Chroma(Vector128<ushort> r, Vector128<ushort> g, Vector128<ushort> b, int ofR, int ofG, int ofB)
    {
        var low = Vector128.WidenLower(r).AsInt32() * ofR + Vector128.WidenLower(g).AsInt32() * ofG + Vector128.WidenLower(b).AsInt32() * ofB;
        var high = Vector128.WidenUpper(r).AsInt32() * ofR + Vector128.WidenUpper(g).AsInt32() * ofG + Vector128.WidenUpper(b).AsInt32() * ofB;
        var offset = Vector128.Create(ChromaOffset);
        var words = Vector128.Narrow((low + offset) >> ChromaShift, (high + offset) >> ChromaShift).AsUInt16();
        return Vector128.Narrow(words, words).GetLower();
    }

    /// <summary>The channels' sums over eight blocks of 2x2 pixels, at most 1020.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector128<ushort> R, Vector128<ushort> G, Vector128<ushort> B) SumBlocks(ReadOnlySpan<byte> upper, ReadOnlySpan<byte> lower)
    {
        var (r, g, b) = Separate(upper);
        var (s, h, c) = Separate(lower);
        return (SumPairs(r) + SumPairs(s), SumPairs(g) + SumPairs(h), SumPairs(b) + SumPairs(c));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<ushort> SumPairs(Vector128<byte> x) => (x.AsUInt16() & Vector128.Create((ushort)0xFF)) + (x.AsUInt16() >>> 8);

    /// <summary>The channels of sixteen pixels. Every output takes its bytes from three inputs; index 255 gives zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector128<byte> R, Vector128<byte> G, Vector128<byte> B) Separate(ReadOnlySpan<byte> rgb)
    {
        const byte O = 255;
        Vector128<byte> first = Vector128.Create(rgb), second = Vector128.Create(rgb[16..]), third = Vector128.Create(rgb[32..]);
        var r = Vector128.Shuffle(first, Vector128.Create(0, 3, 6, 9, 12, 15, O, O, O, O, O, O, O, O, O, O))
            | Vector128.Shuffle(second, Vector128.Create(O, O, O, O, O, O, 2, 5, 8, 11, 14, O, O, O, O, O))
            | Vector128.Shuffle(third, Vector128.Create(O, O, O, O, O, O, O, O, O, O, O, 1, 4, 7, 10, 13));
        var g = Vector128.Shuffle(first, Vector128.Create(1, 4, 7, 10, 13, O, O, O, O, O, O, O, O, O, O, O))
            | Vector128.Shuffle(second, Vector128.Create(O, O, O, O, O, 0, 3, 6, 9, 12, 15, O, O, O, O, O))
            | Vector128.Shuffle(third, Vector128.Create(O, O, O, O, O, O, O, O, O, O, O, 2, 5, 8, 11, 14));
        var b = Vector128.Shuffle(first, Vector128.Create(2, 5, 8, 11, 14, O, O, O, O, O, O, O, O, O, O, O))
            | Vector128.Shuffle(second, Vector128.Create(O, O, O, O, O, 1, 4, 7, 10, 13, O, O, O, O, O, O))
            | Vector128.Shuffle(third, Vector128.Create(O, O, O, O, O, O, O, O, O, O, 0, 3, 6, 9, 12, 15));
        return (r, g, b);
    }
}
