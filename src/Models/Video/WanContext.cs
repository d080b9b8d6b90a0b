using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>What every layer's cross attention sees of the prompt, and of the picture in i2v: worked out once, kept for all steps and chunks.</summary>
/// <param name="Text">By layer. [B,512,H,D]</param>
/// <param name="Picture">By layer, of CLIP's tokens; null in t2v. [B,257,H,D]</param>
public sealed record WanContext(KeyValue[] Text, KeyValue[]? Picture) : IDisposable
{
    public void Dispose()
    {
        foreach (var layer in Text) layer.Dispose();
        foreach (var layer in Picture ?? []) layer.Dispose();
    }
}

/// <summary>What Wan's cross layers are given.</summary>
/// <param name="Speech">The sound of the latents at hand, for a model with an audio add-on.</param>
public sealed record WanCondition(WanContext Context, SpeechTokens? Speech = null);

/// <summary>What is said during each of n latents (B times latent frames at hand).</summary>
/// <param name="Tokens">[n,T,C]</param>
/// <param name="Lengths">How many of its T tokens each latent hears; null: all.</param>
/// <param name="Scale">How much of it is added (FantasyTalking).</param>
/// <param name="Speakers">Who is where, with several speakers (MultiTalk).</param>
public sealed record SpeechTokens(Tensor Tokens, int[]? Lengths = null, float Scale = 1, SpeakerMap? Speakers = null);

/// <summary>CLIP's tokens in the transformer's width (FACTS 1.3, 5).</summary>
public sealed class PictureEmbedding(Weights weights, int inputs, int width)
{
    readonly LayerNorm normIn = new(weights.Under("proj.0"), inputs);
    readonly Linear first = new(weights.Under("proj.1"), inputs, inputs);
    readonly Linear second = new(weights.Under("proj.3"), inputs, width);
    readonly LayerNorm normOut = new(weights.Under("proj.4"), width);

    public Tensor Forward(Tensor x)                                                                           // [B,257,C] -> [B,257,D]
    {
        using var scope = Tensor.Scope();
        return scope.Keep(normOut.Forward(second.Forward(first.Forward(normIn.Forward(x)).GeluErf())));
    }
}
