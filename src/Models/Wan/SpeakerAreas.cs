using TalkingMachines.Models.Audio;
using TalkingMachines.Models.Video;

namespace TalkingMachines.Models.Wan;

/// <summary>A part of a picture in its pixels; Right and Bottom are the first outside.</summary>
public readonly record struct PictureBox(int Left, int Top, int Right, int Bottom)
{
    public bool IsWithin(int width, int height) => Left >= 0 && Top >= 0 && Left < Right && Top < Bottom && Right <= width && Bottom <= height;

    public bool Holds(int x, int y) => x >= Left && x < Right && y >= Top && y < Bottom;
}

/// <summary>Where in a picture each of two speakers is (FACTS 5.2), pixel by pixel; what is neither's is background.</summary>
public sealed class SpeakerAreas
{
    const double Margin = 0.05; // of a half, on each of its sides

    static readonly string[] names = ["The first speaker's area", "The second speaker's area", "The background, which neither speaker has,"];

    readonly int height;
    readonly int width;
    readonly Func<int, int, int, bool> isInside; // person, y, x

    SpeakerAreas(int height, int width, Func<int, int, int, bool> isInside) => (this.height, this.width, this.isInside) = (height, width, isInside);

    /// <summary>The tokens of one latent of a video.</summary>
    internal static TokenGrid Grid(PictureSize video) => new(1, video.LatentHeight / TokenGrid.Patch, video.LatentWidth / TokenGrid.Patch);

    /// <summary>1 where a token of a video is, [3,rows,columns]: the first speaker's, the second's, the background's. A token is where its upper left corner is, as in the reference.</summary>
    public float[] Masks(PictureSize video)
    {
        var grid = Grid(video);
        float[] masks = new float[SpeakerMap.Areas * grid.PerFrame];
        for (int token = 0; token < grid.PerFrame; token++)
        {
            int y = (int)((long)(token / grid.Width) * height / grid.Height), x = (int)((long)(token % grid.Width) * width / grid.Width);
            bool none = true;
            for (int person = 0; person < SpeakerMap.People; person++)
            {
                bool inside = isInside(person, y, x);
                none &= !inside;
                masks[(person * grid.PerFrame) + token] = inside ? 1 : 0;
            }
            masks[(SpeakerMap.People * grid.PerFrame) + token] = none ? 1 : 0;
        }
        return masks;
    }

    /// <summary>The first speaker in the left half, the second in the right one, each but for a margin.</summary>
    public static SpeakerAreas Halves(int height, int width)
    {
        static int Near(int side) => (int)(side * Margin);
        static int Far(int side) => (int)(side * (1 - Margin));
        int half = width / 2;
        return Boxes(height, width, new(Near(half), Near(height), Far(half), Far(height)), new(half + Near(half), Near(height), half + Far(half), Far(height)));
    }

    public static SpeakerAreas Boxes(int height, int width, PictureBox first, PictureBox second) =>
        new(height, width, (person, y, x) => (person == 0 ? first : second).Holds(x, y));

    /// <summary>By masks [height,width], row by row.</summary>
    public static SpeakerAreas Masked(int height, int width, bool[] first, bool[] second)
    {
        if (first.Length != height * width || second.Length != first.Length)
            throw new ArgumentException($"Masks have {first.Length} and {second.Length} pixels, expected {height} x {width} each.");
        return new(height, width, (person, y, x) => (person == 0 ? first : second)[(y * width) + x]);
    }

    /// <summary>What is wrong with these areas in a video of a size, in one line; null where nothing is: every area must hold a token.</summary>
    public string? Problem(PictureSize video)
    {
        var grid = Grid(video);
        return SpeakerMap.Empty(grid, Masks(video), grid.Height, grid.Width) is { } empty
            ? $"{names[empty]} holds none of the {grid.Width} x {grid.Height} cells of the {video.Width}x{video.Height} video, expected at least one."
            : null;
    }
}
