using FsCheck;
using FsCheck.Fluent;
using TalkingMachines.Models.Image;
using Xunit;

namespace TalkingMachines.Tests.Models;

public sealed class PixelPlanesTests
{
    [Fact]
    public void Any_numbers_become_the_nearest_bytes() => Prop.ForAll(ArbMap.Default.ArbFor<float[]>(), values =>
    {
        int count = values.Length / 3;
        byte[] rgb = new byte[3 * count];
        PixelPlanes.ToBytes(values.AsSpan(0, 3 * count), rgb);
        return Enumerable.Range(0, rgb.Length).All(i => rgb[i] == Nearest(values[(i % 3 * count) + (i / 3)]));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithEndSize(300));

    static int Nearest(float value) => float.IsNaN(value) ? 0 : (int)Math.Clamp(MathF.Floor((value * 127.5f) + 128), 0, 255);

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(85)]
    public void Bytes_come_back_from_their_planes(int pixels)
    {
        byte[] rgb = [.. Enumerable.Range(0, 3 * pixels).Select(i => (byte)(i * 7))], back = new byte[rgb.Length];
        float[] planes = new float[rgb.Length];
        PixelPlanes.FromBytes(rgb, planes);
        PixelPlanes.ToBytes(planes, back);
        Assert.Equal(rgb, back);
        Assert.Equal((rgb[0] / 127.5f) - 1, planes[0]);
        Assert.Equal((rgb[1] / 127.5f) - 1, planes[pixels]);
    }

    [Fact]
    public void What_is_beyond_white_or_no_number_is_held()
    {
        float[] odd = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 2, -2, 1, -1, 0];
        float[] planes = [.. Enumerable.Repeat(odd, 6).SelectMany(each => each)]; // 16 pixels: vectors
        byte[] rgb = new byte[planes.Length];
        PixelPlanes.ToBytes(planes, rgb);
        byte[] expected = [0, 255, 0, 255, 0, 255, 0, 128];
        Assert.Equal(Enumerable.Range(0, 16).Select(i => expected[i % 8]), Enumerable.Range(0, 16).Select(i => rgb[3 * i]));
    }
}
