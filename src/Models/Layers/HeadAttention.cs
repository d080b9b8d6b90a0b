using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Layers;

/// <summary>Attention of rows whose heads lie side by side.</summary>
public static class HeadAttention
{
    /// <summary>q [B,Sq,heads*D], k and v [B,Sk,heads*D] -> [B,Sq,heads*D]; bias [1 or heads,Sq,Sk] or null.</summary>
    public static Tensor Attend(Tensor q, Tensor k, Tensor v, int heads, float scale, Tensor? bias = null)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Split(q, heads).Attention(Split(k, heads), Split(v, heads), bias, scale).Reshape(q.Shape));
    }

    /// <summary>The same of rows [B,S,3*heads*D] that hold queries, keys and values one after the other; scaled by 1/sqrt(D).</summary>
    public static Tensor Attend(Tensor packed, int heads)
    {
        using var scope = Tensor.Scope();
        int width = packed.Shape.Last / 3;
        var (q, k, v) = (packed.Narrow(-1, 0, width), packed.Narrow(-1, width, width), packed.Narrow(-1, 2 * width, width));
        return scope.Keep(Attend(q, k, v, heads, 1 / MathF.Sqrt(width / heads)));
    }

    static Tensor Split(Tensor x, int heads) => x.Reshape(x.Shape[0], x.Shape[1], heads, x.Shape[2] / heads);
}
