using TalkingMachines.Models.Layers;
using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>Latents to tokens: one for each patch of 2 x 2 cells.</summary>
public sealed class PatchEmbedding(Weights weights, int channels, int width)
{
    readonly Tensor weight = weights.Get("patch_embedding.weight", [width, channels, 1, TokenGrid.Patch, TokenGrid.Patch], Initial.Scaled(TokenGrid.Patch * TokenGrid.Patch * channels));
    readonly Tensor bias = weights.Get("patch_embedding.bias", [width], Initial.Zeros);

    public Device Device => bias.Device;

    /// <summary>Latents [B,C,F,h,w] to [B,D,F,h/2,w/2].</summary>
    public Tensor Forward(Tensor latents)
    {
        if (latents.Shape[1] != channels) throw new ArgumentException($"Latents are {latents.Shape}, expected {channels} channels.");
        return latents.Convolution(weight, bias, new ConvolutionWindow(1, TokenGrid.Patch, TokenGrid.Patch));
    }

    /// <summary>The same as tokens [B,S,D] in raster order.</summary>
    public static Tensor Tokens(Tensor patches)
    {
        using var scope = Tensor.Scope();
        var s = patches.Shape;
        return scope.Keep(patches.Reshape(s[0], s[1], s.Product(2, 5)).Permute(0, 2, 1));
    }
}
