using TalkingMachines.Models.Layers;

namespace TalkingMachines.Models.Audio;

/// <summary>One convolution over sound: outputs, kernel and stride in samples of its input.</summary>
public readonly record struct SoundConvolution(int Width, int Kernel, int Stride);

/// <summary>Sizes of wav2vec 2.0 (FACTS 3.4); the defaults are the base model (960h, chinese-wav2vec2-base).</summary>
public sealed record Wav2Vec2Config
{
    const int UsualHeadWidth = 64;

    public IReadOnlyList<SoundConvolution> Convolutions { get; init; } =
        [new(512, 10, 5), new(512, 3, 2), new(512, 3, 2), new(512, 3, 2), new(512, 3, 2), new(512, 2, 2), new(512, 2, 2)];

    /// <summary>Layer norm after every convolution, as in large models; base models norm each channel over the clip, after the first only.</summary>
    public bool NormsEveryConvolution { get; init; }

    public bool ConvolutionBias { get; init; }

    /// <summary>Norm before attention and feed-forward (stable layer norm), as in large models; base models norm after.</summary>
    public bool NormFirst { get; init; }

    public int Width { get; init; } = 768;

    public int Heads { get; init; } = 12;

    public int FeedForward { get; init; } = 3072;

    public int Layers { get; init; } = 12;

    /// <summary>Frames that the positional convolution sees.</summary>
    public int PositionKernel { get; init; } = 128;

    public int PositionGroups { get; init; } = 16;

    /// <summary>wav2vec2-large, xlsr-53.</summary>
    public static Wav2Vec2Config Large { get; } = new()
    {
        NormsEveryConvolution = true,
        ConvolutionBias = true,
        NormFirst = true,
        Width = 1024,
        Heads = 16,
        FeedForward = 4096,
        Layers = 24,
    };

    /// <summary>Frames that a clip of so many samples gives: 50 a second of 16 kHz.</summary>
    public int Frames(int samples)
    {
        foreach (var (_, kernel, stride) in Convolutions) samples = samples < kernel ? 0 : ((samples - kernel) / stride) + 1;
        return samples;
    }

    /// <summary>
    /// The sizes of stored weights, read from their shapes. They don't tell strides, which are those of all published models
    /// (half of an even first kernel, then 2), nor heads, which are 64 wide in all of them.
    /// </summary>
    public static Wav2Vec2Config Of(Weights weights)
    {
        var root = Root(weights);
        var convolutions = new List<SoundConvolution>();
        for (int i = 0; i < root.CountOf("feature_extractor.conv_layers.{0}.conv.weight"); i++)
        {
            var kernel = root.ShapeOf($"feature_extractor.conv_layers.{i}.conv.weight", 3);
            convolutions.Add(new(kernel[0], kernel[2], i == 0 ? Math.Max(1, kernel[2] / 2) : 2));
        }
        bool large = root.Has("feature_extractor.conv_layers.1.layer_norm.weight");
        var (down, taps) = (root.ShapeOf("encoder.layers.0.feed_forward.output_dense.weight", 2), root.ShapeOf("encoder.pos_conv_embed.conv.weight_v", 3));
        return new()
        {
            Convolutions = convolutions,
            NormsEveryConvolution = large,
            ConvolutionBias = root.Has("feature_extractor.conv_layers.0.conv.bias"),
            NormFirst = large,
            Width = down[0],
            Heads = Math.Max(1, down[0] / UsualHeadWidth),
            FeedForward = down[1],
            Layers = root.CountOf("encoder.layers.{0}.feed_forward.output_dense.weight"),
            PositionKernel = taps[2],
            PositionGroups = taps[0] / Math.Max(1, taps[1]),
        };
    }

    /// <summary>Where the model's names begin: files with a head for a task have them under wav2vec2.</summary>
    internal static Weights Root(Weights weights) => weights.Has("feature_projection.projection.weight") ? weights : weights.Under("wav2vec2");
}
