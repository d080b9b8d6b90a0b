using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Video;

/// <summary>The tokens of a video in raster order: latent frames, and rows and columns of patches of 2 x 2 cells.</summary>
public readonly record struct TokenGrid(int Frames, int Height, int Width)
{
    /// <summary>Cells of a latent along an axis that one token stands for.</summary>
    public const int Patch = 2;

    /// <summary>Tokens of one latent frame.</summary>
    public int PerFrame => Height * Width;

    public int Count => Frames * PerFrame;

    /// <summary>That of latents [B,C,F,h,w].</summary>
    public static TokenGrid Of(in Shape latents)
    {
        if (latents.Rank != 5 || latents[3] % Patch != 0 || latents[4] % Patch != 0 || latents.Count == 0)
            throw new ArgumentException($"Latents are {latents}, expected [B,C,F,h,w] with even h and w.");
        return new TokenGrid(latents[2], latents[3] / Patch, latents[4] / Patch);
    }
}
