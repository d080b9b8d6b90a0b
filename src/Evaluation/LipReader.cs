using TalkingMachines.Media;
using TalkingMachines.Models.Layers;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;

namespace TalkingMachines.Evaluation;

/// <summary>
/// A small network that reads mouth and lids off a picture, given the character's neutral picture. It is trained on drawn
/// characters alone (recipe mini-lip-reader), never on generated ones, and plays the part that SyncNet plays for
/// photographs. About 0.25 M parameters, 11 million multiplications a frame.
/// </summary>
public sealed class LipReader : IFaceReader, IDisposable
{
    /// <summary>Its weights in a model folder.</summary>
    public const string File = "lip-reader.safetensors";

    /// <summary>Values read: open, width, round, teeth, tongue, and both lids.</summary>
    public const int Values = MouthValues + 2;

    /// <summary>Values of the last hidden layers of a frame: the mouth's, then the mean of both eyes'.</summary>
    public const int HiddenValues = MouthHidden + EyeHidden;

    const int MouthValues = 5, MouthHidden = 96, EyeHidden = 48;
    const int Batch = 32; // frames at a time: bounds memory

    readonly Weights weights;
    readonly Sight mouth;
    readonly Sight eye;

    public LipReader(Weights weights)
    {
        this.weights = weights;
        mouth = new Sight(weights.Under("mouth"), [32, 48, 64, 96], FaceWindows.MouthHeight, FaceWindows.MouthWidth, MouthHidden, MouthValues);
        eye = new Sight(weights.Under("eye"), [24, 32, 40], FaceWindows.EyeHeight, FaceWindows.EyeWidth, EyeHidden, 1);
    }

    /// <summary>Opens a trained one; it owns its weights.</summary>
    public static LipReader Load(string path, Device device)
    {
        using var stored = SafeTensors.Open(path);
        var weights = Weights.From(device, stored);
        try
        {
            return new LipReader(weights);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Values in all weights.</summary>
    public long Parameters => weights.Count;

    /// <summary>Readings [n,7] of mouths [n,6,H,W] and eyes [2n,6,h,w]; not yet held within 0..1.</summary>
    public Tensor Forward(Tensor mouths, Tensor eyes)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(Tensor.Concat(1, mouth.Forward(mouths), eye.Forward(eyes).Reshape(mouths.Shape[0], 2)));
    }

    /// <summary>Readings [n,7] of views, in the current scope.</summary>
    public Tensor Forward(FaceViews views)
    {
        using var scope = Tensor.Scope();
        var mouths = Tensor.From(weights.Device, [views.Count, 6, FaceWindows.MouthHeight, FaceWindows.MouthWidth], views.Mouths);
        var eyes = Tensor.From(weights.Device, [2 * views.Count, 6, FaceWindows.EyeHeight, FaceWindows.EyeWidth], views.Eyes);
        return scope.Keep(Forward(mouths, eyes));
    }

    public FaceReading[] Read(Picture reference, FaceGeometry face, IReadOnlyList<Picture> frames) =>
        [.. Views(reference, face, frames).SelectMany(views => Read(views))];

    /// <summary>What the last hidden layers make of each frame, [n,144].</summary>
    public float[] Hidden(Picture reference, FaceGeometry face, IReadOnlyList<Picture> frames)
    {
        float[] rows = new float[frames.Count * HiddenValues];
        int row = 0;
        foreach (var views in Views(reference, face, frames))
        {
            using var scope = Tensor.Scope();
            int n = views.Count;
            var mouths = mouth.Hidden(Tensor.From(weights.Device, [n, 6, FaceWindows.MouthHeight, FaceWindows.MouthWidth], views.Mouths));
            var eyes = eye.Hidden(Tensor.From(weights.Device, [2 * n, 6, FaceWindows.EyeHeight, FaceWindows.EyeWidth], views.Eyes));
            var both = eyes.Reshape(n, 2, EyeHidden).SumTo([n, 1, EyeHidden]).Reshape(n, EyeHidden) * 0.5f;
            Tensor.Concat(1, mouths, both).Read(rows.AsSpan(row * HiddenValues, n * HiddenValues));
            row += n;
        }
        return rows;
    }

    /// <summary>Views of all frames in order, a batch at a time.</summary>
    static IEnumerable<FaceViews> Views(Picture reference, FaceGeometry face, IReadOnlyList<Picture> frames)
    {
        var windows = FaceWindows.Of(face, reference.Width);
        for (int start = 0; start < frames.Count; start += Batch)
        {
            var views = new FaceViews(Math.Min(Batch, frames.Count - start));
            views.Set(0, reference: true, reference, windows);
            for (int i = 0; i < views.Count; i++)
            {
                ExpectSize(reference, frames[start + i]);
                if (i > 0) views.CopyReference(0, i);
                views.Set(i, reference: false, frames[start + i], windows);
            }
            yield return views;
        }
    }

    /// <summary>Readings of views, held within 0..1.</summary>
    public FaceReading[] Read(FaceViews views)
    {
        using var scope = Tensor.Scope();
        float[] values = Forward(views).ToArray();
        var readings = new FaceReading[views.Count];
        for (int i = 0; i < readings.Length; i++)
        {
            float Value(int index) => Math.Clamp(values[(i * Values) + index], 0, 1);
            readings[i] = new FaceReading(new MouthShape(Value(0), Value(1), Value(2), Value(3), Value(4)), Math.Min(Value(5), Value(6)));
        }
        return readings;
    }

    static void ExpectSize(Picture reference, Picture frame)
    {
        if (reference.Width != reference.Height || frame.Width != reference.Width || frame.Height != reference.Height)
            throw new ArgumentException($"A frame is {frame.Width}x{frame.Height} beside a reference of {reference.Width}x{reference.Height}, expected two squares of one size.");
    }

    public void Dispose() => weights.Dispose();

    /// <summary>Convolutions that halve the picture, then two layers over all that is left. Pixels are first folded 2 x 2 into channels.</summary>
    sealed class Sight
    {
        const int Fold = 2;

        readonly Convolution[] layers;
        readonly ChannelNorm[] norms;
        readonly Linear whole;
        readonly Linear leave;

        public Sight(Weights weights, int[] widths, int height, int width, int hidden, int outputs)
        {
            layers = new Convolution[widths.Length];
            norms = new ChannelNorm[widths.Length - 1];
            int inputs = 6 * Fold * Fold, cells = height * width / (Fold * Fold);
            for (int i = 0; i < widths.Length; i++)
            {
                layers[i] = Convolution.Over2d(weights.Under($"layers.{i}"), inputs, widths[i], stride: i == 0 ? 1 : 2, gain: 1.4f);
                if (i > 0) norms[i - 1] = new ChannelNorm(weights.Under($"norms.{i - 1}"), inputs);
                if (i > 0) cells /= 4;
                inputs = widths[i];
            }
            whole = new Linear(weights.Under("whole"), inputs * cells, hidden, gain: 1.4f);
            leave = new Linear(weights.Under("leave"), hidden, outputs, gain: 0.3f);
        }

        /// <summary>[n,6,H,W] to [n,outputs]</summary>
        public Tensor Forward(Tensor x)
        {
            using var scope = Tensor.Scope();
            return scope.Keep(leave.Forward(Hidden(x)));
        }

        /// <summary>[n,6,H,W] to [n,hidden]</summary>
        public Tensor Hidden(Tensor x)
        {
            using var scope = Tensor.Scope();
            x = layers[0].Forward(PixelShuffle.ToDepth(x, Fold)).Silu();                     // [n,C,1,H/2,W/2]
            for (int i = 1; i < layers.Length; i++) x = layers[i].Forward(norms[i - 1].Forward(x)).Silu();
            return scope.Keep(whole.Forward(x.Reshape(x.Shape[0], -1)).Silu());
        }
    }
}
