using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Layers;

/// <summary>Moves pixels between space and channels without arithmetic.</summary>
public static class PixelShuffle
{
    /// <summary>[N,C,H*r,W*r] -> [N,C*r*r,1,H,W], channels in the order (c, row, column).</summary>
    public static Tensor ToDepth(Tensor x, int r)
    {
        var s = x.Shape;
        int h = s[2] / r, w = s[3] / r;
        return x.Reshape(s[0], s[1], h, r, w, r).Permute(0, 1, 3, 5, 2, 4).Reshape(s[0], s[1] * r * r, 1, h, w);
    }

    /// <summary>[N,C*r*r,1,H,W] -> [N,C,H*r,W*r]</summary>
    public static Tensor ToSpace(Tensor x, int r)
    {
        var s = x.Shape;
        int c = s[1] / (r * r);
        return x.Reshape(s[0], c, r, r, s[3], s[4]).Permute(0, 1, 4, 2, 5, 3).Reshape(s[0], c, s[3] * r, s[4] * r);
    }
}
