using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Text;

/// <summary>
/// The encoder of umT5 (FACTS 3.1): token ids to features. Attention is not scaled and has a bias by distance; norms are
/// root mean squares; the feed-forward is gated. L layers, S tokens, D width.
/// </summary>
public sealed class UmT5Encoder
{
    const float Epsilon = 1e-6f;

    readonly UmT5Config config;
    readonly Tensor tokens;
    readonly RelativePositions? shared;
    readonly Block[] blocks;
    readonly Tensor norm;

    public UmT5Encoder(Weights weights, UmT5Config config)
    {
        this.config = config;
        tokens = weights.Get("token_embedding.weight", [config.Vocabulary, config.Width], Initial.Constant(0) with { Deviation = 1 });
        if (config.SharedPositions) shared = new RelativePositions(weights.Under("pos_embedding"), config.Buckets, config.Heads);
        blocks = [.. Enumerable.Range(0, config.Layers).Select(layer => new Block(weights.Under($"blocks.{layer}"), config))];
        norm = weights.Get("norm.weight", [config.Width], Initial.Ones);
    }

    public UmT5Config Config => config;

    /// <summary>Features [S,D] of one text of S tokens, its end token included.</summary>
    public Tensor Forward(ReadOnlySpan<int> ids)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Features(ids, [], config.Layers).RmsNorm(norm, Epsilon).Reshape(ids.Length, config.Width));
    }

    /// <summary>Features [B,S,D] of texts padded to <paramref name="length"/> tokens each; nobody looks at a token whose <paramref name="mask"/> is 0.</summary>
    public Tensor Forward(ReadOnlySpan<int> ids, ReadOnlySpan<int> mask, int length)
    {
        if (length <= 0 || ids.Length == 0 || ids.Length % length != 0 || mask.Length != ids.Length)
            throw new ArgumentException($"{ids.Length} tokens with a mask of {mask.Length} came, expected texts of {length} tokens and as many in the mask.");
        using var scope = Tensor.Scope();
        var texts = new Tensor[ids.Length / length];
        for (int i = 0; i < texts.Length; i++)
            texts[i] = Features(ids.Slice(i * length, length), mask.Slice(i * length, length), config.Layers).RmsNorm(norm, Epsilon);
        return scope.Keep(Tensor.Concat(0, texts));
    }

    /// <summary>What the first <paramref name="layers"/> layers make of one text, before the last norm: [1,S,D]. An empty mask hides nothing.</summary>
    public Tensor Features(ReadOnlySpan<int> ids, ReadOnlySpan<int> mask, int layers)
    {
        using var scope = Tensor.Scope();
        var x = tokens.Gather(ids.ToArray()).Reshape(1, ids.Length, config.Width);
        var hidden = Hidden(mask);
        var common = shared is null ? null : Masked(shared.Bias(ids.Length), hidden);
        for (int layer = 0; layer < layers; layer++) scope.Swap(ref x, blocks[layer].Forward(x, common, hidden));
        return scope.Keep(x);
    }

    /// <summary>[1,1,S]: 0, or the most negative number where the mask is 0, as the reference has it: of nothing but hidden keys all weigh the same.</summary>
    Tensor? Hidden(ReadOnlySpan<int> mask)
    {
        if (!mask.Contains(0)) return null;
        float[] values = new float[mask.Length];
        for (int i = 0; i < values.Length; i++) values[i] = mask[i] == 0 ? float.MinValue : 0;
        return Tensor.From(tokens.Device, [1, 1, values.Length], values);
    }

    static Tensor Masked(Tensor bias, Tensor? hidden) => hidden is null ? bias : bias + hidden;

    sealed class Block
    {
        readonly AttentionHeads heads;
        readonly Tensor norm1;
        readonly Linear q;
        readonly Linear k;
        readonly Linear v;
        readonly Linear o;
        readonly RelativePositions? positions;
        readonly Tensor norm2;
        readonly Linear gate;
        readonly Linear up;
        readonly Linear down;

        public Block(Weights weights, UmT5Config config)
        {
            heads = new AttentionHeads(config.AttentionWidth, config.Heads) { Scale = 1 };
            norm1 = weights.Get("norm1.weight", [config.Width], Initial.Ones);
            q = new Linear(weights.Under("attn.q"), config.Width, config.AttentionWidth, bias: false);
            k = new Linear(weights.Under("attn.k"), config.Width, config.AttentionWidth, bias: false);
            v = new Linear(weights.Under("attn.v"), config.Width, config.AttentionWidth, bias: false);
            o = new Linear(weights.Under("attn.o"), config.AttentionWidth, config.Width, bias: false);
            if (!config.SharedPositions) positions = new RelativePositions(weights.Under("pos_embedding"), config.Buckets, config.Heads);
            norm2 = weights.Get("norm2.weight", [config.Width], Initial.Ones);
            gate = new Linear(weights.Under("ffn.gate.0"), config.Width, config.FeedForward, bias: false);
            up = new Linear(weights.Under("ffn.fc1"), config.Width, config.FeedForward, bias: false);
            down = new Linear(weights.Under("ffn.fc2"), config.FeedForward, config.Width, bias: false);
        }

        public Tensor Forward(Tensor x, Tensor? common, Tensor? hidden)                         // [1,S,D]
        {
            using var scope = Tensor.Scope();
            x += Attention(x.RmsNorm(norm1, Epsilon), common, hidden);
            var h = x.RmsNorm(norm2, Epsilon);
            return scope.Keep(x + down.Forward(up.Forward(h) * gate.Forward(h).Gelu()));
        }

        Tensor Attention(Tensor h, Tensor? common, Tensor? hidden)
        {
            using var scope = Tensor.Scope();
            var bias = common ?? Masked(positions!.Bias(h.Shape[1]), hidden);                   // [heads,S,S]
            return scope.Keep(o.Forward(heads.FindInRows(q.Forward(h), k.Forward(h), v.Forward(h), bias)));
        }
    }
}
