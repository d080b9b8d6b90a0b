using TalkingMachines.Media;
using TalkingMachines.Models.Image;
using TalkingMachines.Puppets;

namespace TalkingMachines.Evaluation;

/// <summary>
/// The parts of a square picture that a <see cref="LipReader"/> looks at: mouth and eyes at rest with room for the head to
/// move. They scale with the face, so that an opening of the mouth is as large on every character.
/// </summary>
public readonly record struct FaceWindows(PixelRegion Mouth, PixelRegion LeftEye, PixelRegion RightEye)
{
    /// <summary>Size of the mouth as the reader sees it, in pixels.</summary>
    public const int MouthWidth = 64, MouthHeight = 48;

    /// <summary>Size of an eye as the reader sees it, in pixels.</summary>
    public const int EyeWidth = 32, EyeHeight = 24;

    // The mouth moves with the head by about a quarter of its size.
    const float MouthReach = 1.5f, EyeReach = 1.6f;

    /// <summary>The windows of a face in a picture of <paramref name="size"/> pixels a side.</summary>
    public static FaceWindows Of(FaceGeometry face, int size) => new(
        Around(face.MouthX, face.MouthY, face.MouthHalfWidth * MouthReach, face.MouthHalfHeight * MouthReach, size),
        Around(face.LeftEyeX, face.EyeY, face.EyeRadiusX * EyeReach, face.EyeRadiusY * EyeReach, size),
        Around(face.RightEyeX, face.EyeY, face.EyeRadiusX * EyeReach, face.EyeRadiusY * EyeReach, size));

    static PixelRegion Around(float x, float y, float halfWidth, float halfHeight, int size)
    {
        // At least 2 pixels a side, moved into the picture where they stick out.
        int width = Math.Clamp((int)MathF.Round(2 * halfWidth * size), 2, size), height = Math.Clamp((int)MathF.Round(2 * halfHeight * size), 2, size);
        int left = (int)MathF.Round((x - halfWidth) * size), top = (int)MathF.Round((y - halfHeight) * size);
        return new PixelRegion(Math.Clamp(left, 0, size - width), Math.Clamp(top, 0, size - height), width, height);
    }

    /// <summary>One window of a whole picture.</summary>
    public static Picture Cut(Picture picture, PixelRegion window) => picture.Crop(window.X, window.Y, window.Width, window.Height);

    /// <summary>A cut window as planes [3, MouthHeight, MouthWidth] in [-1, 1].</summary>
    public static void MouthPlanes(Picture cut, Span<float> planes) => Planes(cut, MouthWidth, MouthHeight, planes);

    /// <summary>A cut window as planes [3, EyeHeight, EyeWidth] in [-1, 1].</summary>
    public static void EyePlanes(Picture cut, Span<float> planes) => Planes(cut, EyeWidth, EyeHeight, planes);

    static void Planes(Picture cut, int width, int height, Span<float> planes) => PixelPlanes.FromBytes(cut.Resized(width, height).Pixels, planes);
}
