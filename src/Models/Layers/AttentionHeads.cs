using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Layers;

/// <summary>
/// The heads of an attention, and what queries find by them: the one attention of all networks, ours and the published ones.
/// Rows [B,S,Width] are [B,S,Count,Width / Count] by head.
/// </summary>
public readonly record struct AttentionHeads(int Width, int Count)
{
    /// <summary>Factor of the products of queries and keys: 1 / sqrt(width of a head) unless said otherwise.</summary>
    public float Scale { get; init; } = 1 / MathF.Sqrt(HeadWidthOf(Width, Count));

    static int HeadWidthOf(int width, int count) => count > 0 && width > 0 && width % count == 0
        ? width / count
        : throw new ArgumentException($"An attention {width} wide has {count} heads, expected a number that divides its width.");

    public Tensor Split(Tensor x) => x.Reshape(x.Shape[0], x.Shape[1], Count, Width / Count);

    /// <summary>What queries [B,Sq,H,D] find among keys and values [B,Sk,H,D], heads side by side: [B,Sq,Width]. bias [1 or H,Sq,Sk] or null.</summary>
    public Tensor Find(Tensor queries, Tensor keys, Tensor values, Tensor? bias = null)
    {
        using var scope = Tensor.Scope();
        var found = queries.Attention(keys, values, bias, Scale);
        return scope.Keep(found.Reshape(found.Shape[0], found.Shape[1], Width));
    }

    /// <summary>The same of rows whose heads lie side by side: q [B,Sq,Width], k and v [B,Sk,Width].</summary>
    public Tensor FindInRows(Tensor q, Tensor k, Tensor v, Tensor? bias = null)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Find(Split(q), Split(k), Split(v), bias));
    }

    /// <summary>The same of rows [B,S,3 Width] that hold queries, keys and values one after the other.</summary>
    public Tensor FindInRows(Tensor packed)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(FindInRows(packed.Narrow(-1, 0, Width), packed.Narrow(-1, Width, Width), packed.Narrow(-1, 2 * Width, Width)));
    }
}
