using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>Keys and values of one layer, keys before rotation. [B,S,H,D]</summary>
public readonly record struct KeyValue(Tensor Keys, Tensor Values);

/// <summary>Who sees whom in self attention: given queries, keys and values of the tokens at hand, the keys and values they attend to.</summary>
public interface IAttentionPattern
{
    /// <summary>What self attention of layer <paramref name="layer"/> finds, projected. Queries and keys come unrotated.</summary>
    Tensor Attend(int layer, Attention attention, Tensor queries, KeyValue unrotated);
}

/// <summary>
/// Wan's block: modulated self attention, then audio cross attention (in place of text), then a modulated feed-forward.
/// B batch, F latents at hand, S tokens a latent, D width, n = B * F.
/// </summary>
public sealed class TransformerBlock
{
    const float Epsilon = 1e-6f;

    readonly AvatarConfig config;
    readonly int layer;
    readonly Tensor modulation;
    readonly Tensor neutral;
    readonly Attention selfAttention;
    readonly Linear up;
    readonly Linear down;
    readonly AudioAttention? audio;

    public TransformerBlock(Weights weights, AvatarConfig config, int layer, bool withAudio)
    {
        this.config = config;
        this.layer = layer;
        modulation = weights.Get("modulation", [1, 6 * config.Width], Initial.Zeros);
        neutral = weights.Constant([1, 6 * config.Width], Neutral(config.Width));
        selfAttention = new Attention(weights.Under("self_attn"), config.Width, config.Heads, config.Width);
        up = new Linear(weights.Under("ffn.0"), config.Width, config.FeedForward);
        down = new Linear(weights.Under("ffn.2"), config.FeedForward, config.Width, gain: 0.5f);
        if (withAudio) audio = new AudioAttention(weights, config);
    }

    /// <summary>x [B,F*S,D]; embedding [n,6D], the projected timestep (and drive) of each latent.</summary>
    public Tensor Forward(Tensor x, Tensor embedding, MotionCondition motion, CharacterCondition character, IAttentionPattern pattern)
    {
        using var scope = Tensor.Scope();
        var m = embedding + (modulation + neutral);                                                           // [n,6D]
        var h = x.LayerNorm(Row(m, 1), Row(m, 0), Epsilon);
        var own = new KeyValue(selfAttention.Keys(h), selfAttention.Values(h));
        x = x.AddGated(pattern.Attend(layer, selfAttention, selfAttention.Queries(h), own), Row(m, 2));
        if (audio is not null) x += audio.Forward(x, motion, character);
        h = x.LayerNorm(Row(m, 4), Row(m, 3), Epsilon);
        return scope.Keep(x.AddGated(down.Forward(up.Forward(h).Gelu()), Row(m, 5)));
    }

    // Shift, scale and gate, twice: scales and gates count from 1.
    static float[] Neutral(int width) => [.. Enumerable.Range(0, 6 * width).Select(i => i / width % 3 == 0 ? 0f : 1f)];

    Tensor Row(Tensor m, int index) => m.Narrow(1, index * config.Width, config.Width);

    /// <summary>Cross attention of each latent's tokens to its own window of sound, within the face mask.</summary>
    sealed class AudioAttention
    {
        readonly AvatarConfig config;
        readonly Attention attention;
        readonly Tensor normWeight;
        readonly Tensor normBias;
        readonly Tensor relative;

        public AudioAttention(Weights weights, AvatarConfig config)
        {
            this.config = config;
            attention = new Attention(weights.Under("audio_cross_attn"), config.Width, config.Heads, config.Width);
            normWeight = weights.Get("audio_norm.weight", [config.Width], Initial.Ones);
            normBias = weights.Get("audio_norm.bias", [config.Width], Initial.Zeros);
            relative = weights.Get("audio_cross_attn.relative", [config.Heads, 1, config.AudioTokens + 1], StartingBias(config));
        }

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

        public Tensor Forward(Tensor x, MotionCondition motion, CharacterCondition character)
        {
            using var scope = Tensor.Scope();
            var tokens = motion.AudioTokens ?? throw new ArgumentException("Audio layers were given no sound, expected audio tokens.");
            int b = x.Shape[0], n = tokens.Shape[0], s = config.Tokens;
            var queries = attention.Queries(x.LayerNorm(normWeight, normBias, Epsilon).Reshape(n, s, config.Width));
            var bias = relative.BroadcastTo([config.Heads, s, config.AudioTokens + 1]);
            var found = attention.Attend(queries, attention.Keys(tokens), attention.Values(tokens), bias);    // [n,S,D]
            var masked = found.Reshape(b, n / b, s, config.Width) * character.FaceMask!.Reshape(b, 1, s, 1);
            return scope.Keep(masked.Reshape(x.Shape));
        }
    }
}
