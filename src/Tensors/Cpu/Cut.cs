namespace TalkingMachines.Tensors.Cpu;

/// <summary>
/// So many items cut into equal runs, one run a part of a job. The cut depends on sizes only, never on the number of
/// threads: sums made by parts come out the same on one core and on many.
/// </summary>
internal readonly record struct Cut(long Count, long Run)
{
    /// <summary>Least work of a part in floats (a few microseconds): below it a second thread costs more than it brings.</summary>
    public const int Grain = 16 * 1024;

    public int Parts => (int)((Count + Run - 1) / Run);

    /// <summary>Single floats; runs start on cache lines.</summary>
    public static Cut Elements(long count)
    {
        long parts = Math.Max(1, count / Grain);
        return new(count, Math.Max(64, RoundUp((count + parts - 1) / parts, 64)));
    }

    /// <summary>Rows, planes or blocks of about <paramref name="floats"/> floats each.</summary>
    public static Cut Items(long items, long floats)
    {
        long parts = Math.Clamp(items * floats / Grain, 1, Math.Max(1, items));
        return new(items, Math.Max(1, (items + parts - 1) / parts));
    }

    public static long RoundUp(long value, long multiple) => (value + multiple - 1) / multiple * multiple;

    public long From(int part) => part * Run;

    public long To(int part) => Math.Min(Count, From(part) + Run);
}
