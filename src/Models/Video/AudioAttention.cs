using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>Cross attention of each latent's tokens to its own window of sound, within the face mask: the mini model's cross layer.</summary>
public sealed class AudioAttention : ICrossLayer<AvatarCondition>
{
    const float Epsilon = 1e-6f;

    readonly AvatarConfig config;
    readonly int layer;
    readonly Attention attention;
    readonly Tensor normWeight;
    readonly Tensor normBias;
    readonly Tensor relative;

    public AudioAttention(Weights weights, AvatarConfig config, int layer)
    {
        (this.config, this.layer) = (config, layer);
        attention = new Attention(weights.Under("audio_cross_attn"), config.Width, config.Heads, config.Width);
        normWeight = weights.Get("audio_norm.weight", [config.Width], Initial.Ones);
        normBias = weights.Get("audio_norm.bias", [config.Width], Initial.Zeros);
        relative = weights.Get("audio_cross_attn.relative", [config.Heads, 1, config.AudioTokens + 1], StartingBias(config));
    }

    public string Name => "audio_cross_attn";

    // Head h starts looking at one frame of the latent and its neighbours: found necessary for sync to be learned at all.
    static float[] StartingBias(AvatarConfig config)
    {
        int slots = config.AudioTokens + 1, first = config.AudioMargin;
        float[] bias = new float[config.Heads * slots];
        for (int head = 0; head < config.Heads; head++)
            for (int slot = 0; slot < config.AudioTokens; slot++)
                bias[(head * slots) + slot] = -0.5f * Math.Abs(slot - first - ((head + 0.5f) * Vae.AutoencoderConfig.FramesPerLatent / config.Heads));
        return bias;
    }

    /// <summary>Keys and values of audio tokens [n,21,D].</summary>
    public KeyValue Hear(Tensor tokens)
    {
        using var scope = Tensor.Scope();
        var (keys, values) = attention.Read(tokens);
        return new KeyValue(scope.Keep(keys), scope.Keep(values));
    }

    public Tensor Forward(Tensor x, AvatarCondition condition)
    {
        using var scope = Tensor.Scope();
        var tokens = condition.Motion.AudioTokens ?? throw new ArgumentException("Audio layers were given no sound, expected audio tokens.");
        int b = x.Shape[0], n = tokens.Shape[0], s = config.Tokens;
        var queries = attention.Queries(x.LayerNorm(normWeight, normBias, Epsilon).Reshape(n, s, config.Width));
        var bias = relative.BroadcastTo([config.Heads, s, config.AudioTokens + 1]);
        var found = attention.Attend(queries, condition.Motion.Heard is { } heard ? heard[layer] : attention.Read(tokens), bias);                                  // [n,S,D]
        var masked = found.Reshape(b, n / b, s, config.Width) * condition.Character.FaceMask!;
        return scope.Keep(masked.Reshape(x.Shape));
    }
}
