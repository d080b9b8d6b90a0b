using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>
/// Three-dimensional rotary positions (FACTS 1.4): of a head's width/2 pairs the first c - 2 (c/3) turn with time, then c/3
/// with height and c/3 with width; pair j of n turns by position * 10000^(-j/n).
/// </summary>
public sealed record RotaryTable(Tensor Cos, Tensor Sin) : IDisposable
{
    /// <summary>Angles of the tokens of latents at the given times, raster order within each: [times * side * side, headWidth / 2]. The caller disposes.</summary>
    public static RotaryTable Make(Device device, int headWidth, int side, params ReadOnlySpan<int> times)
    {
        int pairs = headWidth / 2, spatial = pairs / 3, temporal = pairs - (2 * spatial), tokens = times.Length * side * side;
        float[] cos = new float[tokens * pairs], sin = new float[tokens * pairs];
        int at = 0;
        foreach (int time in times)
            for (int y = 0; y < side; y++)
                for (int x = 0; x < side; x++)
                    for (int j = 0; j < pairs; j++, at++)
                    {
                        double angle = j < temporal ? Angle(time, j, temporal) : j < temporal + spatial ? Angle(y, j - temporal, spatial) : Angle(x, j - temporal - spatial, spatial);
                        (double s, double c) = Math.SinCos(angle);
                        (cos[at], sin[at]) = ((float)c, (float)s);
                    }
        var table = new RotaryTable(Tensor.EmptyOwned(device, [tokens, pairs]), Tensor.EmptyOwned(device, [tokens, pairs]));
        table.Cos.Load(cos);
        table.Sin.Load(sin);
        return table;
    }

    static double Angle(int position, int pair, int pairs) => position * Math.Pow(10000, -(double)pair / pairs);

    public Tensor Apply(Tensor x) => x.Rotary(Cos, Sin);

    public void Dispose()
    {
        Cos.Dispose();
        Sin.Dispose();
    }
}
