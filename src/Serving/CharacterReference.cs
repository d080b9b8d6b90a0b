using TalkingMachines.Media;
using TalkingMachines.Models;
using TalkingMachines.Models.Image;
using TalkingMachines.Models.Vae;
using TalkingMachines.Tensors;

namespace TalkingMachines.Serving;

/// <summary>A character's picture as both devices know it: worked out once, read by every session that shows it.</summary>
public sealed class CharacterReference : IDisposable
{
    /// <summary>Crops the picture to its middle square, scales it to the model's size and encodes it.</summary>
    public CharacterReference(Avatar avatar, Picture picture)
    {
        int side = avatar.Config.Picture;
        var square = picture.CroppedToSquare().Resized(side, side);
        using var scope = Tensor.Scope();
        Features = avatar.Autoencoder.Reference(PixelPlanes.ToTensor(avatar.Decoder, square.Pixels, side, side)).Own();
        At16 = Copy(Features.At16, avatar.Diffusion);
        Code = Copy(Features.Code, avatar.Diffusion);
    }

    /// <summary>What the decoder needs, on its device.</summary>
    public ReferenceFeatures Features { get; }

    /// <summary>What the transformer needs, on the diffusion device. [1,C,1,h,w]</summary>
    public Tensor At16 { get; }

    /// <summary>The picture's own code, to which generated ones are differences, on the diffusion device. [1,C,h,w]</summary>
    public Tensor Code { get; }

    static Tensor Copy(Tensor tensor, Device device) => Tensor.From(device, tensor.Shape, tensor.ToArray()).Own();

    public void Dispose()
    {
        Features.Dispose();
        At16.Dispose();
        Code.Dispose();
    }
}
