using Xunit;

namespace TalkingMachines.Tests;

/// <summary>
/// Managed bytes that an action takes on its thread. The runtime may grow a table of its own (casts, interface calls) on whichever
/// thread fills it, once; an action's own garbage comes every time, if it does not know its input already. So the least of a few times counts.
/// </summary>
static class Garbage
{
    const int MostTimes = 3;

    public static void AssertNone(Action action)
    {
        long least = long.MaxValue;
        for (int time = 0; time < MostTimes && least > 0; time++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.Equal(0, least);
    }
}
