using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>Keys and values by head. [B,S,H,D]</summary>
public readonly record struct KeyValue(Tensor Keys, Tensor Values) : IDisposable
{
    /// <summary>Those of tokens start .. start + length.</summary>
    public KeyValue Narrow(int start, int length) => new(Keys.Narrow(1, start, length), Values.Narrow(1, start, length));

    /// <summary>The tokens of all, one part after the other.</summary>
    public static KeyValue Join(KeyValue[] parts) =>
        new(Tensor.Concat(1, [.. parts.Select(part => part.Keys)]), Tensor.Concat(1, [.. parts.Select(part => part.Values)]));

    /// <summary>Takes both out of the current scope: the caller disposes.</summary>
    public KeyValue Own() => new(Keys.Own(), Values.Own());

    /// <summary>The same numbers without history, out of any scope: the caller disposes.</summary>
    public KeyValue DetachOwned() => new(Keys.DetachOwned(), Values.DetachOwned());

    public void Dispose()
    {
        Keys.Dispose();
        Values.Dispose();
    }
}

/// <summary>Projects tokens [B,S,inputs] to keys and values; keys may pass a root-mean-square norm over all heads together (FACTS 1.3).</summary>
public sealed class KeyValueProjection
{
    readonly AttentionHeads heads;
    readonly Linear k;
    readonly Linear v;
    readonly Tensor? norm;
    readonly float epsilon;

    /// <summary>Of layers named <paramref name="keyName"/> and <paramref name="valueName"/>; without a norm where its name is null.</summary>
    public KeyValueProjection(Weights weights, string keyName, string valueName, string? normName, int inputs, AttentionHeads heads, float epsilon, bool bias = true)
    {
        (this.heads, this.epsilon) = (heads, epsilon);
        k = new Linear(weights.Under(keyName), inputs, heads.Width, bias);
        v = new Linear(weights.Under(valueName), inputs, heads.Width, bias);
        if (normName is not null) norm = weights.Get($"{normName}.weight", [heads.Width], Initial.Ones);
    }

    public Tensor Keys(Tensor x)
    {
        var keys = k.Forward(x);
        return heads.Split(norm is null ? keys : keys.RmsNorm(norm, epsilon));
    }

    public Tensor Values(Tensor x) => heads.Split(v.Forward(x));

    public KeyValue Forward(Tensor x)
    {
        using var scope = Tensor.Scope();
        return new KeyValue(scope.Keep(Keys(x)), scope.Keep(Values(x)));
    }
}

/// <summary>Projections of attention with root-mean-square norms on queries and keys over all heads together (FACTS 1.3).</summary>
public sealed class Attention
{
    readonly Linear q;
    readonly Linear o;
    readonly Tensor normQ;
    readonly KeyValueProjection projection;
    readonly float epsilon;

    public Attention(Weights weights, int width, int heads, int contextWidth, float epsilon = 1e-6f)
    {
        (Heads, this.epsilon) = (new AttentionHeads(width, heads), epsilon);
        q = new Linear(weights.Under("q"), width, width);
        o = new Linear(weights.Under("o"), width, width, gain: 0.5f);
        normQ = weights.Get("norm_q.weight", [width], Initial.Ones);
        projection = new KeyValueProjection(weights, "k", "v", "norm_k", contextWidth, Heads, epsilon);
    }

    public AttentionHeads Heads { get; }

    /// <summary>Queries [B,S,H,D] of tokens [B,S,width], before any rotation.</summary>
    public Tensor Queries(Tensor x) => Heads.Split(q.Forward(x).RmsNorm(normQ, epsilon));

    /// <summary>Keys and values [B,S,H,D] of tokens, before any rotation.</summary>
    public KeyValue Read(Tensor x) => new(projection.Keys(x), projection.Values(x));

    /// <summary>What was found [B,S,width], projected.</summary>
    public Tensor Project(Tensor found) => o.Forward(found);

    /// <summary>What the queries find, projected: [B,S,width]. bias [1 or H,Sq,Sk] or null.</summary>
    public Tensor Attend(Tensor queries, KeyValue seen, Tensor? bias)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(o.Forward(Heads.Find(queries, seen.Keys, seen.Values, bias)));
    }
}
