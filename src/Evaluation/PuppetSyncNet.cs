using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Layers;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;

namespace TalkingMachines.Evaluation;

/// <summary>
/// SyncNet's idea at our size: five frames of a mouth and the sound of the same moment become points that lie near each other
/// where they belong together. It sees drawn characters at 16 frames a second and is trained on those alone (recipe mini-sync):
/// its figures are not those of the public SyncNet. About 0.7 M parameters. N windows of five frames.
/// </summary>
public sealed class PuppetSyncNet : IDisposable
{
    /// <summary>Its weights in a model folder.</summary>
    public const string File = "sync.safetensors";

    /// <summary>Numbers of an embedding.</summary>
    public const int Width = 128;

    /// <summary>Frames of a window, 0.31 s.</summary>
    public const int Frames = 5;

    /// <summary>Mel columns of a frame.</summary>
    public const int ColumnsPerFrame = MelSpectrogram.SampleRate / MelSpectrogram.Hop / Performance.FrameRate;

    /// <summary>Mel columns of a window.</summary>
    public const int Columns = Frames * ColumnsPerFrame;

    /// <summary>Values of one mouth [3, MouthHeight, MouthWidth].</summary>
    public const int MouthValues = 3 * FaceWindows.MouthWidth * FaceWindows.MouthHeight;

    const int Fold = 2, Hidden = 192;
    const float Spread = 10; // distances of strangers: as large as SyncNet's, for its protocol compares with the zero of no sound

    static readonly int[] pictureWidths = [32, 48, 64, 96];
    static readonly int[] soundWidths = [96, 128, 128];

    readonly Weights weights;
    readonly Convolution[] sight;
    readonly ChannelNorm[] sightNorms;
    readonly Linear frame;
    readonly Convolution[] hearing;
    readonly ChannelNorm[] hearingNorms;
    readonly Embedding lips;
    readonly Embedding sound;

    public PuppetSyncNet(Weights weights)
    {
        this.weights = weights;
        var (seen, heard) = (weights.Under("lips"), weights.Under("sound"));
        int[] inputs = [3 * Fold * Fold, .. pictureWidths];
        sight = [.. pictureWidths.Select((width, i) => Convolution.Over2d(seen.Under($"layers.{i}"), inputs[i], width, stride: i == 0 ? 1 : 2, gain: 1.4f))];
        sightNorms = [.. pictureWidths.SkipLast(1).Select((width, i) => new ChannelNorm(seen.Under($"norms.{i}"), width))];
        int cells = FaceWindows.MouthWidth * FaceWindows.MouthHeight / (Fold * Fold) >> (2 * (pictureWidths.Length - 1));
        frame = new Linear(seen.Under("frame"), pictureWidths[^1] * cells, Width, gain: 1.4f);
        inputs = [MelSpectrogram.Bands, .. soundWidths];
        hearing = [.. soundWidths.Select((width, i) => Convolution.Over1d(heard.Under($"layers.{i}"), inputs[i], width, 5, stride: i == 0 ? 1 : 2))];
        hearingNorms = [.. soundWidths.SkipLast(1).Select((width, i) => new ChannelNorm(heard.Under($"norms.{i}"), width))];
        lips = new Embedding(seen, Frames * Width);
        sound = new Embedding(heard, Columns / 4 * soundWidths[^1]);
    }

    /// <summary>Opens a trained one; it owns its weights.</summary>
    public static PuppetSyncNet Load(string path, Device device)
    {
        using var stored = SafeTensors.Open(path);
        var weights = Weights.From(device, stored);
        try
        {
            return new PuppetSyncNet(weights);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    public Device Device => weights.Device;

    /// <summary>Values in all weights.</summary>
    public long Parameters => weights.Count;

    /// <summary>What is seen in mouths [F,3,H,W] in [-1, 1], each by itself: [F,128].</summary>
    public Tensor Look(Tensor mouths)
    {
        using var scope = Tensor.Scope();
        var x = sight[0].Forward(PixelShuffle.ToDepth(mouths, Fold)).Silu();                 // [F,C,1,H/2,W/2]
        for (int i = 1; i < sight.Length; i++) x = sight[i].Forward(sightNorms[i - 1].Forward(x)).Silu();
        return scope.Keep(frame.Forward(x.Reshape(x.Shape[0], -1)).Silu());
    }

    /// <summary>Embeddings of the windows of runs of T frames, from <see cref="Look"/>: [runs*T,128] to [runs*(T-4),128].</summary>
    public Tensor Lips(Tensor looks, int runs)
    {
        using var scope = Tensor.Scope();
        int length = looks.Shape[0] / runs, windows = length - Frames + 1;
        var byRun = looks.Reshape(runs, length, Width);
        var parts = new Tensor[Frames];
        for (int k = 0; k < Frames; k++) parts[k] = byRun.Narrow(1, k, windows);            // [runs,T-4,128]
        return scope.Keep(lips.Forward(Tensor.Concat(2, parts).Reshape(runs * windows, Frames * Width)));
    }

    /// <summary>Embeddings [N,128] of mel windows [N,40,20].</summary>
    public Tensor Sound(Tensor mel)
    {
        using var scope = Tensor.Scope();
        var x = hearing[0].Forward(mel.Reshape(mel.Shape[0], mel.Shape[1], 1, 1, mel.Shape[2])).Silu();
        for (int i = 1; i < hearing.Length; i++) x = hearing[i].Forward(hearingNorms[i - 1].Forward(x)).Silu();
        return scope.Keep(sound.Forward(x.Reshape(x.Shape[0], -1)));
    }

    public void Dispose() => weights.Dispose();

    sealed class Embedding(Weights weights, int inputs)
    {
        readonly Linear enter = new(weights.Under("enter"), inputs, Hidden, gain: 1.4f);
        readonly Linear leave = new(weights.Under("leave"), Hidden, Width, gain: 0.1f);

        public Tensor Forward(Tensor x)
        {
            using var scope = Tensor.Scope();
            return scope.Keep(leave.Forward(enter.Forward(x).Silu()) * Spread);
        }
    }
}
