using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Vae;

/// <summary>Widths of the autoencoder at 1/4, 1/8 and 1/16 of the picture's size, and the code's channels.</summary>
public sealed record AutoencoderConfig
{
    public int Width4 { get; init; } = 48;

    public int Width8 { get; init; } = 96;

    public int Width16 { get; init; } = 144;

    /// <summary>How many times the side that the encoder sees pictures have: 2 for 512 x 512 with codes of 256 x 256, the refiner's work.</summary>
    public int Scale { get; init; } = 1;

    /// <summary>Channels of the refiner at a quarter of the picture's size; 0: there is none.</summary>
    public int RefinerWidth { get; init; }

    /// <summary>Channels of a frame's code at 1/16.</summary>
    public int CodeChannels { get; init; } = 4;

    /// <summary>Frames whose codes make one latent, stacked as channels.</summary>
    public const int FramesPerLatent = 4;

    public int LatentChannels => CodeChannels * FramesPerLatent;

    /// <summary>Side of a code, for pictures of a side.</summary>
    public int CodeSide(int picture) => picture / (16 * Scale);
}

/// <summary>
/// What the decoder and the transformer know of a character: its reference picture, the same at the encoder's size, and features of
/// that, each of unit root mean square.
/// </summary>
public sealed record ReferenceFeatures(Tensor Picture, Tensor Small, Tensor At4, Tensor At8, Tensor At16, Tensor Code)
{
    /// <summary>Takes all out of the current scope: the caller disposes them.</summary>
    public ReferenceFeatures Own() => new(Picture.Own(), Small.Own(), At4.Own(), At8.Own(), At16.Own(), Code.Own());

    public void Dispose()
    {
        foreach (var tensor in (ReadOnlySpan<Tensor>)[Picture, Small, At4, At8, At16, Code]) tensor.Dispose();
    }
}

/// <summary>
/// The mini model's autoencoder: conditioned on the character's reference picture, so that a code says only what changed.
/// A frame's code depends on that frame and the reference alone: causal, and streaming decode equals whole decode exactly.
/// Output = the reference moved by a flow field, kept where it still shows what is there, plus what is painted; then, with a refiner,
/// plus what looking at that again adds. Pictures may be larger than the encoder sees them: the reference is moved at its full size.
/// (reference: MINI-MODEL, "Autoencoder"; keeping is the occlusion map of Siarohin et al., 2019, First Order Motion Model.)
/// </summary>
public sealed class ReferenceAutoencoder
{
    const int Patch = 4;              // pixels folded into channels at the input and out of them at the output
    const float FlowPixels = 8;       // unit of the flow head: its weights start small, faces move some pixels
    const int Together = AutoencoderConfig.FramesPerLatent; // frames of one character drawn at a time, where pictures are large
    const float KeepsAll = 4;         // where the logit of keeping starts: 0.98 of the moved reference
    const float LogVariance = -4;     // where the codes' log variance starts; it stays within 4 of it

    /// <summary>How the names of those weights begin that codes and reference features come from.</summary>
    public static readonly string[] EncodingParts = ["reference.", "encoder."];

    readonly AutoencoderConfig config;
    readonly ReferenceEncoder reference;
    readonly FrameEncoder encoder;
    readonly FrameDecoder decoder;
    readonly Refiner? refiner;

    public ReferenceAutoencoder(Weights weights, AutoencoderConfig config)
    {
        this.config = config;
        reference = new ReferenceEncoder(weights.Under("reference"), config);
        encoder = new FrameEncoder(weights.Under("encoder"), config);
        decoder = new FrameDecoder(weights.Under("decoder"), config);
        if (config.RefinerWidth > 0) refiner = new Refiner(weights.Under($"refiner{config.Scale}"), config);
    }

    public AutoencoderConfig Config => config;

    /// <summary>Features of reference pictures [B,3,H,W] in [-1, 1], with the code of the picture itself.</summary>
    public ReferenceFeatures Reference(Tensor picture)
    {
        var small = Small(picture);
        var (at4, at8, at16) = reference.Forward(small);
        var features = new ReferenceFeatures(picture, small, at4, at8, at16, at16);
        var (mean, _) = Moments(picture, features);
        return features with { Code = mean };
    }

    // At the size that the encoder sees.
    Tensor Small(Tensor pictures)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(config.Scale == 1 ? pictures.Reshape(pictures.Shape) : pictures.SumPool(config.Scale) * (1f / (config.Scale * config.Scale)));
    }

    /// <summary>Mean and log variance of the codes [N,C,h,w] of frames [N,3,H,W]; N is a multiple of the references' B, frames of one character together.</summary>
    public (Tensor Mean, Tensor LogVariance) Moments(Tensor frames, ReferenceFeatures features)
    {
        using var scope = Tensor.Scope();
        var moments = encoder.Forward(Difference(Small(frames), features.Small), features);
        int c = config.CodeChannels, h = moments.Shape[3], w = moments.Shape[4];
        moments = moments.Reshape(frames.Shape[0], 2 * c, h, w);
        var variance = (moments.Narrow(1, c, c) * 0.25f).Tanh().Affine(4, LogVariance);
        return (scope.Keep(moments.Narrow(1, 0, c)), scope.Keep(variance));
    }

    /// <summary>Frames [N,3,H,W] from codes [N,C,h,w].</summary>
    public Tensor Decode(Tensor codes, ReferenceFeatures features)
    {
        using var scope = Tensor.Scope();
        var s = codes.Shape;
        var drawing = decoder.Forward(codes.Reshape(s[0], s[1], 1, s[2], s[3]), features);
        if (features.Picture.Shape[0] > 1 || config.Scale == 1) return scope.Keep(Draw(drawing, features.Picture));
        // A chunk at full size would take half a gigabyte of intermediate pictures.
        var parts = new Tensor[(s[0] + Together - 1) / Together];
        for (int i = 0; i < parts.Length; i++)
        {
            int first = i * Together, count = Math.Min(Together, s[0] - first);
            parts[i] = Draw(drawing.Frames(first, count), features.Picture);
        }
        return scope.Keep(parts.Length == 1 ? parts[0] : Tensor.Concat(0, parts));
    }

    /// <summary>Frames [N,3,H,W] of references [B,3,H,W].</summary>
    Tensor Draw(in Drawing drawing, Tensor picture)
    {
        using var scope = Tensor.Scope();
        int height = picture.Shape[2], width = picture.Shape[3];
        var flow = drawing.Flow;
        var field = (flow.Reshape(flow.Shape[0], 2, flow.Shape[3], flow.Shape[4]) * (FlowPixels * config.Scale)).ResizeBilinear(height, width);
        var frames = (picture.Warp(field, Sampling.Cubic) * Pixels(drawing.Kept, height, width)) + Pixels(drawing.Painted, height, width);
        return scope.Keep(refiner is null ? frames : frames + refiner.Forward(frames, drawing.Context));
    }

    // Unfolded, at the encoder's size, then as large as the pictures.
    Tensor Pixels(Tensor folded, int height, int width)
    {
        using var scope = Tensor.Scope();
        var pixels = PixelShuffle.ToSpace(folded, Patch);
        return scope.Keep(config.Scale > 1 ? pixels.ResizeBilinear(height, width) : pixels);
    }

    // 3 (frame - reference): what changed, at about unit size.
    static Tensor Difference(Tensor frames, Tensor reference)
    {
        var s = frames.Shape;
        int b = reference.Shape[0], size = s.Product(1, 4);
        return ((frames.Reshape(b, s[0] / b, size) - reference.Reshape(b, 1, size)) * 3).Reshape(s);
    }

    /// <summary>x [N,C,1,h,w] plus features [B,C,1,h,w] of the character each belongs to.</summary>
    static Tensor AddFeatures(Tensor x, Tensor features)
    {
        var s = x.Shape;
        int b = features.Shape[0], size = s.Product(1, 5);
        return (x.Reshape(b, s[0] / b, size) + features.Reshape(b, 1, size)).Reshape(s);
    }

    sealed class ReferenceEncoder(Weights weights, AutoencoderConfig config)
    {
        readonly Convolution enter = Convolution.Over2d(weights.Under("enter"), 3 * Patch * Patch, config.Width4);
        readonly ResidualBlock block4 = new(weights.Under("block4"), config.Width4);
        readonly Convolution down8 = Convolution.Over2d(weights.Under("down8"), config.Width4, config.Width8, stride: 2);
        readonly ResidualBlock block8 = new(weights.Under("block8"), config.Width8);
        readonly Convolution down16 = Convolution.Over2d(weights.Under("down16"), config.Width8, config.Width16, stride: 2);
        readonly ResidualBlock block16 = new(weights.Under("block16"), config.Width16);
        readonly ChannelNorm norm4 = new(weights.Under("norm4"), config.Width4);
        readonly ChannelNorm norm8 = new(weights.Under("norm8"), config.Width8);
        readonly ChannelNorm norm16 = new(weights.Under("norm16"), config.Width16);

        public (Tensor At4, Tensor At8, Tensor At16) Forward(Tensor picture)
        {
            using var scope = Tensor.Scope();
            var at4 = block4.Forward(enter.Forward(PixelShuffle.ToDepth(picture, Patch)));
            var at8 = block8.Forward(down8.Forward(at4.Silu()));
            var at16 = block16.Forward(down16.Forward(at8.Silu()));
            return (scope.Keep(norm4.Forward(at4)), scope.Keep(norm8.Forward(at8)), scope.Keep(norm16.Forward(at16)));
        }
    }

    sealed class FrameEncoder(Weights weights, AutoencoderConfig config)
    {
        readonly Convolution enter = Convolution.Over2d(weights.Under("enter"), 3 * Patch * Patch, config.Width4);
        readonly ResidualBlock block4 = new(weights.Under("block4"), config.Width4);
        readonly Convolution down8 = Convolution.Over2d(weights.Under("down8"), config.Width4, config.Width8, stride: 2);
        readonly ResidualBlock block8 = new(weights.Under("block8"), config.Width8);
        readonly Convolution down16 = Convolution.Over2d(weights.Under("down16"), config.Width8, config.Width16, stride: 2);
        readonly ResidualBlock block16 = new(weights.Under("block16"), config.Width16);
        readonly ChannelNorm norm = new(weights.Under("norm"), config.Width16);
        readonly Convolution leave = Convolution.Over2d(weights.Under("leave"), config.Width16, 2 * config.CodeChannels);

        /// <summary>[N,3,H,W] -> [N,2C,1,H/16,W/16]</summary>
        public Tensor Forward(Tensor difference, ReferenceFeatures features)
        {
            using var scope = Tensor.Scope();
            var x = block4.Forward(AddFeatures(enter.Forward(PixelShuffle.ToDepth(difference, Patch)), features.At4));
            x = block8.Forward(AddFeatures(down8.Forward(x.Silu()), features.At8));
            x = block16.Forward(AddFeatures(down16.Forward(x.Silu()), features.At16));
            return scope.Keep(leave.Forward(norm.ForwardSilu(x)));
        }
    }

    sealed class FrameDecoder(Weights weights, AutoencoderConfig config)
    {
        readonly Convolution enter = Convolution.Over2d(weights.Under("enter"), config.CodeChannels, config.Width16);
        readonly ResidualBlock block16 = new(weights.Under("block16"), config.Width16);
        readonly Upsampling up8 = new(weights.Under("up8"), config.Width16, config.Width8);
        readonly ResidualBlock block8 = new(weights.Under("block8"), config.Width8);
        readonly Upsampling up4 = new(weights.Under("up4"), config.Width8, config.Width4);
        readonly ResidualBlock block4 = new(weights.Under("block4"), config.Width4);
        readonly ChannelNorm norm = new(weights.Under("norm"), config.Width4);
        readonly Convolution leave = Convolution.Over2d(weights.Under("leave"), config.Width4, (3 * Patch * Patch) + 2, gain: 0.1f);
        readonly Convolution keep = Convolution.Over2d(weights.Under("keep"), config.Width4, Patch * Patch, gain: 0.1f);

        /// <summary>Of codes [N,C,1,h,w].</summary>
        public Drawing Forward(Tensor codes, ReferenceFeatures features)
        {
            using var scope = Tensor.Scope();
            var x = block16.Forward(AddFeatures(enter.Forward(codes), features.At16));
            x = block8.Forward(AddFeatures(up8.Forward(x), features.At8));
            x = block4.Forward(AddFeatures(up4.Forward(x), features.At4));
            x = norm.ForwardSilu(x);
            var (drawn, kept) = (leave.Forward(x), (keep.Forward(x) + KeepsAll).Sigmoid());
            return new(scope.Keep(drawn.Narrow(1, 0, 2)), scope.Keep(kept), scope.Keep(drawn.Narrow(1, 2, 3 * Patch * Patch)), scope.Keep(x));
        }
    }

    /// <summary>What the decoder says of frames.</summary>
    /// <param name="Flow">Where in the reference each place comes from [N,2,1,4h,4w].</param>
    /// <param name="Kept">How much of it stays, 0 to 1 by pixel, folded [N,16,1,4h,4w].</param>
    /// <param name="Painted">What comes in addition, folded [N,48,1,4h,4w].</param>
    /// <param name="Context">The features that all this was made from [N,C,1,4h,4w].</param>
    readonly record struct Drawing(Tensor Flow, Tensor Kept, Tensor Painted, Tensor Context)
    {
        public Drawing Frames(int first, int count) => new(Flow.Narrow(0, first, count), Kept.Narrow(0, first, count), Painted.Narrow(0, first, count), Context.Narrow(0, first, count));
    }

    /// <summary>
    /// Looks at the decoded frames, at a quarter of their size, and says what is still missing: outlines that moving the reference
    /// blurred, and at more than the encoder's size what the residual could not paint. New ones add nothing.
    /// </summary>
    sealed class Refiner(Weights weights, AutoencoderConfig config)
    {
        readonly Convolution look = Convolution.Over2d(weights.Under("look"), 3 * Patch * Patch, config.RefinerWidth);
        readonly Convolution context = Convolution.Over2d(weights.Under("context"), config.Width4, config.RefinerWidth, kernel: 1);
        readonly ResidualBlock block = new(weights.Under("block"), config.RefinerWidth);
        readonly ChannelNorm norm = new(weights.Under("norm"), config.RefinerWidth);
        readonly Convolution leave = Convolution.Over2d(weights.Under("leave"), config.RefinerWidth, 3 * Patch * Patch, gain: 0);

        /// <summary>Frames [N,3,H,W] and the decoder's features [N,C,1,H/4/Scale,W/4/Scale] to what is to be added.</summary>
        public Tensor Forward(Tensor frames, Tensor features)
        {
            using var scope = Tensor.Scope();
            var known = context.Forward(features);
            if (config.Scale > 1) known = known.UpsampleNearest(config.Scale);
            var x = block.Forward(look.Forward(PixelShuffle.ToDepth(frames, Patch)) + known);
            return scope.Keep(PixelShuffle.ToSpace(leave.Forward(norm.ForwardSilu(x)), Patch));
        }
    }

    /// <summary>Norm, doubling of the picture, convolution.</summary>
    sealed class Upsampling(Weights weights, int inputs, int outputs)
    {
        readonly ChannelNorm norm = new(weights.Under("norm"), inputs);
        readonly Convolution conv = Convolution.Over2d(weights.Under("conv"), inputs, outputs, gain: 1.5f);

        public Tensor Forward(Tensor x)
        {
            using var scope = Tensor.Scope();
            return scope.Keep(conv.Forward(norm.ForwardSilu(x).UpsampleNearest(2)));
        }
    }
}
