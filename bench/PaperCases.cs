namespace TalkingMachines.Bench;

/// <summary>One of the placements to compare.</summary>
/// <param name="Diffusion">Device of diffusion and hearing.</param>
/// <param name="Decoder">Device of the decoder; the same for both where self-contained.</param>
/// <param name="IsRun">Whether the machine and the program can run it; if not, it is simulated.</param>
/// <param name="Overlaps">Whether the decoder, where its device is another, works beside the diffusion.</param>
/// <param name="Note">Why and how it is simulated, or what is peculiar about its run.</param>
public sealed record CasePlan(string Name, string Diffusion, string Decoder, bool IsRun, bool Overlaps, string? Note = null)
{
    /// <summary>As the command line writes it.</summary>
    public string Placement => Diffusion == Decoder ? Diffusion : $"{Diffusion},{Decoder}";

    /// <summary>A placement that was named by hand: one device, or two with a comma between.</summary>
    public static CasePlan Named(string placement) => new(placement, placement, placement, IsRun: true, Overlaps: true);
}

/// <summary>The four cases of the paper's comparison of self-contained and disaggregated serving, with core sets in the place of its graphics cards.</summary>
public static class PaperCases
{
    const int MostSets = 3; // two for diffusion and one for the decoder

    /// <summary>The cases on sets of equally many cores; on a machine of one core, those that its stage times tell.</summary>
    public static IReadOnlyList<CasePlan> On(int cores)
    {
        int size = Math.Max(1, cores / MostSets);
        string one = Set(0, size), two = Set(0, 2 * size), second = Set(size, size);
        var cases = new List<CasePlan> { new("self-contained on one", one, one, IsRun: true, Overlaps: false) };
        if (cores < 2 * size)
        {
            cases.Add(new("disaggregated 1+1", one, one, IsRun: false, Overlaps: true, $"simulated: this machine has {cores} core; both stages measured on it, as if they overlapped"));
            return cases;
        }
        // Both share a core: beside each other they take it as long as one after the other.
        cases.Add(new("self-contained, sequence parallel on two", two, one, IsRun: true, Overlaps: false,
            $"diffusion on {two}; the decoder shares {one} with it"));
        cases.Add(new("disaggregated 1+1", one, second, IsRun: true, Overlaps: true));
        bool fits = cores >= MostSets * size;
        cases.Add(fits
            ? new("disaggregated 2+1", two, Set(2 * size, size), IsRun: true, Overlaps: true)
            : new("disaggregated 2+1", two, one, IsRun: false, Overlaps: true,
                $"simulated: this machine has {cores} cores and the case needs {MostSets * size}; diffusion measured on {two}, decoder alone on {one}, as if they overlapped"));
        if (size * 2 == cores || fits) cases.Insert(0, new("all cores for both", "cpu", "cpu", IsRun: true, Overlaps: false));
        return cases;
    }

    static string Set(int first, int count) => count == 1 ? $"cpu:{first}" : $"cpu:{first}-{first + count - 1}";
}
