using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TalkingMachines.Bench;

/// <summary>What was measured on, by what and when.</summary>
public sealed record BenchMachine
{
    public required string Processor { get; init; }

    /// <summary>Cores that the process may use.</summary>
    public required int Cores { get; init; }

    /// <summary>Widest vectors of the hardware; 0 where there are none.</summary>
    public required int VectorBits { get; init; }

    public required double MemoryGibibytes { get; init; }

    public required string System { get; init; }

    public required string Runtime { get; init; }

    public required string Version { get; init; }

    /// <summary>The commit that the program was built from, with "-changed" if its sources were not those of the commit; "unknown" outside a checkout.</summary>
    public required string Commit { get; init; }

    /// <summary>Beginning of the run, UTC.</summary>
    public required DateTimeOffset Date { get; init; }

    /// <summary>Processes that wanted to run on the whole machine in the minute before; null where the system does not tell. Near 0 is a quiet machine.</summary>
    public required double? LoadBefore { get; init; }

    /// <param name="program">Whose version and commit count.</param>
    public static BenchMachine OfThis(TimeProvider clock, Assembly program)
    {
        string[] version = (program.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown").Split('+', 2);
        return new BenchMachine
        {
            Processor = ProcessorName(),
            Cores = Environment.ProcessorCount,
            VectorBits = VectorWidth(),
            MemoryGibibytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30),
            System = RuntimeInformation.OSDescription,
            Runtime = RuntimeInformation.FrameworkDescription,
            Version = version[0],
            Commit = version.Length > 1 ? version[1] : "unknown",
            Date = clock.GetUtcNow(),
            LoadBefore = Load(),
        };
    }

    /// <summary>In one line, as reports begin.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Processor}, {Cores} cores, {VectorBits}-bit vectors, {MemoryGibibytes:0.0} GiB, load before {(LoadBefore is { } load ? load.ToString("0.00", CultureInfo.InvariantCulture) : "unknown")}; {System}, {Runtime}; version {Version}, commit {Commit}, {Date:yyyy-MM-dd HH:mm} UTC");

    /// <summary>The processor's own name.</summary>
    public static string ProcessorName()
    {
        const string file = "/proc/cpuinfo";
        string? line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(each => each.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':') + 1)..].Trim();
    }

    internal static int VectorWidth() => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;

    static double? Load()
    {
        const string file = "/proc/loadavg";
        return File.Exists(file) && double.TryParse(File.ReadAllText(file).Split(' ')[0], CultureInfo.InvariantCulture, out double load) ? load : null;
    }
}
