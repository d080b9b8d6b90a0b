namespace TalkingMachines.Tensors;

/// <summary>
/// Counter-based random numbers (Philox 4x32-10, Salmon et al. 2011): number i is a function of key and i alone, so the
/// same on every device, and a stream's whole state is one counter that a checkpoint can hold. 2^64 blocks: endless.
/// </summary>
public sealed class RandomStream(ulong key, ulong position = 0)
{
    readonly float[] spare = new float[4];
    int spareCount;

    public ulong Key { get; } = key;

    /// <summary>Blocks of four numbers drawn so far. Restoring it restores the stream (at a block's edge).</summary>
    public ulong Position { get; private set; } = position;

    /// <summary>An independent stream, named by <paramref name="index"/>.</summary>
    public RandomStream Fork(ulong index)
    {
        var (a, b, c, d) = Block(Key ^ 0x9E3779B97F4A7C15UL, index);
        return new RandomStream(((ulong)a << 32 | b) ^ ((ulong)c << 32 | d));
    }

    /// <summary>Uniform in [0, 1), 24 bits.</summary>
    public float Uniform()
    {
        if (spareCount == 0)
        {
            var (a, b, c, d) = Block(Key, Position++);
            spare[3] = ToUnit(a);
            spare[2] = ToUnit(b);
            spare[1] = ToUnit(c);
            spare[0] = ToUnit(d);
            spareCount = 4;
        }
        return spare[--spareCount];
    }

    public float Uniform(float low, float high) => low + ((high - low) * Uniform());

    /// <summary>Uniform integer in [0, bound).</summary>
    public int Integer(int bound)
    {
        if (bound <= 0) throw new ArgumentOutOfRangeException(nameof(bound), bound, "expected 1 or more");
        var (a, b, _, _) = Block(Key, Position++);
        return (int)Math.BigMul((ulong)a << 32 | b, (ulong)bound, out _);
    }

    /// <summary>Standard normal number.</summary>
    public float Normal()
    {
        Span<float> one = stackalloc float[1];
        Normal(one);
        return one[0];
    }

    /// <summary>Fills with standard normal numbers (Box-Muller), four of each block.</summary>
    public void Normal(Span<float> values)
    {
        for (int i = 0; i < values.Length; i += 4)
        {
            var (a, b, c, d) = Block(Key, Position++);
            var (x, y) = BoxMuller(a, b);
            var (z, w) = BoxMuller(c, d);
            values[i] = x;
            if (i + 1 < values.Length) values[i + 1] = y;
            if (i + 2 < values.Length) values[i + 2] = z;
            if (i + 3 < values.Length) values[i + 3] = w;
        }
    }

    static (float, float) BoxMuller(uint a, uint b)
    {
        double radius = Math.Sqrt(-2 * Math.Log((a + 1.0) / 4294967296.0)); // a + 1: never log 0
        var (sin, cos) = Math.SinCos(2 * Math.PI * (b / 4294967296.0));
        return ((float)(radius * cos), (float)(radius * sin));
    }

    static float ToUnit(uint bits) => (bits >> 8) * (1f / 16777216f);

    static (uint, uint, uint, uint) Block(ulong key, ulong counter)
    {
        uint x0 = (uint)counter, x1 = (uint)(counter >> 32), x2 = 0, x3 = 0;
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = 0xD2511F53UL * x0, p1 = 0xCD9E8D57UL * x2;
            (x0, x1, x2, x3) = ((uint)(p1 >> 32) ^ x1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ x3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        return (x0, x1, x2, x3);
    }
}
