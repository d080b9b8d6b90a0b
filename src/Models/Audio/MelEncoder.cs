using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Audio;

/// <summary>
/// What the mini model hears: a small network over log-mel features, trained to tell five mouth values from sound and then
/// frozen; its features are whitened by their principal components, because raw ones are mostly a constant. It plays
/// the part that wav2vec2 plays at full size. (MINI-MODEL, "Audio".)
/// </summary>
public sealed class MelEncoder
{
    /// <summary>Whitened principal components kept; the rest is mostly noise.</summary>
    public const int Features = 32;

    public const int MouthValues = 5;

    /// <summary>Values of a raw feature.</summary>
    public const int RawFeatures = 64;

    /// <summary>Mel frames on either side that a video frame's feature depends on.</summary>
    public const int Context = 24;

    const int Width = 192;

    readonly Convolution[] layers;
    readonly Linear mouth;
    readonly Tensor centre;
    readonly Tensor whitening;

    public MelEncoder(Weights weights)
    {
        layers =
        [
            Convolution.Over1d(weights.Under("layers.0"), VoiceMean.Rows, Width, 5),
            Convolution.Over1d(weights.Under("layers.1"), Width, Width, 5, stride: 2),
            Convolution.Over1d(weights.Under("layers.2"), Width, Width, 5, stride: 2),
            Convolution.Over1d(weights.Under("layers.3"), Width, Width, 5),
            Convolution.Over1d(weights.Under("layers.4"), Width, Width, 3),
            Convolution.Over1d(weights.Under("layers.5"), Width, RawFeatures, 3),
        ];
        mouth = new Linear(weights.Under("mouth"), RawFeatures, MouthValues);
        centre = weights.Get("whitening.centre", [RawFeatures], Initial.Zeros);
        whitening = weights.Get("whitening.matrix", [Features, RawFeatures], Initial.Zeros);
    }

    /// <summary>Sets the whitening: features become (raw - centre) matrix^T.</summary>
    public void SetWhitening(ReadOnlySpan<float> centre, ReadOnlySpan<float> matrix)
    {
        this.centre.Load(centre);
        whitening.Load(matrix);
    }

    /// <summary>Features of <see cref="VoiceMean"/> [B,80,M], M a multiple of 4, to raw features [B,M/4,64].</summary>
    public Tensor Raw(Tensor mel)
    {
        using var scope = Tensor.Scope();
        var s = mel.Shape;
        var x = mel.Reshape(s[0], s[1], 1, 1, s[2]);
        for (int i = 0; i < layers.Length; i++)
        {
            x = layers[i].Forward(x);
            if (i + 1 < layers.Length) x = x.Gelu();
        }
        return scope.Keep(x.Reshape(s[0], RawFeatures, s[2] / 4).Permute(0, 2, 1));
    }

    /// <summary>The five mouth values [B,F,5] of raw features.</summary>
    public Tensor Mouth(Tensor raw) => mouth.Forward(raw);

    /// <summary>Whitened features and mouth values side by side, [B,F,37], one row a video frame: the transformer's food.</summary>
    public Tensor Forward(Tensor mel)
    {
        using var scope = Tensor.Scope();
        var raw = Raw(mel);
        return scope.Keep(Tensor.Concat(-1, (raw - centre).Linear(whitening, null), Mouth(raw)));
    }
}
