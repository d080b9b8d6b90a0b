using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>Parts and joins floats that lie in pairs, by way of 64-bit lanes: the only such shuffles that every vector width has.</summary>
internal static class PairLanes
{
    /// <summary>Of the 32 floats of two vectors those at even and those at odd places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<float> Even, Vector512<float> Odd) Split(Vector512<float> low, Vector512<float> high)
    {
        Vector512<ulong> a = low.AsUInt64(), b = high.AsUInt64();
        return (Vector512.Narrow(a, b).AsSingle(), Vector512.Narrow(a >>> 32, b >>> 32).AsSingle());
    }

    /// <summary>even[0], odd[0], even[1], odd[1] and so on, in two vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<float> Low, Vector512<float> High) Join(Vector512<float> even, Vector512<float> odd)
    {
        var (evenLow, evenHigh) = Vector512.Widen(even.AsUInt32());
        var (oddLow, oddHigh) = Vector512.Widen(odd.AsUInt32());
        return ((evenLow | (oddLow << 32)).AsSingle(), (evenHigh | (oddHigh << 32)).AsSingle());
    }
}
