using System.Runtime.InteropServices;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>
/// Rounds results too small for a full mantissa (below 1.2e-38) to zero while kernels compute: many processors take a hundred
/// cycles for each, and gradients are full of them (measured on an Intel Xeon: a training of 1-d convolutions runs 2.7 times as fast). A
/// thread's mode lies in its MXCSR register, which .NET has no call for; the C library's floating-point environment holds it.
/// Operands are left as they are: .NET's conversions to integers go wrong where tiny ones count as zero.
/// </summary>
internal static unsafe partial class FlushToZero
{
    const uint Flush = 0x8000;
    const int Register = 7;             // of the environment's eight words, on x64

    static readonly bool isSupported = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 && IsThere();

    /// <summary>From here to its end, on this thread.</summary>
    public static Scope Begin() => new(Switch(on: true));

    /// <summary>Gives the mode back as it was.</summary>
    public readonly ref struct Scope(bool changed)
    {
        public void Dispose()
        {
            if (changed) Switch(on: false);
        }
    }

    // True if that changed anything.
    static bool Switch(bool on)
    {
        if (!isSupported) return false;
        FloatingPointEnvironment environment;
        _ = Get(&environment);
        uint before = environment.Words[Register], after = on ? before | Flush : before & ~Flush;
        if (after == before) return false;
        environment.Words[Register] = after;
        _ = Set(&environment);
        return true;
    }

    static bool IsThere()
    {
        try
        {
            FloatingPointEnvironment environment;
            return Get(&environment) == 0;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false; // slower, not wrong
        }
    }

    /// <summary>fenv_t of glibc and musl.</summary>
    struct FloatingPointEnvironment
    {
        public fixed uint Words[8];
    }

    [LibraryImport("libm.so.6", EntryPoint = "fegetenv"), SuppressGCTransition]
    private static partial int Get(FloatingPointEnvironment* environment);

    [LibraryImport("libm.so.6", EntryPoint = "fesetenv"), SuppressGCTransition]
    private static partial int Set(FloatingPointEnvironment* environment);
}
