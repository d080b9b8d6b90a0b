using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>
/// Three-dimensional rotary positions (FACTS 1.4): of a head's width/2 pairs the first c - 2 (c/3) turn with time, then c/3
/// with height and c/3 with width; pair j of n turns by position * 10000^(-j/n).
/// </summary>
public sealed record RotaryTable(Tensor Cos, Tensor Sin) : IDisposable
{
    /// <summary>Angles of the tokens of latents at the given times, raster order within each: [times * height * width, headWidth / 2]. The caller disposes.</summary>
    public static RotaryTable Make(Device device, int headWidth, int height, int width, params ReadOnlySpan<int> times)
    {
        int pairs = headWidth / 2, spatial = pairs / 3, temporal = pairs - (2 * spatial);
        double[] byTime = Frequencies(temporal), bySpace = Frequencies(spatial);
        var angles = new AngleRows(times.Length * height * width, pairs);
        foreach (int time in times)
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x++)
                {
                    angles.Add(time, byTime);
                    angles.Add(y, bySpace);
                    angles.Add(x, bySpace);
                }
        return angles.On(device);
    }

    /// <summary>Angles of positions along a line, all pairs turning with it: [positions, headWidth / 2]. The caller disposes.</summary>
    public static RotaryTable Line(Device device, int headWidth, ReadOnlySpan<float> positions)
    {
        double[] frequencies = Frequencies(headWidth / 2);
        var angles = new AngleRows(positions.Length, frequencies.Length);
        foreach (float position in positions) angles.Add(position, frequencies);
        return angles.On(device);
    }

    static double[] Frequencies(int pairs) => [.. Enumerable.Range(0, pairs).Select(j => Math.Pow(10000, -(double)j / pairs))];

    public Tensor Apply(Tensor x) => x.Rotary(Cos, Sin);

    public void Dispose()
    {
        Cos.Dispose();
        Sin.Dispose();
    }

    // Worked out in double (FACTS 1.4), stored in f32.
    struct AngleRows(int tokens, int pairs)
    {
        readonly float[] cos = new float[tokens * pairs];
        readonly float[] sin = new float[tokens * pairs];
        int at;

        public void Add(double position, double[] frequencies)
        {
            foreach (double frequency in frequencies)
            {
                (double s, double c) = Math.SinCos(position * frequency);
                (cos[at], sin[at++]) = ((float)c, (float)s);
            }
        }

        public readonly RotaryTable On(Device device)
        {
            var table = new RotaryTable(Tensor.EmptyOwned(device, [tokens, pairs]), Tensor.EmptyOwned(device, [tokens, pairs]));
            table.Cos.Load(cos);
            table.Sin.Load(sin);
            return table;
        }
    }
}
