using System.Runtime.Intrinsics;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>e^x in place.</summary>
internal static class VectorExp
{
    public static void Apply(Span<float> values)
    {
        int i = 0;
        for (; i <= values.Length - Vector512<float>.Count; i += Vector512<float>.Count)
            Exponentials.Exp(Vector512.Create(values[i..])).CopyTo(values[i..]);
        for (; i < values.Length; i++) values[i] = MathF.Exp(values[i]);
    }
}
