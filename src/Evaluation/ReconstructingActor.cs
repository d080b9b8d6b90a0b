using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Models.Image;
using TalkingMachines.Models.Vae;
using TalkingMachines.Puppets;
using TalkingMachines.Tensors;

namespace TalkingMachines.Evaluation;

/// <summary>True frames as the autoencoder gives them back: what no diffusion in front of it can do better. It hears nothing.</summary>
public sealed class ReconstructingActor(Avatar avatar) : IActor
{
    const int Batch = 12; // as a chunk: bounds memory

    public string Name => RenditionScore.Autoencoder;

    public Picture[] Film(HeldOutClip clip, Performance heard, CancellationToken stop)
    {
        using var scope = Tensor.Scope();
        var reference = clip.Reference;
        var features = avatar.Autoencoder.Reference(PixelPlanes.ToTensor(avatar.Decoder, reference.Pixels, reference.Width, reference.Height));
        var decoded = new List<Picture>();
        foreach (var part in clip.Truth().Chunk(Batch))
        {
            stop.ThrowIfCancellationRequested();
            decoded.AddRange(Decoded(features, part));
        }
        return [.. decoded];
    }

    Picture[] Decoded(ReferenceFeatures features, Picture[] frames)
    {
        using var scope = Tensor.Scope();
        int side = avatar.Config.Picture, values = 3 * side * side;
        float[] planes = new float[frames.Length * values];
        for (int i = 0; i < frames.Length; i++) PixelPlanes.FromBytes(frames[i].Pixels, planes.AsSpan(i * values, values));
        var (mean, _) = avatar.Autoencoder.Moments(Tensor.From(avatar.Decoder, [frames.Length, 3, side, side], planes), features);
        return ClipRollout.ToPictures(avatar.Autoencoder.Decode(mean, features));
    }
}
