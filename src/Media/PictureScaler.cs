namespace TalkingMachines.Media;

/// <summary>Separable resampling of pictures: horizontally row by row, vertically over a ring of finished rows.</summary>
internal static class PictureScaler
{
    public static Picture Scale(Picture source, int width, int height)
    {
        var result = new Picture(width, height);
        var across = AxisWeights.For(source.Width, width);
        var down = AxisWeights.For(source.Height, height);
        var ring = new RowRing(source, across, width, down.Taps);
        var sums = new float[width * 3];
        for (int y = 0; y < height; y++)
        {
            Array.Clear(sums);
            for (int tap = 0; tap < down.Taps; tap++)
                if (down.Weight(y, tap) is var weight and not 0)
                    AddScaled(sums, ring.Row(down.First[y] + tap), weight);
            RoundTo(result.Row(y), sums);
        }
        return result;
    }

    static void AddScaled(Span<float> sums, ReadOnlySpan<float> row, float weight)
    {
        for (int i = 0; i < sums.Length; i++) sums[i] += row[i] * weight;
    }

    static void RoundTo(Span<byte> row, ReadOnlySpan<float> values)
    {
        // The cubic overshoots at edges, hence the clamp.
        for (int i = 0; i < row.Length; i++) row[i] = (byte)Math.Clamp(values[i] + 0.5f, 0f, 255f);
    }

    /// <summary>Rows of the source already scaled horizontally; holds as many as one output row needs.</summary>
    sealed class RowRing(Picture source, AxisWeights across, int width, int slots)
    {
        readonly float[][] rows = [.. Enumerable.Range(0, slots).Select(_ => new float[width * 3])];
        readonly int[] held = [.. Enumerable.Repeat(-1, slots)];

        public float[] Row(int y)
        {
            int slot = y % slots;
            if (held[slot] != y)
            {
                ScaleRow(source.Row(y), rows[slot]);
                held[slot] = y;
            }
            return rows[slot];
        }

        void ScaleRow(ReadOnlySpan<byte> from, Span<float> to)
        {
            for (int x = 0; x < width; x++)
            {
                float r = 0, g = 0, b = 0;
                int i = across.First[x] * 3;
                for (int tap = 0; tap < across.Taps; tap++, i += 3)
                {
                    float weight = across.Weight(x, tap);
                    r += weight * from[i];
                    g += weight * from[i + 1];
                    b += weight * from[i + 2];
                }
                (to[3 * x], to[3 * x + 1], to[3 * x + 2]) = (r, g, b);
            }
        }
    }

    /// <summary>For each output position the first source position and the weights from there on; they sum to one.</summary>
    sealed class AxisWeights(int[] first, float[] weights, int taps)
    {
        public int[] First => first;

        public int Taps => taps;

        public float Weight(int position, int tap) => weights[position * taps + tap];

        public static AxisWeights For(int source, int target) => target < source ? Area(source, target) : Cubic(source, target);

        static AxisWeights Area(int source, int target)
        {
            double scale = (double)source / target;
            int taps = Math.Min((int)Math.Ceiling(scale) + 1, source);
            var first = new int[target];
            var weights = new float[target * taps];
            for (int i = 0; i < target; i++)
            {
                double from = i * scale, to = Math.Min(from + scale, source);
                first[i] = Math.Min((int)from, source - taps);
                for (int tap = 0; tap < taps; tap++)
                {
                    double cell = first[i] + tap;
                    double covered = Math.Min(to, cell + 1) - Math.Max(from, cell);
                    weights[i * taps + tap] = (float)(Math.Max(covered, 0) / scale);
                }
            }
            return new AxisWeights(first, weights, taps);
        }

        static AxisWeights Cubic(int source, int target)
        {
            int taps = Math.Min(4, source);
            var first = new int[target];
            var weights = new float[target * taps];
            for (int i = 0; i < target; i++)
            {
                // Pixel centres lie at half positions on both sides.
                double centre = (i + 0.5) * source / target - 0.5;
                int floor = (int)Math.Floor(centre);
                first[i] = Math.Clamp(floor - 1, 0, source - taps);
                for (int k = floor - 1; k <= floor + 2; k++)
                    weights[i * taps + Math.Clamp(k, 0, source - 1) - first[i]] += (float)CatmullRom(Math.Abs(centre - k));
            }
            return new AxisWeights(first, weights, taps);
        }

        // Keys' cubic with a = -1/2 (Keys 1981, eq. 15).
        static double CatmullRom(double t) => t switch
        {
            < 1 => (1.5 * t - 2.5) * t * t + 1,
            < 2 => ((-0.5 * t + 2.5) * t - 4) * t + 2,
            _ => 0,
        };
    }
}
