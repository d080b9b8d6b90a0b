using System.Diagnostics;
using System.Runtime;
using TalkingMachines.Tensors;

namespace TalkingMachines.Bench;

/// <summary>What to measure. Filter: a part of a kernel's name, null for all; Python: the interpreter that has torch, null for ours alone.</summary>
public sealed record KernelBenchOptions
{
    public int[] Threads { get; init; } = [.. new[] { 1, Environment.ProcessorCount }.Distinct()];

    /// <summary>Rounds of each side in turn; up to three times as many where other work disturbs them.</summary>
    public int Rounds { get; init; } = 9;

    /// <summary>Length of a round of one kernel.</summary>
    public TimeSpan Round { get; init; } = TimeSpan.FromMilliseconds(4);

    public string? Filter { get; init; }

    public string? Python { get; init; }
}

/// <summary>
/// One kernel on so many threads. Speed in GFLOP/s, or GB/s where memory is the limit. The peak, for GFLOP/s alone, is the best of
/// those measured between this kernel's rounds, at the speed that the cores have at the time.
/// </summary>
public sealed record KernelFigure(
    string Kernel, int Threads, string Unit, double BestMicroseconds, double MedianMicroseconds, double BestSpeed, double? Peak,
    double? PyTorchBestMicroseconds, double? PyTorchMedianMicroseconds)
{
    /// <summary>Best round against the best peak beside it.</summary>
    public double? ShareOfPeak => BestSpeed / Peak;

    /// <summary>How many times as fast as PyTorch, best round against best round.</summary>
    public double? TimesPyTorch => PyTorchBestMicroseconds / BestMicroseconds;

    /// <summary>Whether other work held up most rounds of either side: then its best may have been held up too.</summary>
    public bool IsDisturbed => MedianMicroseconds > KernelBench.Steady * BestMicroseconds || PyTorchMedianMicroseconds > KernelBench.Steady * PyTorchBestMicroseconds;
}

/// <summary>The machine, what was asked, the best peak by number of threads in GFLOP/s, and all figures.</summary>
public sealed record KernelReport(BenchMachine Machine, KernelBenchOptions Settings, IReadOnlyDictionary<int, double> Peaks, string? PyTorch, IReadOnlyList<KernelFigure> Figures);

/// <summary>
/// Times the kernels at our models' shapes, against the hardware's peak and, if asked, against PyTorch. Each is warmed up first;
/// then rounds of all alternate, so that they meet the same machine.
/// </summary>
public static class KernelBench
{
    /// <summary>Median over best round of a machine that does nothing else, at most.</summary>
    public const double Steady = 1.1;

    const int MostRepeats = 3;
    const int PeaksARound = 2;
    const int Settling = 15; // ms
    const int WarmCalls = 60;

    static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(200), LongQuiet = TimeSpan.FromMilliseconds(600), LongestWarm = TimeSpan.FromSeconds(3);

    /// <summary>Figures that a run will have.</summary>
    public static int Count(KernelBenchOptions options) => Cases(options).Count() * options.Threads.Length;

    static IEnumerable<KernelCase> Cases(KernelBenchOptions options) =>
        KernelCase.All.Where(kernel => options.Filter is null || kernel.Name.Contains(options.Filter, StringComparison.Ordinal));

    /// <summary>Measures and tells <paramref name="report"/> each figure as it comes.</summary>
    /// <param name="machine">As it was before.</param>
    public static KernelReport Run(KernelBenchOptions options, BenchMachine machine, Action<KernelFigure>? report = null, CancellationToken stop = default)
    {
        var peaks = options.Threads.ToDictionary(threads => threads, threads => FmaPeak.Measure(threads, options.Rounds));
        var figures = new List<KernelFigure>();
        string? version = null;
        foreach (int threads in options.Threads)
        {
            using var device = threads == Environment.ProcessorCount ? Device.Cpu() : Device.Cpu([.. Enumerable.Range(0, threads)]);
            using var torch = options.Python is null ? null : new PyTorchKernels(options.Python, threads);
            version ??= torch?.Version;
            foreach (var kernel in Cases(options))
            {
                stop.ThrowIfCancellationRequested();
                var figure = Measure(kernel, device, torch, threads, options);
                peaks[threads] = Math.Max(peaks[threads], figure.Peak ?? 0);
                figures.Add(figure);
                report?.Invoke(figure);
            }
        }
        return new KernelReport(machine, options, peaks, version, figures);
    }

    static bool IsHeldUp(List<double> rounds) => rounds.Count > 0 && Median(rounds) > Steady * rounds.Min();

    static KernelFigure Measure(KernelCase kernel, Device device, PyTorchKernels? torch, int threads, KernelBenchOptions options)
    {
        using var scope = Tensor.Scope();
        var call = kernel.Prepare(device);
        WarmUp(call);
        int calls = Calls(call, options.Round);
        List<double> ours = [], theirs = [];
        double peak = 0;
        for (int round = 0; round < options.Rounds || ((IsHeldUp(ours) || IsHeldUp(theirs)) && round < MostRepeats * options.Rounds); round++)
        {
            if (kernel.IsProduct) peak = Math.Max(peak, Settled(() => FmaPeak.Measure(threads, PeaksARound)));
            // Who comes second may find warmer or busier cores: each does so every other time.
            if (torch is not null && round % 2 == 1) theirs.Add(Settled(() => torch.Time(kernel, options.Round)));
            ours.Add(Settled(() => Round(call, calls)));
            if (torch is not null && round % 2 == 0) theirs.Add(Settled(() => torch.Time(kernel, options.Round)));
        }
        double best = ours.Min();
        return new KernelFigure(
            kernel.Name, threads, kernel.IsProduct ? "GFLOP/s" : "GB/s", best * 1e6, Median(ours) * 1e6, kernel.Work / best / 1e9, kernel.IsProduct ? peak : null,
            torch is null ? null : theirs.Min() * 1e6, torch is null ? null : Median(theirs) * 1e6);
    }

    // Each side's threads spin on for a while after work, into the next one's round.
    internal static double Settled(Func<double> measure)
    {
        using var pause = new ManualResetEventSlim();
        pause.Wait(Settling);
        return measure();
    }

    /// <summary>Seconds of one call, over a round that begins with calls that are not timed: the caches hold another's data.</summary>
    internal static double Round(Action call, int calls)
    {
        Time(call, Math.Max(1, calls / 4));
        return Time(call, calls) / calls;
    }

    /// <summary>
    /// Calls until the compiler has made its last version of all that is called: it counts thirty calls of each method, from a
    /// tenth of a second after the last new one on, and its own thread needs a while. Where a call takes long that matters little.
    /// </summary>
    internal static void WarmUp(Action call)
    {
        Stopwatch whole = Stopwatch.StartNew(), quiet = Stopwatch.StartNew();
        long compiled = JitInfo.GetCompiledMethodCount();
        int calls = 0; // since the compiler was last seen at work, as is the quiet
        while (whole.Elapsed < LongestWarm && (quiet.Elapsed < Quiet || (calls < WarmCalls && quiet.Elapsed < LongQuiet)))
        {
            call();
            calls++;
            if (JitInfo.GetCompiledMethodCount() is var now && now == compiled) continue;
            (compiled, calls) = (now, 0);
            quiet.Restart();
        }
    }

    /// <summary>Calls that fill a round.</summary>
    static int Calls(Action call, TimeSpan round) => (int)Math.Clamp(round.TotalSeconds / Math.Min(Time(call, 1), Time(call, 1)), 1, 100_000);

    static double Time(Action call, int calls)
    {
        long begun = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++) call();
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    internal static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
