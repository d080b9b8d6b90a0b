using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Audio;

/// <summary>wav2vec 2.0's convolutions over samples: kernels without padding, each followed by a norm or none and an exact GELU.</summary>
internal sealed class SoundFeatures
{
    const float Epsilon = 1e-5f;

    readonly Wav2Vec2Config config;
    readonly Convolution[] convolutions;
    readonly LayerNorm[] norms;
    readonly Tensor? gain;
    readonly Tensor? offset;

    public SoundFeatures(Weights weights, Wav2Vec2Config config)
    {
        this.config = config;
        var layers = config.Convolutions.Select((_, i) => weights.Under($"conv_layers.{i}")).ToArray();
        convolutions = [.. config.Convolutions.Select((layer, i) => Convolution.Stored(
            layers[i].Under("conv"), [layer.Width, i == 0 ? 1 : config.Convolutions[i - 1].Width, layer.Kernel], new() { StrideW = layer.Stride }, config.ConvolutionBias))];
        norms = config.NormsEveryConvolution ? [.. config.Convolutions.Select((layer, i) => new LayerNorm(layers[i].Under("layer_norm"), layer.Width, Epsilon))] : [];
        if (config.NormsEveryConvolution) return;
        gain = layers[0].Get("layer_norm.weight", [config.Convolutions[0].Width], Initial.Ones);
        offset = layers[0].Get("layer_norm.bias", [config.Convolutions[0].Width], Initial.Zeros);
    }

    /// <summary>Samples [B,L] to features [B,T,C].</summary>
    public Tensor Forward(Tensor samples)
    {
        using var scope = Tensor.Scope();
        var x = samples.Reshape(samples.Shape[0], 1, 1, 1, samples.Shape[1]);
        for (int i = 0; i < convolutions.Length; i++) scope.Swap(ref x, Layer(x, i));
        return scope.Keep(Rows(x));
    }

    Tensor Layer(Tensor x, int i)                                                       // [B,C,1,1,T]
    {
        using var scope = Tensor.Scope();
        var y = convolutions[i].Forward(x);
        if (norms.Length > 0) y = norms[i].Forward(Rows(y)).Permute(0, 2, 1).Reshape(y.Shape);
        else if (i == 0) y = ByChannel(y);
        return scope.Keep(y.GeluErf());
    }

    // Group norm of as many groups as channels: each over the whole clip, so that features depend on how long it is.
    Tensor ByChannel(Tensor y)
    {
        using var scope = Tensor.Scope();
        Shape channels = [1, config.Convolutions[0].Width, 1, 1, 1];
        return scope.Keep((y.LayerNorm(null, null, Epsilon) * gain!.Reshape(channels)) + offset!.Reshape(channels));
    }

    static Tensor Rows(Tensor x)                                                        // [B,C,1,1,T] -> [B,T,C]
    {
        using var scope = Tensor.Scope();
        return scope.Keep(x.Reshape(x.Shape[0], x.Shape[1], x.Shape[4]).Permute(0, 2, 1));
    }
}
