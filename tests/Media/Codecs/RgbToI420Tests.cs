using TalkingMachines.Media;
using TalkingMachines.Media.Codecs;
using Xunit;

namespace TalkingMachines.Tests.Media.Codecs;

public sealed class RgbToI420Tests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(15, 3)]
    [InlineData(16, 4)]
    [InlineData(33, 7)]
    [InlineData(100, 31)]
    [InlineData(256, 64)]
    public void Planes_follow_the_formula(int width, int height)
    {
        var source = Pictures.Random(width, height);
        var planes = Converted(source);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                Assert.InRange(planes.Y[y * width + x] - Luma(source, x, y), -0.8, 0.8);
        for (int y = 0; y < planes.ChromaHeight; y++)
        {
            for (int x = 0; x < planes.ChromaWidth; x++)
            {
                var (u, v) = Chroma(source, x, y);
                Assert.InRange(planes.U[y * planes.ChromaWidth + x] - u, -0.51, 0.51);
                Assert.InRange(planes.V[y * planes.ChromaWidth + x] - v, -0.51, 0.51);
            }
        }
    }

    [Fact]
    public void Wide_loops_give_the_bytes_of_the_plain_ones()
    {
        const int width = 160;
        Picture upper = Pictures.Random(width, 1, 2), lower = Pictures.Random(width, 1, 3);
        byte[] y = new byte[width], u = new byte[width / 2], v = new byte[width / 2];
        RgbToI420.LumaRow(upper.Pixels, y);
        RgbToI420.ChromaRow(upper.Pixels, lower.Pixels, u, v);
        byte[] onePair = new byte[2], one = new byte[1], other = new byte[1];
        for (int x = 0; x < width; x += 2)              // too narrow for a vector
        {
            var above = upper.Pixels.AsSpan(3 * x, 6);
            RgbToI420.LumaRow(above, onePair);
            RgbToI420.ChromaRow(above, lower.Pixels.AsSpan(3 * x, 6), one, other);
            Assert.Equal((y[x], y[x + 1], u[x / 2], v[x / 2]), (onePair[0], onePair[1], one[0], other[0]));
        }
    }

    [Theory]
    [InlineData(0, 0, 0, 16, 128, 128)]
    [InlineData(255, 255, 255, 235, 128, 128)]
    [InlineData(255, 0, 0, 82, 90, 240)]
    [InlineData(0, 0, 255, 41, 240, 110)]
    public void Known_colours_have_their_known_values(byte red, byte green, byte blue, byte y, byte u, byte v)
    {
        var source = new Picture(32, 2);
        for (int i = 0; i < 64; i++) (source.Pixels[3 * i], source.Pixels[3 * i + 1], source.Pixels[3 * i + 2]) = (red, green, blue);
        var planes = Converted(source);
        Assert.All(planes.Y.ToArray(), each => Assert.Equal(y, each));
        Assert.All(planes.U.ToArray(), each => Assert.Equal(u, each));
        Assert.All(planes.V.ToArray(), each => Assert.Equal(v, each));
    }

    [Fact]
    public void There_and_back_keeps_the_colour_within_three_steps()
    {
        var source = new Picture(2, 2);
        var random = new Random(5);
        byte[] back = new byte[6], colour = new byte[3];
        for (int i = 0; i < 2000; i++)
        {
            random.NextBytes(colour);
            for (int pixel = 0; pixel < 4; pixel++) colour.CopyTo(source.Pixels, 3 * pixel);
            var planes = Converted(source);
            I420ToRgb.Row(planes.Y[..2], planes.U, planes.V, back);
            for (int channel = 0; channel < 3; channel++) Assert.InRange(back[channel] - colour[channel], -3, 3);
        }
    }

    static I420Picture Converted(Picture source)
    {
        var planes = new I420Picture(source.Width, source.Height);
        planes.SetRgb(source.Pixels);
        return planes;
    }

    static double Luma(Picture picture, int x, int y)
    {
        var pixel = picture.Row(y)[(3 * x)..];
        return 16 + (65.481 * pixel[0] + 128.553 * pixel[1] + 24.966 * pixel[2]) / 255;
    }

    static (double U, double V) Chroma(Picture picture, int x, int y)
    {
        double r = 0, g = 0, b = 0;
        foreach (var (dx, dy) in new[] { (0, 0), (1, 0), (0, 1), (1, 1) })
        {
            var pixel = picture.Row(Math.Min(2 * y + dy, picture.Height - 1))[(3 * Math.Min(2 * x + dx, picture.Width - 1))..];
            (r, g, b) = (r + pixel[0] / 4.0, g + pixel[1] / 4.0, b + pixel[2] / 4.0);
        }
        return (128 + (-37.797 * r - 74.203 * g + 112 * b) / 255, 128 + (112 * r - 93.786 * g - 18.214 * b) / 255);
    }
}
