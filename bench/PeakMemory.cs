using System.Diagnostics;

namespace TalkingMachines.Bench;

/// <summary>Largest resident memory of this process.</summary>
static class PeakMemory
{
    /// <summary>Begins anew where Linux lets us (proc(5), clear_refs); elsewhere the peak since the start of the process stays.</summary>
    public static void Reset()
    {
        const string file = "/proc/self/clear_refs";
        const string resetPeak = "5";
        try
        {
            if (File.Exists(file)) File.WriteAllText(file, resetPeak);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // A container may forbid it; then the figure counts from the start.
        }
    }

    public static long Bytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
