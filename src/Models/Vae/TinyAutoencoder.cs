using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Vae;

/// <summary>Sizes of TAEHV; the defaults are taew2_1, made for Wan 2.1's latents.</summary>
public sealed record TinyAutoencoderConfig
{
    public int LatentChannels { get; init; } = 16;

    /// <summary>Channels of the encoder.</summary>
    public int EncoderWidth { get; init; } = 64;

    /// <summary>Channels of the decoder at 1/8, 1/4, 1/2 and full size.</summary>
    public IReadOnlyList<int> DecoderWidths { get; init; } = [256, 128, 64, 64];

    /// <summary>The sizes of stored weights, read from their shapes.</summary>
    public static TinyAutoencoderConfig Of(Weights weights) => new()
    {
        LatentChannels = weights.ShapeOf("decoder.1.weight", 4)[1],
        EncoderWidth = weights.ShapeOf("encoder.0.weight", 4)[0],
        DecoderWidths = [.. new[] { 1, 8, 14, 20 }.Select(layer => weights.ShapeOf($"decoder.{layer}.weight", 4)[0])],
    };
}

/// <summary>
/// TAEHV (FACTS 2.4): a small stand-in for <see cref="WanAutoencoder"/> that works on the same normalised latents with pictures
/// in [0, 1]: plain convolutions whose only sense of time is each block's input of the frame before. A latent is four frames,
/// the first latent too; its first three frames are thrown away.
/// </summary>
public sealed class TinyAutoencoder
{
    /// <summary>Frames of a latent.</summary>
    public const int FramesPerLatent = 4;

    const float Reach = 3; // latents are bent to within it

    readonly TinyAutoencoderConfig config;
    readonly List<ICausalStage> encoder = [];
    readonly List<ICausalStage> decoder = [];

    public TinyAutoencoder(Weights weights, TinyAutoencoderConfig config)
    {
        this.config = config;
        AddEncoder(weights.Under("encoder"));
        AddDecoder(weights.Under("decoder"));
    }

    public TinyAutoencoderConfig Config => config;

    void AddEncoder(Weights weights)
    {
        int width = config.EncoderWidth, index = 2;
        encoder.Add(new PlainStage(weights.Under("0"), 3, width, relu: true));
        foreach (int frames in (ReadOnlySpan<int>)[2, 2, 1])
        {
            encoder.Add(new TimePooling(weights.Under($"{index++}"), width, frames));
            encoder.Add(new PlainStage(weights.Under($"{index++}"), width, width, stride: 2, bias: false));
            for (int i = 0; i < 3; i++) encoder.Add(new MemoryBlock(weights.Under($"{index++}"), width));
        }
        encoder.Add(new PlainStage(weights.Under($"{index}"), width, config.LatentChannels));
    }

    void AddDecoder(Weights weights)
    {
        var widths = config.DecoderWidths;
        int index = 3;
        decoder.Add(new PlainStage(weights.Under("1"), config.LatentChannels, widths[0], relu: true));
        for (int level = 0; level < 3; level++)
        {
            for (int i = 0; i < 3; i++) decoder.Add(new MemoryBlock(weights.Under($"{index++}"), widths[level]));
            index++; // the doubling of the picture has no weights
            decoder.Add(new TimeGrowth(weights.Under($"{index++}"), widths[level], level == 0 ? 1 : 2));
            decoder.Add(new PlainStage(weights.Under($"{index++}"), widths[level], widths[level + 1], bias: false, relu: level == 2));
        }
        decoder.Add(new PlainStage(weights.Under($"{index + 1}"), widths[3], 3));
    }

    /// <summary>Frames [B,3,T,H,W] in [0, 1] to latents [B,C,T/4,H/8,W/8]; the last frame is repeated to whole fours.</summary>
    public Tensor Encode(Tensor frames)
    {
        using var scope = Tensor.Scope();
        using var cache = new FrameCache();
        int over = frames.Shape[2] % FramesPerLatent;
        if (over != 0)
        {
            var last = frames.Narrow(2, frames.Shape[2] - 1, 1);
            frames = Tensor.Concat(2, frames, last.BroadcastTo(frames.Shape.With(2, FramesPerLatent - over)));
        }
        return scope.Keep(Encode(frames, cache));
    }

    /// <summary>The next frames of a stream, whole fours.</summary>
    public Tensor Encode(Tensor frames, FrameCache cache)
    {
        var s = frames.Shape;
        if (s.Rank != 5 || s[1] != 3 || s[2] == 0 || s[2] % FramesPerLatent != 0 || s[3] % 8 != 0 || s[4] % 8 != 0)
            throw new ArgumentException($"Frames {s} were given, expected [B,3,whole fours,H,W] with sizes that 8 divides.");
        return Pass(encoder, frames, cache);
    }

    /// <summary>Latents [B,C,n,h,w] to frames [B,3,4n-3,8h,8w] within [0, 1].</summary>
    public Tensor Decode(Tensor latents)
    {
        using var cache = new FrameCache();
        return Decode(latents, cache);
    }

    /// <summary>The next latents of a stream: a stream's first gives one frame, every other four.</summary>
    public Tensor Decode(Tensor latents, FrameCache cache)
    {
        using var scope = Tensor.Scope();
        int early = cache.IsNew ? FramesPerLatent - 1 : 0;
        var raw = DecodeRaw(latents, cache);
        var zero = Tensor.Zeros(raw.Device, [1]);
        var within = (raw.Narrow(2, early, raw.Shape[2] - early).Maximum(zero).Affine(-1, 1).Maximum(zero)).Affine(-1, 1);
        return scope.Keep(within);
    }

    /// <summary>All frames of latents, the early ones too, as they leave the last convolution: [B,3,4n,8h,8w].</summary>
    public Tensor DecodeRaw(Tensor latents, FrameCache cache)
    {
        var s = latents.Shape;
        if (s.Rank != 5 || s[1] != config.LatentChannels || s[2] == 0) throw new ArgumentException($"Latents {s} were given, expected [B,{config.LatentChannels},1 or more,h,w].");
        using var scope = Tensor.Scope();
        return scope.Keep(Pass(decoder, (latents * (1 / Reach)).Tanh() * Reach, cache));
    }

    static Tensor Pass(List<ICausalStage> stages, Tensor x, FrameCache cache)
    {
        using var scope = Tensor.Scope();
        cache.BeginPass();
        var y = stages[0].Forward(x, cache);
        for (int i = 1; i < stages.Count; i++) scope.Swap(ref y, stages[i].Forward(y, cache));
        return scope.Keep(y);
    }
}
