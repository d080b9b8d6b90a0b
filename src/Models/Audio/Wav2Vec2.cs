using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Audio;

/// <summary>
/// wav2vec 2.0 (FACTS 3.4): 16 kHz sound to features, 50 a second. Audio layers read the states after each layer; they may
/// resample the convolutions' features to the video's frames first (MultiTalk). B clips, T frames, D width.
/// </summary>
public sealed class Wav2Vec2
{
    const float Epsilon = 1e-5f;
    const float SilenceVariance = 1e-7f;

    static readonly string[] Unused = ["lm_head.", "quantizer.", "project_q.", "project_hid."];

    readonly Wav2Vec2Config config;
    readonly SoundFeatures convolutions;
    readonly LayerNorm projectionNorm;
    readonly Linear projection;
    readonly PositionalConvolution positions;
    readonly LayerNorm norm;
    readonly Layer[] layers;

    public Wav2Vec2(Weights weights, Wav2Vec2Config config)
    {
        this.config = config;
        var root = Wav2Vec2Config.Root(weights);
        int features = config.Convolutions[^1].Width;
        convolutions = new SoundFeatures(root.Under("feature_extractor"), config);
        projectionNorm = new LayerNorm(root.Under("feature_projection.layer_norm"), features, Epsilon);
        projection = new Linear(root.Under("feature_projection.projection"), features, config.Width);
        positions = new PositionalConvolution(root.Under("encoder.pos_conv_embed.conv"), config);
        norm = new LayerNorm(root.Under("encoder.layer_norm"), config.Width, Epsilon);
        layers = [.. Enumerable.Range(0, config.Layers).Select(layer => new Layer(root.Under($"encoder.layers.{layer}"), config))];
    }

    public Wav2Vec2Config Config => config;

    /// <summary>Keys of published files that hearing does not need: heads for tasks and what only training used.</summary>
    public static bool Ignores(string key) =>
        key.EndsWith("masked_spec_embed", StringComparison.Ordinal) || Array.Exists(Unused, part => key.StartsWith(part, StringComparison.Ordinal));

    /// <summary>Sound [B,L] of mean 0 and variance 1 over each clip.</summary>
    public static Tensor Normalise(Tensor sound) => sound.LayerNorm(null, null, SilenceVariance);

    /// <summary>Normalised sound [B,L] to what the convolutions hear: [B,T,C].</summary>
    public Tensor Features(Tensor normalised)
    {
        var s = normalised.Shape;
        if (s.Rank != 2 || config.Frames(s[1]) < 1) throw new ArgumentException($"Sound {s} was given, expected [B,L] of enough samples for one frame.");
        return convolutions.Forward(normalised);
    }

    /// <summary>Features [B,T,C] resampled to <paramref name="frames"/> of a video of the same length.</summary>
    public static Tensor Resample(Tensor features, int frames) => Interpolation.LinearInTime(features, frames);

    /// <summary>The state before the first layer and after each, [B,T,D]; with norms first, the last one is normed. In the current scope.</summary>
    public Tensor[] HiddenStates(Tensor features)
    {
        using var scope = Tensor.Scope();
        var states = new Tensor[layers.Length + 1];
        var x = projection.Forward(projectionNorm.Forward(features));
        x += positions.Forward(x).GeluErf();
        states[0] = config.NormFirst ? x : norm.Forward(x);
        for (int i = 0; i < layers.Length; i++) states[i + 1] = layers[i].Forward(states[i]);
        if (config.NormFirst) states[^1] = norm.Forward(states[^1]);
        foreach (var state in states) scope.Keep(state);
        return states;
    }

    sealed class Layer
    {
        readonly Wav2Vec2Config config;
        readonly AttentionHeads heads;
        readonly Linear q;
        readonly Linear k;
        readonly Linear v;
        readonly Linear o;
        readonly LayerNorm norm1;
        readonly Linear up;
        readonly Linear down;
        readonly LayerNorm norm2;

        public Layer(Weights weights, Wav2Vec2Config config)
        {
            this.config = config;
            int width = config.Width;
            heads = new AttentionHeads(width, config.Heads);
            q = new Linear(weights.Under("attention.q_proj"), width, width);
            k = new Linear(weights.Under("attention.k_proj"), width, width);
            v = new Linear(weights.Under("attention.v_proj"), width, width);
            o = new Linear(weights.Under("attention.out_proj"), width, width);
            norm1 = new LayerNorm(weights.Under("layer_norm"), width, Epsilon);
            up = new Linear(weights.Under("feed_forward.intermediate_dense"), width, config.FeedForward);
            down = new Linear(weights.Under("feed_forward.output_dense"), config.FeedForward, width);
            norm2 = new LayerNorm(weights.Under("final_layer_norm"), width, Epsilon);
        }

        public Tensor Forward(Tensor x)                                                 // [B,T,D]
        {
            using var scope = Tensor.Scope();
            if (config.NormFirst)
            {
                x += Attend(norm1.Forward(x));
                return scope.Keep(x + Feed(norm2.Forward(x)));
            }
            x = norm1.Forward(x + Attend(x));
            return scope.Keep(norm2.Forward(x + Feed(x)));
        }

        Tensor Attend(Tensor x)
        {
            using var scope = Tensor.Scope();
            return scope.Keep(o.Forward(heads.FindInRows(q.Forward(x), k.Forward(x), v.Forward(x))));
        }

        Tensor Feed(Tensor x)
        {
            using var scope = Tensor.Scope();
            return scope.Keep(down.Forward(up.Forward(x).GeluErf()));
        }
    }
}
