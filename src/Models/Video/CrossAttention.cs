using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>
/// Wan's cross attention (FACTS 1.3, 8): what tokens find in the text, plus what they find in the picture (i2v), plus what they
/// find in the sound of their own latent (FantasyTalking); each has a softmax of its own, all share queries and the projection out.
/// </summary>
public sealed class CrossAttention
{
    readonly Attention attention;
    readonly KeyValueProjection? picture;
    readonly FantasyTalkingLayer? sound;

    public CrossAttention(Weights weights, int width, int heads, bool seesPicture, float epsilon = 1e-6f, FantasyTalkingLayer? sound = null)
    {
        attention = new Attention(weights, width, heads, width, epsilon);
        if (seesPicture) picture = new KeyValueProjection(weights, "k_img", "v_img", "norm_k_img", width, attention.Heads, epsilon);
        this.sound = sound;
    }

    /// <summary>Keys and values of embedded text [B,512,D].</summary>
    public KeyValue ReadText(Tensor text)
    {
        using var scope = Tensor.Scope();
        var (keys, values) = attention.Read(text);
        return new KeyValue(scope.Keep(keys), scope.Keep(values));
    }

    /// <summary>Keys and values of an embedded picture [B,257,D]; only in i2v.</summary>
    public KeyValue ReadPicture(Tensor tokens) => (picture ?? throw new InvalidOperationException("A t2v network was given a picture.")).Forward(tokens);

    /// <summary>What the tokens x [B,S,D] find.</summary>
    public Tensor Forward(Tensor x, KeyValue text, KeyValue? seen, SpeechTokens? speech)
    {
        using var scope = Tensor.Scope();
        var queries = attention.Queries(x);
        var found = attention.Heads.Find(queries, text.Keys, text.Values);
        if (seen is { } tokens) found += attention.Heads.Find(queries, tokens.Keys, tokens.Values);
        if (sound is not null && speech is not null) found += sound.Forward(queries, speech);
        return scope.Keep(attention.Project(found));
    }
}

/// <summary><see cref="CrossAttention"/> after a norm of its own, as a layer of a block.</summary>
public sealed class ContextLayer(Weights weights, WanConfig config, int layer, FantasyTalkingLayer? sound) : ICrossLayer<WanCondition>
{
    readonly LayerNorm norm = new(weights.Under("norm3"), config.Width, config.Epsilon);
    readonly CrossAttention attention = new(weights.Under("cross_attn"), config.Width, config.Heads, config.SeesPicture, config.Epsilon, sound);

    public string Name => "cross_attn";

    public KeyValue ReadText(Tensor text) => attention.ReadText(text);

    public KeyValue ReadPicture(Tensor tokens) => attention.ReadPicture(tokens);

    public Tensor Forward(Tensor x, WanCondition condition)
    {
        using var scope = Tensor.Scope();
        var context = condition.Context;
        return scope.Keep(attention.Forward(norm.Forward(x), context.Text[layer], context.Picture?[layer], condition.Speech));
    }
}
