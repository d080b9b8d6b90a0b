using System.Runtime.InteropServices;

namespace TalkingMachines.Tensors;

/// <summary>Processor time of the calling thread: what its work took, however often other work held it up.</summary>
public static partial class ThreadClock
{
    const int ThreadProcessorTime = 3; // CLOCK_THREAD_CPUTIME_ID of Linux, clock_getres(2)

    /// <summary>Since the thread began, to the nanosecond; null where the system is not Linux.</summary>
    public static double? Seconds => OperatingSystem.IsLinux() && GetTime(ThreadProcessorTime, out var time) == 0 ? time.Seconds + (time.Nanoseconds * 1e-9) : null;

    readonly record struct Time(nint Seconds, nint Nanoseconds);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Time time);
}
