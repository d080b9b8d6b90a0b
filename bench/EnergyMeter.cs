using System.Globalization;

namespace TalkingMachines.Bench;

/// <summary>
/// Energy of the processor packages as Linux counts it (powercap, RAPL: Intel's and AMD's alike). It is the whole machine's, so
/// other work counts too. Many machines have no counter, or let only root read it: then there is no figure.
/// </summary>
public sealed class EnergyMeter
{
    const string Powercap = "/sys/class/powercap";

    readonly (string Counter, ulong Range, ulong Start)[] packages;

    /// <param name="folder">Where the counters are.</param>
    public EnergyMeter(string folder = Powercap) => packages = [.. Packages(folder)];

    /// <summary>Joules since the meter was made; null where nothing can be read. A counter that wrapped twice reads too little.</summary>
    public double? Joules()
    {
        if (packages.Length == 0) return null;
        double microjoules = 0;
        foreach (var (counter, range, start) in packages)
        {
            if (Read(counter) is not { } now) return null;
            microjoules += now >= start ? now - start : range - start + now;
        }
        return microjoules / 1e6;
    }

    static IEnumerable<(string Counter, ulong Range, ulong Start)> Packages(string folder)
    {
        if (!Directory.Exists(folder)) yield break;
        foreach (string zone in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            string counter = Path.Combine(zone, "energy_uj");
            if (!Name(zone).StartsWith("package", StringComparison.Ordinal) || Read(counter) is not { } start) continue;
            yield return (counter, Read(Path.Combine(zone, "max_energy_range_uj")) ?? ulong.MaxValue, start);
        }
    }

    static string Name(string zone)
    {
        string file = Path.Combine(zone, "name");
        return File.Exists(file) ? File.ReadAllText(file).Trim() : "";
    }

    static ulong? Read(string file)
    {
        try
        {
            return ulong.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) ? value : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
