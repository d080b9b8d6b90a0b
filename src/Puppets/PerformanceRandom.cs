namespace TalkingMachines.Puppets;

/// <summary>
/// Random numbers that depend on the seed alone, on every machine and .NET version
/// (SplitMix64; Steele, Lea and Flood, OOPSLA 2014).
/// </summary>
public sealed class PerformanceRandom(long seed)
{
    ulong state = unchecked((ulong)seed);

    public ulong NextBits()
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A stream of its own, so that one consumer's appetite does not shift another's numbers.</summary>
    public PerformanceRandom Fork() => new(unchecked((long)NextBits()));

    /// <summary>[0, 1)</summary>
    public double Unit() => (NextBits() >> 11) * (1.0 / (1L << 53));

    public double Between(double least, double most) => least + (most - least) * Unit();

    /// <summary>[0, count)</summary>
    public int Below(int count) => (int)(Unit() * count);

    public bool Chance(double probability) => Unit() < probability;

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>Normal with mean 0 and deviation 1 (Box and Muller, without keeping the second number).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Unit())) * Math.Cos(2 * Math.PI * Unit());
}
