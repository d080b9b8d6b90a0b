using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Image;

/// <summary>Between interleaved RGB bytes and planes of numbers in [-1, 1].</summary>
public static class PixelPlanes
{
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

    /// <summary>The inverse, rounded and clamped.</summary>
    public static void ToBytes(ReadOnlySpan<float> planes, Span<byte> rgb)
    {
        int count = rgb.Length / 3;
        for (int c = 0; c < 3; c++)
        {
            var plane = planes.Slice(c * count, count);
            for (int i = 0; i < count; i++) rgb[(3 * i) + c] = (byte)Math.Clamp((plane[i] * 127.5f) + 128, 0, 255); // + 127.5 to shift, + 0.5 to round
        }
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
