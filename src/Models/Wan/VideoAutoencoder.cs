using TalkingMachines.Models.Layers;
using TalkingMachines.Models.Vae;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Wan;

/// <summary>
/// Frames in [-1, 1] to latents and back, in pieces of a stream: 1 + 4 (n - 1) frames at its start are n latents, 4 n
/// later ones n more. The two autoencoders of the family behind one face.
/// </summary>
public abstract class VideoAutoencoder
{
    /// <summary>Frames [1,3,T,H,W] to normalised latents [1,C,n,H/8,W/8].</summary>
    public abstract Tensor Encode(Tensor frames, FrameCache cache);

    /// <summary>Normalised latents [1,C,n,h,w] to frames [1,3,T,8h,8w], which may leave [-1, 1] a little.</summary>
    public abstract Tensor Decode(Tensor latents, FrameCache cache);
}

/// <summary>Wan's own, of any width.</summary>
public sealed class FullVideoAutoencoder(WanAutoencoder autoencoder) : VideoAutoencoder
{
    public override Tensor Encode(Tensor frames, FrameCache cache) => autoencoder.Encode(frames, cache);

    public override Tensor Decode(Tensor latents, FrameCache cache) => autoencoder.Decode(latents, cache);
}

/// <summary>Mean and deviation of each channel of a latent [1,C,1,1,1], which a network wants put back.</summary>
public sealed record LatentScale(Tensor Mean, Tensor Deviation)
{
    /// <summary>Wan's own, freed with the weights.</summary>
    public static LatentScale OfWan(Weights weights, int channels)
    {
        var wan = new WanAutoencoderConfig();
        Tensor Row(IReadOnlyList<float> all) => weights.Constant([1, channels, 1, 1, 1], [.. all.Take(channels)]);
        return new(Row(wan.Mean), Row(wan.Deviation));
    }
}

/// <summary>
/// TAEHV, for which a stream's first latent is four frames too, of which it drops three. taew2_1 works on normalised latents;
/// lighttaew2_1, of the same keys and shapes, on those as they were before (FACTS 2.4): with a scale.
/// </summary>
public sealed class TinyVideoAutoencoder(TinyAutoencoder autoencoder, LatentScale? scale = null) : VideoAutoencoder
{
    public override Tensor Encode(Tensor frames, FrameCache cache)
    {
        using var scope = Tensor.Scope();
        if (cache.IsNew)
        {
            var first = frames.Narrow(2, 0, 1);
            frames = Tensor.Concat(2, first.BroadcastTo(first.Shape.With(2, TinyAutoencoder.FramesPerLatent - 1)), frames);
        }
        var latents = autoencoder.Encode(frames.Affine(0.5f, 0.5f), cache);
        return scope.Keep(scale is null ? latents : (latents - scale.Mean) / scale.Deviation);
    }

    public override Tensor Decode(Tensor latents, FrameCache cache)
    {
        using var scope = Tensor.Scope();
        if (scale is not null) latents = (latents * scale.Deviation) + scale.Mean;
        return scope.Keep(autoencoder.Decode(latents, cache).Affine(2, -1));
    }
}
