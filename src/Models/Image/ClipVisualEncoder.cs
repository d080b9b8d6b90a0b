using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Image;

/// <summary>Sizes of a visual tower of CLIP (FACTS 3.3); the defaults are ViT-H/14 of the XLM-RoBERTa CLIP that Wan 2.1 sees with.</summary>
public sealed record ClipVisualConfig
{
    const int UsualHeadWidth = 80;

    public int ImageSize { get; init; } = 224;

    public int PatchSize { get; init; } = 14;

    public int Width { get; init; } = 1280;

    public int Heads { get; init; } = 16;

    public int FeedForward { get; init; } = 5120;

    /// <summary>Layers of the published model.</summary>
    public int Layers { get; init; } = 32;

    /// <summary>Layers at the end that are left out: Wan takes the features before the last one.</summary>
    public int LeftOut { get; init; } = 1;

    /// <summary>Patches and the class token in front.</summary>
    public int Tokens => 1 + (ImageSize / PatchSize * (ImageSize / PatchSize));

    /// <summary>The sizes of stored weights, read from their shapes; <paramref name="heads"/> where a head isn't 80 wide.</summary>
    public static ClipVisualConfig Of(Weights weights, int? heads = null)
    {
        var visual = weights.Under("visual");
        var patch = visual.ShapeOf("patch_embedding.weight", 4);
        return new()
        {
            ImageSize = (int)Math.Round(Math.Sqrt(visual.ShapeOf("pos_embedding", 3)[1] - 1)) * patch[2],
            PatchSize = patch[2],
            Width = patch[0],
            Heads = heads ?? Math.Max(1, patch[0] / UsualHeadWidth),
            FeedForward = visual.ShapeOf("transformer.0.mlp.0.weight", 2)[0],
            Layers = visual.CountOf("transformer.{0}.mlp.0.weight"),
        };
    }
}

/// <summary>
/// The visual tower of CLIP: a picture to tokens of features, the class token first. Wan's image-to-video models read all
/// tokens before the last layer; that layer, the last norm and the head stay in the file. T tokens, D width.
/// </summary>
public sealed class ClipVisualEncoder
{
    readonly ClipVisualConfig config;
    readonly Convolution patches;
    readonly Tensor start;
    readonly Tensor positions;
    readonly LayerNorm norm;
    readonly Block[] blocks;
    readonly Tensor mean;
    readonly Tensor deviation;

    public ClipVisualEncoder(Weights weights, ClipVisualConfig config)
    {
        this.config = config;
        var visual = weights.Under("visual");
        int size = config.PatchSize, width = config.Width;
        patches = Convolution.Stored(visual.Under("patch_embedding"), [width, 3, size, size], new() { StrideH = size, StrideW = size }, bias: false);
        start = visual.Get("cls_embedding", [1, 1, width], Initial.Scaled(width));
        positions = visual.Get("pos_embedding", [1, config.Tokens, width], Initial.Scaled(width));
        norm = new LayerNorm(visual.Under("pre_norm"), width);
        blocks = [.. Enumerable.Range(0, config.Layers - config.LeftOut).Select(layer => new Block(visual.Under($"transformer.{layer}"), config))];
        mean = weights.Constant([1, 3, 1, 1], [0.48145466f, 0.4578275f, 0.40821073f]);
        deviation = weights.Constant([1, 3, 1, 1], [0.26862954f, 0.26130258f, 0.27577711f]);
    }

    public ClipVisualConfig Config => config;

    /// <summary>Keys of the published file that seeing for Wan does not need: CLIP's reader of text, the last layer and what follows it.</summary>
    public static bool Ignores(string key, ClipVisualConfig config) =>
        key == "log_scale" || key == "visual.head" || key.StartsWith("textual.", StringComparison.Ordinal) || key.StartsWith("visual.post_norm.", StringComparison.Ordinal)
        || Enumerable.Range(config.Layers - config.LeftOut, config.LeftOut).Any(layer => key.StartsWith($"visual.transformer.{layer}.", StringComparison.Ordinal));

    /// <summary>Pictures [B,3,H,W] in [-1, 1] to what <see cref="Features"/> wants: stretched to a square, of CLIP's mean and deviation.</summary>
    public Tensor Prepare(Tensor pictures)
    {
        using var scope = Tensor.Scope();
        var square = Interpolation.Bicubic(pictures, config.ImageSize, config.ImageSize).Affine(0.5f, 0.5f);
        return scope.Keep((square - mean) / deviation);
    }

    /// <summary>Features [B,T,D] of prepared pictures [B,3,S,S].</summary>
    public Tensor Features(Tensor prepared)
    {
        using var scope = Tensor.Scope();
        int b = prepared.Shape[0], s = config.ImageSize;
        var grid = patches.Forward(prepared.Reshape(b, 3, 1, s, s));                                        // [B,D,1,n,n]
        var tokens = grid.Reshape(b, config.Width, config.Tokens - 1).Permute(0, 2, 1);                     // [B,T-1,D]
        var x = norm.Forward(Tensor.Concat(1, start.BroadcastTo([b, 1, config.Width]), tokens) + positions);
        foreach (var block in blocks) scope.Swap(ref x, block.Forward(x));
        return scope.Keep(x);
    }

    /// <summary>Features [B,T,D] of pictures [B,3,H,W] in [-1, 1].</summary>
    public Tensor Forward(Tensor pictures)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Features(Prepare(pictures)));
    }

    sealed class Block(Weights weights, ClipVisualConfig config)
    {
        readonly AttentionHeads heads = new(config.Width, config.Heads);
        readonly LayerNorm norm1 = new(weights.Under("norm1"), config.Width);
        readonly Linear toQkv = new(weights.Under("attn.to_qkv"), config.Width, 3 * config.Width);
        readonly Linear project = new(weights.Under("attn.proj"), config.Width, config.Width);
        readonly LayerNorm norm2 = new(weights.Under("norm2"), config.Width);
        readonly Linear up = new(weights.Under("mlp.0"), config.Width, config.FeedForward);
        readonly Linear down = new(weights.Under("mlp.2"), config.FeedForward, config.Width);

        public Tensor Forward(Tensor x)
        {
            using var scope = Tensor.Scope();
            x += project.Forward(heads.FindInRows(toQkv.Forward(norm1.Forward(x))));
            return scope.Keep(x + down.Forward(up.Forward(norm2.Forward(x)).GeluErf()));
        }
    }
}
