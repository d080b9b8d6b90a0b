using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Image;

/// <summary>Between interleaved RGB bytes and planes of numbers in [-1, 1].</summary>
public static class PixelPlanes
{
    const float Half = 127.5f, Middle = 128; // + 127.5 to shift, + 0.5 to round
    const int Lanes = 16;

    static readonly Vector128<byte>[] Places = MakePlaces();

    /// <summary>rgb of n pixels -> planes[c * n + i] = byte / 127.5 - 1</summary>
    public static void FromBytes(ReadOnlySpan<byte> rgb, Span<float> planes)
    {
        int count = rgb.Length / 3;
        for (int c = 0; c < 3; c++)
        {
            var plane = planes.Slice(c * count, count);
            for (int i = 0; i < count; i++) plane[i] = (rgb[(3 * i) + c] / 127.5f) - 1;
        }
    }

    /// <summary>The inverse, rounded and clamped; what is no number becomes 0.</summary>
    public static void ToBytes(ReadOnlySpan<float> planes, Span<byte> rgb)
    {
        int count = rgb.Length / 3, i = 0;
        ReadOnlySpan<float> red = planes[..count], green = planes.Slice(count, count), blue = planes.Slice(2 * count, count);
        if (Vector128.IsHardwareAccelerated)
            for (; i + Lanes <= count; i += Lanes) Interleave(Bytes(red[i..]), Bytes(green[i..]), Bytes(blue[i..]), rgb[(3 * i)..]);
        for (; i < count; i++) (rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2]) = (Byte(red[i]), Byte(green[i]), Byte(blue[i]));
    }

    static byte Byte(float value) => (byte)Math.Clamp((value * Half) + Middle, 0, 255);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> Bytes(ReadOnlySpan<float> plane) => Vector128.Narrow(
        Vector128.Narrow(Integers(plane), Integers(plane[4..])),
        Vector128.Narrow(Integers(plane[8..]), Integers(plane[12..])));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<uint> Integers(ReadOnlySpan<float> plane) => Vector128.ConvertToInt32(Vector128.ClampNative(
        (Vector128.Create(plane) * Half) + Vector128.Create(Middle), Vector128<float>.Zero, Vector128.Create(255f))).AsUInt32();

    // Byte j of 48 is of pixel j / 3 and colour j % 3.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Interleave(Vector128<byte> red, Vector128<byte> green, Vector128<byte> blue, Span<byte> rgb)
    {
        for (int third = 0; third < 3; third++)
            (Vector128.Shuffle(red, Places[3 * third]) | Vector128.Shuffle(green, Places[(3 * third) + 1]) | Vector128.Shuffle(blue, Places[(3 * third) + 2]))
                .CopyTo(rgb[(Lanes * third)..]);
    }

    // For each third of the bytes and each colour: the pixel that a byte is of, or none.
    static Vector128<byte>[] MakePlaces()
    {
        var places = new Vector128<byte>[9];
        Span<byte> pixels = stackalloc byte[Lanes];
        for (int k = 0; k < places.Length; k++)
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                int at = (Lanes * (k / 3)) + lane;
                pixels[lane] = (byte)(at % 3 == k % 3 ? at / 3 : byte.MaxValue);
            }
            places[k] = Vector128.Create<byte>(pixels);
        }
        return places;
    }

    /// <summary>One picture as [1,3,height,width], in the current scope.</summary>
    public static Tensor ToTensor(Device device, ReadOnlySpan<byte> rgb, int width, int height)
    {
        float[] planes = new float[rgb.Length];
        FromBytes(rgb, planes);
        return Tensor.From(device, [1, 3, height, width], planes);
    }

    /// <summary>Picture <paramref name="index"/> of frames [N,3,H,W].</summary>
    public static byte[] ToBytes(Tensor frames, int index)
    {
        int values = frames.Shape.Product(1, 4);
        byte[] rgb = new byte[values];
        ToBytes(frames.Floats.Slice(index * values, values), rgb);
        return rgb;
    }
}
