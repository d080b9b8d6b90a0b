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

/// <summary>TAEHV, for which a stream's first latent is four frames too, of which it drops three.</summary>
public sealed class TinyVideoAutoencoder(TinyAutoencoder autoencoder) : VideoAutoencoder
{
    public override Tensor Encode(Tensor frames, FrameCache cache)
    {
        using var scope = Tensor.Scope();
        if (cache.IsNew)
        {
            var first = frames.Narrow(2, 0, 1);
            frames = Tensor.Concat(2, first.BroadcastTo(first.Shape.With(2, TinyAutoencoder.FramesPerLatent - 1)), frames);
        }
        return scope.Keep(autoencoder.Encode(frames.Affine(0.5f, 0.5f), cache));
    }

    public override Tensor Decode(Tensor latents, FrameCache cache)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(autoencoder.Decode(latents, cache).Affine(2, -1));
    }
}
