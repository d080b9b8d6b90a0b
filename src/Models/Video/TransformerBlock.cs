using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>Who sees whom in self attention: given queries, keys and values of the tokens at hand, the keys and values they attend to.</summary>
public interface IAttentionPattern
{
    /// <summary>What self attention of layer <paramref name="layer"/> finds, projected. Queries and keys come unrotated.</summary>
    Tensor Attend(int layer, Attention attention, Tensor queries, KeyValue unrotated);
}

/// <summary>A layer between self attention and feed-forward by which something beside the video enters: text, a picture, sound.</summary>
public interface ICrossLayer<in TCondition>
{
    /// <summary>For the eyes of tests.</summary>
    string Name { get; }

    /// <summary>What it adds to the tokens x [B,S,D].</summary>
    Tensor Forward(Tensor x, TCondition condition);
}

/// <summary>Sizes of a block, and how its modulation is stored.</summary>
/// <param name="Modulation">[1,6 Width] or, as Wan stores it, [1,6,Width].</param>
/// <param name="RestingGate">The gate where modulation and embedding are zero: 0 in Wan.</param>
public sealed record BlockForm(int Width, int FeedForward, int Heads, Shape Modulation, float RestingGate, float Epsilon = 1e-6f);

/// <summary>
/// Wan's block (FACTS 1.3): modulated self attention, then what its cross layers add, then a modulated feed-forward.
/// B batch, S tokens, D width, n rows of modulation (B, or B times latent frames).
/// </summary>
public sealed class TransformerBlock<TCondition>
{
    readonly BlockForm form;
    readonly int layer;
    readonly Tensor modulation;
    readonly Tensor neutral;
    readonly Attention selfAttention;
    readonly ICrossLayer<TCondition>[] crossLayers;
    readonly Linear up;
    readonly Linear down;

    public TransformerBlock(Weights weights, BlockForm form, int layer, params ICrossLayer<TCondition>[] crossLayers)
    {
        (this.form, this.layer, this.crossLayers) = (form, layer, crossLayers);
        modulation = weights.Get("modulation", form.Modulation, Initial.Zeros);
        neutral = weights.Constant([1, 6 * form.Width], Neutral(form));
        selfAttention = new Attention(weights.Under("self_attn"), form.Width, form.Heads, form.Width, form.Epsilon);
        up = new Linear(weights.Under("ffn.0"), form.Width, form.FeedForward);
        down = new Linear(weights.Under("ffn.2"), form.FeedForward, form.Width, gain: 0.5f);
    }

    /// <summary>x [B,S,D]; embedding [n,6D], the projected timestep (and drive) of each row. <paramref name="seen"/> is shown what arises on the way.</summary>
    public Tensor Forward(Tensor x, Tensor embedding, TCondition condition, IAttentionPattern pattern, Action<string, Tensor>? seen = null)
    {
        using var scope = Tensor.Scope();
        var resting = form.Modulation.Rank == 2 ? modulation : modulation.Reshape(1, 6 * form.Width);
        var m = embedding + (resting + neutral);                                                              // [n,6D]
        x = SelfAttend(x, m, pattern, seen);
        foreach (var cross in crossLayers)
        {
            var added = cross.Forward(x, condition);
            seen?.Invoke($"block{layer}.{cross.Name}", added);
            scope.Swap(ref x, x + added);
        }
        scope.Swap(ref x, FeedForward(x, m));
        seen?.Invoke($"block{layer}", x);
        return scope.Keep(x);
    }

    // Scopes of their own: what a part holds on the way is gone before the next begins.
    Tensor SelfAttend(Tensor x, Tensor m, IAttentionPattern pattern, Action<string, Tensor>? seen)
    {
        using var scope = Tensor.Scope();
        var h = x.LayerNorm(Row(m, 1), Row(m, 0), form.Epsilon);
        var own = selfAttention.Read(h); // before the queries: gradients add up in this order in every stored loss curve
        var found = pattern.Attend(layer, selfAttention, selfAttention.Queries(h), own);
        seen?.Invoke($"block{layer}.self_attn", found);
        return scope.Keep(x.AddGated(found, Row(m, 2)));
    }

    Tensor FeedForward(Tensor x, Tensor m)
    {
        using var scope = Tensor.Scope();
        var h = x.LayerNorm(Row(m, 4), Row(m, 3), form.Epsilon);
        return scope.Keep(x.AddGated(down.Forward(up.Forward(h).Gelu()), Row(m, 5)));
    }

    // Shift, scale and gate, twice: scales count from 1.
    static float[] Neutral(BlockForm form) => [.. Enumerable.Range(0, 6 * form.Width).Select(i => (i / form.Width % 3) switch { 0 => 0, 1 => 1, _ => form.RestingGate })];

    Tensor Row(Tensor m, int index) => m.Narrow(1, index * form.Width, form.Width);
}
