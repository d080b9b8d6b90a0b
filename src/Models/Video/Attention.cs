using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>Projections of attention with root-mean-square norms on queries and keys over all heads together (FACTS 1.3).</summary>
public sealed class Attention(Weights weights, int width, int heads, int contextWidth)
{
    const float Epsilon = 1e-6f;

    readonly Linear q = new(weights.Under("q"), width, width);
    readonly Linear k = new(weights.Under("k"), contextWidth, width);
    readonly Linear v = new(weights.Under("v"), contextWidth, width);
    readonly Linear o = new(weights.Under("o"), width, width, gain: 0.5f);
    readonly Tensor normQ = weights.Get("norm_q.weight", [width], Initial.Ones);
    readonly Tensor normK = weights.Get("norm_k.weight", [width], Initial.Ones);

    /// <summary>Queries [B,S,H,D] of tokens [B,S,width], before any rotation.</summary>
    public Tensor Queries(Tensor x) => Split(q.Forward(x).RmsNorm(normQ, Epsilon));

    /// <summary>Keys [B,S,H,D] of tokens, before any rotation.</summary>
    public Tensor Keys(Tensor x) => Split(k.Forward(x).RmsNorm(normK, Epsilon));

    public Tensor Values(Tensor x) => Split(v.Forward(x));

    /// <summary>What the queries find, projected: [B,S,width]. bias [1 or H,Sq,Sk] or null.</summary>
    public Tensor Attend(Tensor queries, Tensor keys, Tensor values, Tensor? bias)
    {
        using var scope = Tensor.Scope();
        var found = queries.Attention(keys, values, bias, 1 / MathF.Sqrt(width / heads));
        return scope.Keep(o.Forward(found.Reshape(found.Shape[0], found.Shape[1], width)));
    }

    Tensor Split(Tensor x) => x.Reshape(x.Shape[0], x.Shape[1], heads, width / heads);
}
