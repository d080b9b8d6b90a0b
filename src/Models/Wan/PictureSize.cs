namespace TalkingMachines.Models.Wan;

/// <summary>Size of a video in latent cells, both even; a cell is 8 x 8 pixels.</summary>
public readonly record struct PictureSize(int LatentHeight, int LatentWidth)
{
    const int Patch = 2;

    public int Height => WanSampling.Stride * LatentHeight;

    public int Width => WanSampling.Stride * LatentWidth;

    /// <summary>The largest of a picture's aspect ratio within an area in pixels (FACTS 1.6).</summary>
    public static PictureSize Within(long area, int height, int width)
    {
        // A hair more: 480 x 832 fits its own area, whatever the root's last digit is.
        static int Cells(double pixels) => Math.Max(Patch, (int)((pixels + 1e-6) / WanSampling.Stride) / Patch * Patch);
        double ratio = (double)height / width;
        return new PictureSize(Cells(Math.Sqrt(area * ratio)), Cells(Math.Sqrt(area / ratio)));
    }
}
