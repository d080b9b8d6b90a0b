using TalkingMachines.Models.Vae;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Wan;

/// <summary>
/// What an i2v network is given of its picture for each latent (FACTS 1.6): a mask of four channels, one for each frame, that
/// says which frames are given, and the latent of a video of the given frames followed by mid grey. Without end: once the
/// autoencoder has forgotten the picture its latents repeat, and are no longer worked out.
/// </summary>
public sealed class PictureStream : IDisposable
{
    readonly VideoAutoencoder autoencoder;
    readonly Tensor given;
    readonly FrameCache cache = new();
    Tensor? last;
    bool forgotten;
    int latents;

    /// <summary>Of given first frames [1,3,4n+1,H,W] in [-1, 1]; a copy is kept.</summary>
    public PictureStream(VideoAutoencoder autoencoder, Tensor given)
    {
        if (given.Shape[2] % WanSampling.FramesPerLatent != 1) throw new ArgumentException($"Given frames are {given.Shape}, expected 4 n + 1 of them.");
        (this.autoencoder, this.given) = (autoencoder, given.Detach().Own());
    }

    /// <summary>The next n latents [1,20,n,h,w], the first of which must cover the given frames; in the current scope.</summary>
    public Tensor Next(int count)
    {
        using var scope = Tensor.Scope();
        var device = given.Device;
        var parts = new Tensor[count];
        int shown = WanSampling.Latents(given.Shape[2]);
        for (int i = 0; i < count; i++, latents++)
        {
            var latent = Latent();
            var mask = Tensor.Filled(device, latent.Shape.With(1, WanSampling.FramesPerLatent), latents < shown ? 1 : 0);
            parts[i] = Tensor.Concat(1, mask, latent);
        }
        return scope.Keep(Tensor.Concat(2, parts));
    }

    Tensor Latent()
    {
        if (forgotten) return last!;
        using var scope = Tensor.Scope();
        var frames = latents == 0 ? given.Narrow(2, 0, 1) : Frames(1 + (WanSampling.FramesPerLatent * (latents - 1)));
        var latent = autoencoder.Encode(frames, cache);
        forgotten = last is not null && latents > WanSampling.Latents(given.Shape[2]) && last.ToArray().AsSpan().SequenceEqual(latent.ToArray());
        last?.Dispose();
        last = latent.Detach().Own();
        return scope.Keep(latent);
    }

    Tensor Frames(int first) => first < given.Shape[2]
        ? given.Narrow(2, first, WanSampling.FramesPerLatent)
        : Tensor.Zeros(given.Device, given.Shape.With(2, WanSampling.FramesPerLatent));

    public void Dispose()
    {
        given.Dispose();
        cache.Dispose();
        last?.Dispose();
    }
}
