using TalkingMachines.Media;

namespace TalkingMachines.Tests.Media;

/// <summary>Pictures and sounds to test with.</summary>
internal static class Pictures
{
    public static Picture Random(int width, int height, int seed = 1)
    {
        var picture = new Picture(width, height);
        new Random(seed).NextBytes(picture.Pixels);
        return picture;
    }

    /// <summary>Red to the right, green downwards, blue constant.</summary>
    public static Picture Gradient(int width, int height, byte blue = 90)
    {
        var picture = new Picture(width, height);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                (picture.Row(y)[3 * x], picture.Row(y)[3 * x + 1], picture.Row(y)[3 * x + 2]) =
                    ((byte)(255 * x / Math.Max(1, width - 1)), (byte)(255 * y / Math.Max(1, height - 1)), blue);
        return picture;
    }

    public static Sound Sine(double hertz, int sampleRate, int count, double amplitude = 0.5) =>
        new([.. Enumerable.Range(0, count).Select(i => (float)(amplitude * Math.Sin(2 * Math.PI * hertz * i / sampleRate)))], sampleRate);
}
