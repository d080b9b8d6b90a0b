using System.Runtime.InteropServices;
using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Vae;

/// <summary>
/// Wan 2.1's causal autoencoder (FACTS 2): 1 + 4n frames in [-1, 1] to 1 + n latents at 1/8 of the size and back.
/// Latents are normalised by channel. Decoding in pieces that share a <see cref="FrameCache"/> equals decoding the whole.
/// </summary>
public sealed class WanAutoencoder
{
    readonly WanEncoder encoder;
    readonly WanDecoder decoder;
    readonly Convolution moments;
    readonly Convolution latents;
    readonly Tensor mean;
    readonly Tensor deviation;

    public WanAutoencoder(Weights weights, WanAutoencoderConfig config)
    {
        int c = config.LatentChannels;
        if (config.Mean.Count < c || config.Deviation.Count < c)
            throw new ArgumentException($"{config.Mean.Count} means and {config.Deviation.Count} deviations of latents were given, expected {c} of each.");
        Config = config;
        encoder = new WanEncoder(weights.Under("encoder"), config);
        moments = Convolution.Stored(weights.Under("conv1"), [2 * c, 2 * c, 1, 1, 1], new());
        latents = Convolution.Stored(weights.Under("conv2"), [c, c, 1, 1, 1], new());
        decoder = new WanDecoder(weights.Under("decoder"), config);
        mean = weights.Constant([1, c, 1, 1, 1], [.. config.Mean.Take(c)]);
        deviation = weights.Constant([1, c, 1, 1, 1], [.. config.Deviation.Take(c)]);
    }

    public WanAutoencoderConfig Config { get; }

    /// <summary>Video [B,3,T,H,W] in [-1, 1] to latents [B,C,1+(T-1)/4,H/8,W/8]: means, normalised. Frames behind the last whole four are left out, as in the reference.</summary>
    public Tensor Encode(Tensor video)
    {
        using var cache = new FrameCache();
        return Encode(video, cache);
    }

    /// <summary>The next frames of a stream: at its start one and then fours, later fours.</summary>
    public Tensor Encode(Tensor video, FrameCache cache)
    {
        var s = video.Shape;
        if (s.Rank != 5 || s[1] != 3 || s[3] % Config.Stride != 0 || s[4] % Config.Stride != 0)
            throw new ArgumentException($"A video {s} was given, expected [B,3,T,H,W] with sizes that {Config.Stride} divides.");
        using var scope = Tensor.Scope();
        var parts = new List<Tensor>();
        for (int at = 0, size; at + (size = parts.Count == 0 && cache.IsNew ? 1 : Config.FramesPerLatent) <= s[2]; at += size)
            parts.Add(encoder.Pass(video.Narrow(2, at, size), cache));
        if (parts.Count == 0) throw new ArgumentException($"A video {s} was given, expected at least {Config.FramesPerLatent} more frames.");
        var mu = moments.Forward(Tensor.Concat(2, CollectionsMarshal.AsSpan(parts))).Narrow(1, 0, Config.LatentChannels);
        return scope.Keep((mu - mean) / deviation);
    }

    /// <summary>Latents [B,C,n,h,w] to video [B,3,1+4(n-1),8h,8w], not yet clamped to [-1, 1].</summary>
    public Tensor Decode(Tensor normalised)
    {
        using var cache = new FrameCache();
        return Decode(normalised, cache);
    }

    /// <summary>The next latents of a stream: a stream's first gives one frame, every other four.</summary>
    public Tensor Decode(Tensor normalised, FrameCache cache)
    {
        var s = normalised.Shape;
        if (s.Rank != 5 || s[1] != Config.LatentChannels || s[2] == 0) throw new ArgumentException($"Latents {s} were given, expected [B,{Config.LatentChannels},1 or more,h,w].");
        using var scope = Tensor.Scope();
        var z = latents.Forward((normalised * deviation) + mean);
        var parts = new Tensor[s[2]];
        for (int i = 0; i < parts.Length; i++) parts[i] = decoder.Pass(z.Narrow(2, i, 1), cache);
        return scope.Keep(parts.Length == 1 ? parts[0] : Tensor.Concat(2, parts));
    }
}
