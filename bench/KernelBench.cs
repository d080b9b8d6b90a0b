using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TalkingMachines.Tensors;

namespace TalkingMachines.Bench;

/// <summary>What to measure. Filter: a part of a kernel's name, null for all; Python: the interpreter that has torch, null for ours alone.</summary>
public sealed record KernelBenchOptions
{
    public int[] Threads { get; init; } = [.. new[] { 1, Environment.ProcessorCount }.Distinct()];

    public int Rounds { get; init; } = 7;

    /// <summary>Length of a round of one kernel.</summary>
    public TimeSpan Round { get; init; } = TimeSpan.FromMilliseconds(4);

    public string? Filter { get; init; }

    public string? Python { get; init; }
}

/// <summary>One kernel on so many threads. Speed in GFLOP/s, or GB/s where memory is the limit; share of the peak only for GFLOP/s.</summary>
public sealed record KernelFigure(
    string Kernel, int Threads, string Unit, double BestMicroseconds, double MedianMicroseconds, double BestSpeed, double? ShareOfPeak,
    double? PyTorchBestMicroseconds, double? PyTorchMedianMicroseconds)
{
    /// <summary>How many times as fast as PyTorch, best round against best round.</summary>
    public double? TimesPyTorch => PyTorchBestMicroseconds / BestMicroseconds;
}

/// <summary>The machine, its peak by number of threads in GFLOP/s, and all figures.</summary>
public sealed record KernelReport(string Machine, IReadOnlyDictionary<int, double> Peaks, string? PyTorch, IReadOnlyList<KernelFigure> Figures);

/// <summary>Times the kernels at our models' shapes, against the hardware's peak and, if asked, against PyTorch: rounds alternate, so that both meet the same machine.</summary>
public static class KernelBench
{
    /// <summary>Figures that a run will have.</summary>
    public static int Count(KernelBenchOptions options) => Cases(options).Count() * options.Threads.Length;

    static IEnumerable<KernelCase> Cases(KernelBenchOptions options) =>
        KernelCase.All.Where(kernel => options.Filter is null || kernel.Name.Contains(options.Filter, StringComparison.Ordinal));

    /// <summary>Measures and tells <paramref name="report"/> each figure as it comes.</summary>
    public static KernelReport Run(KernelBenchOptions options, Action<KernelFigure>? report = null, CancellationToken stop = default)
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
                figures.Add(Measure(kernel, device, torch, threads, peaks[threads], options));
                report?.Invoke(figures[^1]);
            }
        }
        return new KernelReport(Machine(), peaks, version, figures);
    }

    static KernelFigure Measure(KernelCase kernel, Device device, PyTorchKernels? torch, int threads, double peak, KernelBenchOptions options)
    {
        using var scope = Tensor.Scope();
        var call = kernel.Prepare(device);
        WarmUp(call);
        int calls = Calls(call, options.Round);
        var ours = new List<double>();
        var theirs = new List<double>();
        for (int round = 0; round < options.Rounds; round++)
        {
            ours.Add(Time(call, calls) / calls);
            if (torch is not null) theirs.Add(torch.Time(kernel, options.Round));
        }
        double best = ours.Min(), speed = kernel.Work / best / 1e9;
        return new KernelFigure(
            kernel.Name, threads, kernel.IsProduct ? "GFLOP/s" : "GB/s", best * 1e6, Median(ours) * 1e6, speed, kernel.IsProduct ? speed / peak : null,
            torch is null ? null : theirs.Min() * 1e6, torch is null ? null : Median(theirs) * 1e6);
    }

    // Until the compiler has made its last version of what has no loops: that takes thirty calls and its background thread a while.
    static void WarmUp(Action call)
    {
        long begun = Stopwatch.GetTimestamp();
        for (int i = 0; i < 3 || (i < 300 && Stopwatch.GetElapsedTime(begun).TotalMilliseconds < 150); i++) call();
    }

    /// <summary>Calls that fill a round.</summary>
    static int Calls(Action call, TimeSpan round) => (int)Math.Clamp(round.TotalSeconds / Math.Min(Time(call, 1), Time(call, 1)), 1, 100_000);

    static double Time(Action call, int calls)
    {
        long begun = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++) call();
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    static string Machine()
    {
        const string file = "/proc/cpuinfo";
        string? line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(each => each.StartsWith("model name", StringComparison.Ordinal)) : null;
        string processor = line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':') + 1)..].Trim();
        int width = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
        return $"{processor}, {Environment.ProcessorCount} cores, {width}-bit vectors, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";
    }
}
