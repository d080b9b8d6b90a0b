namespace TalkingMachines.Media.Codecs;

/// <summary>
/// Y, U, V of BT.601 in studio range back to 8-bit RGB; each colour sample covers its 2x2 pixels. For tests and tools, in
/// integers: R = 1.164383 (Y - 16) + 1.596027 (V - 128), G = ... - 0.391762 (U - 128) - 0.812968 (V - 128),
/// B = ... + 2.017232 (U - 128).
/// </summary>
static class I420ToRgb
{
    const int Shift = 16, Half = 1 << (Shift - 1);
    const int Luma = 76309, RedV = 104597, GreenU = -25675, GreenV = -53279, BlueU = 132201;

    /// <summary>Shapes [width], [(width + 1) / 2] twice, [width, 3].</summary>
    public static void Row(ReadOnlySpan<byte> y, ReadOnlySpan<byte> u, ReadOnlySpan<byte> v, Span<byte> rgb)
    {
        for (int i = 0; i < y.Length; i++)
        {
            int luma = Luma * (y[i] - 16) + Half, blue = u[i / 2] - 128, red = v[i / 2] - 128;
            rgb[3 * i] = Clipped(luma + RedV * red);
            rgb[3 * i + 1] = Clipped(luma + GreenU * blue + GreenV * red);
            rgb[3 * i + 2] = Clipped(luma + BlueU * blue);
        }
    }

    static byte Clipped(int fixedPoint) => (byte)Math.Clamp(fixedPoint >> Shift, 0, 255);
}
