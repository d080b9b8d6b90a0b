using TalkingMachines.Media;
using TalkingMachines.Models.Image;
using TalkingMachines.Models.Judges;
using TalkingMachines.Models.Layers;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;

namespace TalkingMachines.Evaluation;

/// <summary>The logits of I3D on pieces of 16 frames, one after the other: the features of the Frechet video distance (FACTS 6.2).</summary>
public sealed class KineticsVideoFeatures : IVideoFeatures, IDisposable
{
    readonly Weights weights;
    readonly InflatedInception network;

    KineticsVideoFeatures(Weights weights)
    {
        this.weights = weights;
        network = new InflatedInception(weights);
    }

    public string Name => "FVD (I3D)";

    public int Width => InflatedInception.Classes;

    /// <summary>Opens i3d_pretrained_400.pt, or the same as .safetensors.</summary>
    public static KineticsVideoFeatures Load(string path, Device device)
    {
        using var stored = CheckpointNames.Clean(WeightFile.Open(path));
        KeyReport.Expect(device, stored, weights => _ = new InflatedInception(weights), InflatedInception.Ignores);
        var weights = Weights.From(device, stored);
        try
        {
            return new KineticsVideoFeatures(weights);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    public float[] Of(Picture reference, FaceGeometry face, IReadOnlyList<Picture> frames)
    {
        int pieces = frames.Count / VideoDistance.PieceFrames;
        float[] rows = new float[pieces * Width];
        for (int i = 0; i < pieces; i++)
        {
            using var scope = Tensor.Scope();
            network.Logits(InflatedInception.Prepare(Piece(frames, i * VideoDistance.PieceFrames))).Read(rows.AsSpan(i * Width, Width));
        }
        return rows;
    }

    /// <summary>[1,3,16,H,W] in [-1, 1]</summary>
    Tensor Piece(IReadOnlyList<Picture> frames, int first)
    {
        const int length = VideoDistance.PieceFrames;
        int height = frames[first].Height, width = frames[first].Width, plane = height * width;
        float[] video = new float[3 * length * plane], planes = new float[3 * plane];
        for (int t = 0; t < length; t++)
        {
            PixelPlanes.FromBytes(frames[first + t].Pixels, planes);
            for (int colour = 0; colour < 3; colour++) planes.AsSpan(colour * plane, plane).CopyTo(video.AsSpan(((colour * length) + t) * plane));
        }
        return Tensor.From(weights.Device, [1, 3, length, height, width], video);
    }

    public void Dispose() => weights.Dispose();
}
