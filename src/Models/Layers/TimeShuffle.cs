using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Layers;

/// <summary>Moves frames between time and channels without arithmetic.</summary>
public static class TimeShuffle
{
    /// <summary>[N,s*C,T,H,W] -> [N,C,T*s,H,W], channels in the order (step, c)</summary>
    public static Tensor ToTime(Tensor x, int steps)
    {
        using var scope = Tensor.Scope();
        var s = x.Shape;
        int c = s[1] / steps;
        return scope.Keep(x.Reshape(s[0], steps, c, s[2], s[3] * s[4]).Permute(0, 2, 3, 1, 4).Reshape(s[0], c, s[2] * steps, s[3], s[4]));
    }

    /// <summary>[N,C,T*s,H,W] -> [N,s*C,T,H,W], channels in the order (step, c)</summary>
    public static Tensor ToDepth(Tensor x, int steps)
    {
        using var scope = Tensor.Scope();
        var s = x.Shape;
        int t = s[2] / steps;
        return scope.Keep(x.Reshape(s[0], s[1], t, steps, s[3] * s[4]).Permute(0, 3, 1, 2, 4).Reshape(s[0], steps * s[1], t, s[3], s[4]));
    }
}
