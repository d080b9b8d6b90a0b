using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Judges;

/// <summary>
/// SyncNet v2 (Chung and Zisserman 2016; FACTS 6.1): 0.2 s of lips and of sound to embeddings that lie near each other where they
/// belong together. It judges lip sync of photographs: Sync-D and Sync-C. N windows.
/// </summary>
public sealed class SyncNet
{
    /// <summary>Numbers of an embedding.</summary>
    public const int Width = 1024;

    /// <summary>Frames of a window, at 25 a second.</summary>
    public const int Frames = 5;

    /// <summary>Columns of cepstrum of a window, at 100 a second.</summary>
    public const int Columns = 20;

    /// <summary>Height and width of a face in pixels.</summary>
    public const int Size = 224;

    const int Features = 512;

    readonly Stage[] soundStages;
    readonly Stage[] lipStages;
    readonly Embedding soundEmbedding;
    readonly Embedding lipEmbedding;

    public SyncNet(Weights weights)
    {
        var (sound, lips) = (weights.Under("netcnnaud"), weights.Under("netcnnlip"));
        var same = ConvolutionWindow.Same(1, 3, 3);
        var half = new ConvolutionWindow { StrideH = 2, StrideW = 2 };
        var padded = half with { FrontH = 1, BackH = 1, FrontW = 1, BackW = 1 };
        soundStages =
        [
            new(sound, 0, [64, 1, 3, 3], same, null),
            new(sound, 4, [192, 64, 3, 3], same, new() { StrideW = 2 }),
            new(sound, 8, [384, 192, 3, 3], same, null),
            new(sound, 11, [256, 384, 3, 3], same, null),
            new(sound, 14, [256, 256, 3, 3], same, half),
            new(sound, 18, [Features, 256, 5, 4], new(), null),
        ];
        lipStages =
        [
            new(lips, 0, [96, 3, Frames, 7, 7], half, half),
            new(lips, 4, [256, 96, 1, 5, 5], padded, padded),
            new(lips, 8, [256, 256, 1, 3, 3], same, null),
            new(lips, 11, [256, 256, 1, 3, 3], same, null),
            new(lips, 14, [256, 256, 1, 3, 3], same, half),
            new(lips, 18, [Features, 256, 1, 6, 6], new(), null),
        ];
        soundEmbedding = new Embedding(weights.Under("netfcaud"));
        lipEmbedding = new Embedding(weights.Under("netfclip"));
    }

    /// <summary>Keys of the published file that judging does not need.</summary>
    public static bool Ignores(string key) => key.EndsWith("num_batches_tracked", StringComparison.Ordinal);

    /// <summary>Embeddings [N,1024] of cepstra [N,1,13,20].</summary>
    public Tensor Sound(Tensor cepstra)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(soundEmbedding.Forward(Run(soundStages, cepstra.Reshape(cepstra.Shape[0], 1, 1, cepstra.Shape[2], cepstra.Shape[3]))));
    }

    /// <summary>Embeddings [N,1024] of faces [N,3,5,224,224]: blue, green, red, each 0 to 255.</summary>
    public Tensor Lips(Tensor faces)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Embed(LipFeatures(faces)));
    }

    /// <summary>Embeddings [N,1024] of <see cref="LipFeatures"/>.</summary>
    public Tensor Embed(Tensor features) => lipEmbedding.Forward(features);

    /// <summary>Features [N,512] of faces, which <see cref="Lips"/> embeds.</summary>
    public Tensor LipFeatures(Tensor faces) => Run(lipStages, faces);

    static Tensor Run(Stage[] stages, Tensor x)
    {
        using var scope = Tensor.Scope();
        var y = stages[0].Forward(x);
        foreach (var stage in stages.AsSpan(1)) scope.Swap(ref y, stage.Forward(y));
        return scope.Keep(y.Reshape(x.Shape[0], Features));
    }

    /// <summary>Convolution, norm, ReLU and a pool of 3x3 or none.</summary>
    sealed class Stage(Weights weights, int index, Shape kernel, ConvolutionWindow window, ConvolutionWindow? pool)
    {
        readonly Convolution convolution = Convolution.Stored(weights.Under($"{index}"), kernel, window);
        readonly BatchNorm norm = new(weights.Under($"{index + 1}"), kernel[0]);

        public Tensor Forward(Tensor x)
        {
            using var scope = Tensor.Scope();
            var y = norm.Forward(convolution.Forward(x)).Relu();
            return scope.Keep(pool is { } cells ? MaxPool.Forward(y, [1, 3, 3], cells) : y);
        }
    }

    sealed class Embedding(Weights weights)
    {
        readonly Linear enter = new(weights.Under("0"), Features, Features);
        readonly BatchNorm norm = new(weights.Under("1"), Features);
        readonly Linear leave = new(weights.Under("3"), Features, Width);

        public Tensor Forward(Tensor x)
        {
            using var scope = Tensor.Scope();
            return scope.Keep(leave.Forward(norm.Forward(enter.Forward(x)).Relu()));
        }
    }
}
