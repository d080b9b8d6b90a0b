using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TalkingMachines.Bench;

/// <summary>The most that the cores can multiply and add: independent chains in registers, without memory.</summary>
static class FmaPeak
{
    // About a millisecond: shorter than a slice of the scheduler, so that some rounds run undisturbed even on a busy machine.
    const int Turns = 300_000;
    const int Chains = 12;

    /// <summary>GFLOP/s of <paramref name="threads"/> threads together, best of several rounds.</summary>
    public static double Measure(int threads, int rounds)
    {
        double best = 0;
        for (int round = 0; round < rounds; round++) best = Math.Max(best, Round(threads));
        return best;
    }

    /// <summary>Operations of <see cref="Alone"/>.</summary>
    internal static double AloneWork => 2.0 * Lanes * Chains * Turns;

    static int Lanes => Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;

    /// <summary>One round on this thread, which the caller times.</summary>
    internal static void Alone()
    {
        if (float.IsNaN(Sum())) throw new InvalidOperationException("Halves and quarters do not add up.");
    }

    static double Round(int threads)
    {
        double[] seconds = new double[threads];
        using var start = new Barrier(threads);
        var others = Enumerable.Range(1, threads - 1).Select(i => new Thread(() => seconds[i] = Loop(start))).ToArray();
        foreach (var thread in others) thread.Start();
        seconds[0] = Loop(start);
        foreach (var thread in others) thread.Join();
        return seconds.Sum(each => AloneWork / each / 1e9);
    }

    static double Loop(Barrier start)
    {
        start.SignalAndWait();
        long begun = Stopwatch.GetTimestamp();
        float sum = Sum();
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        return float.IsNaN(sum) ? 0 : seconds; // the sum is used, so the loop stays
    }

    static float Sum() => Vector512.IsHardwareAccelerated ? Wide(Turns) : Vector256.IsHardwareAccelerated ? Half(Turns) : Quarter(Turns);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static float Wide(int turns)
    {
        Vector512<float> a = default, b = default, c = default, d = default, e = default, f = default;
        Vector512<float> g = default, h = default, i = default, j = default, k = default, l = default;
        var x = Vector512.Create(0.5f);
        var y = Vector512.Create(0.25f);
        for (int turn = 0; turn < turns; turn++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y);
            b = Vector512.FusedMultiplyAdd(b, x, y);
            c = Vector512.FusedMultiplyAdd(c, x, y);
            d = Vector512.FusedMultiplyAdd(d, x, y);
            e = Vector512.FusedMultiplyAdd(e, x, y);
            f = Vector512.FusedMultiplyAdd(f, x, y);
            g = Vector512.FusedMultiplyAdd(g, x, y);
            h = Vector512.FusedMultiplyAdd(h, x, y);
            i = Vector512.FusedMultiplyAdd(i, x, y);
            j = Vector512.FusedMultiplyAdd(j, x, y);
            k = Vector512.FusedMultiplyAdd(k, x, y);
            l = Vector512.FusedMultiplyAdd(l, x, y);
        }
        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static float Half(int turns)
    {
        Vector256<float> a = default, b = default, c = default, d = default, e = default, f = default;
        Vector256<float> g = default, h = default, i = default, j = default, k = default, l = default;
        var x = Vector256.Create(0.5f);
        var y = Vector256.Create(0.25f);
        for (int turn = 0; turn < turns; turn++)
        {
            a = Vector256.FusedMultiplyAdd(a, x, y);
            b = Vector256.FusedMultiplyAdd(b, x, y);
            c = Vector256.FusedMultiplyAdd(c, x, y);
            d = Vector256.FusedMultiplyAdd(d, x, y);
            e = Vector256.FusedMultiplyAdd(e, x, y);
            f = Vector256.FusedMultiplyAdd(f, x, y);
            g = Vector256.FusedMultiplyAdd(g, x, y);
            h = Vector256.FusedMultiplyAdd(h, x, y);
            i = Vector256.FusedMultiplyAdd(i, x, y);
            j = Vector256.FusedMultiplyAdd(j, x, y);
            k = Vector256.FusedMultiplyAdd(k, x, y);
            l = Vector256.FusedMultiplyAdd(l, x, y);
        }
        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    /// <summary>Without vectors of 256 bits: four lanes of multiplying and adding, fused where the hardware can.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static float Quarter(int turns)
    {
        Vector128<float> a = default, b = default, c = default, d = default, e = default, f = default;
        Vector128<float> g = default, h = default, i = default, j = default, k = default, l = default;
        var x = Vector128.Create(0.5f);
        var y = Vector128.Create(0.25f);
        for (int turn = 0; turn < turns; turn++)
        {
            a = (a * x) + y;
            b = (b * x) + y;
            c = (c * x) + y;
            d = (d * x) + y;
            e = (e * x) + y;
            f = (f * x) + y;
            g = (g * x) + y;
            h = (h * x) + y;
            i = (i * x) + y;
            j = (j * x) + y;
            k = (k * x) + y;
            l = (l * x) + y;
        }
        return Vector128.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }
}
