using System.Globalization;
using TalkingMachines.Media;
using TalkingMachines.Models.Wan;

namespace TalkingMachines.Cli;

/// <summary>Where two speakers are, as a user says it: a box in the picture's pixels such as 40,20,300,460, or a mask of the picture's size.</summary>
internal static class SpeakerRegions
{
    public const int Count = 2;

    const int White = 128; // and more, of 255: the speaker

    public static SpeakerAreas Parse(string[] regions, Picture picture)
    {
        bool[][] masks = [.. regions.Select(region => Mask(region, picture))];
        return SpeakerAreas.Masked(picture.Height, picture.Width, masks[0], masks[1]);
    }

    static PictureBox? Box(string text)
    {
        string[] sides = text.Split(',');
        int[] numbers = [.. sides.Select(side => int.TryParse(side, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : int.MinValue)];
        return sides.Length == 4 && !numbers.Contains(int.MinValue) ? new PictureBox(numbers[0], numbers[1], numbers[2], numbers[3]) : null;
    }

    static bool[] Mask(string region, Picture picture)
    {
        var (width, height) = (picture.Width, picture.Height);
        var pixels = Enumerable.Range(0, width * height);
        if (Box(region) is { } box)
        {
            if (!box.IsWithin(width, height)) throw new VerbException($"--region is '{region}', expected LEFT,TOP,RIGHT,BOTTOM within the picture's {width}x{height} pixels.");
            return [.. pixels.Select(i => box.Holds(i % width, i / width))];
        }
        if (!File.Exists(region)) throw new VerbException($"--region is '{region}', expected LEFT,TOP,RIGHT,BOTTOM in pixels, or the file of a mask.");
        var mask = PictureFile.Read(region);
        if ((mask.Width, mask.Height) != (width, height)) throw new VerbException($"--region {region} is {mask.Width}x{mask.Height}, expected the picture's {width}x{height}.");
        return [.. pixels.Select(i => mask.Pixels[3 * i] + mask.Pixels[(3 * i) + 1] + mask.Pixels[(3 * i) + 2] >= 3 * White)];
    }
}
