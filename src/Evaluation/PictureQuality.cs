using TalkingMachines.Media;
using TalkingMachines.Puppets;

namespace TalkingMachines.Evaluation;

/// <summary>
/// How near pictures are to true ones. Peak signal-to-noise ratio in decibels, of whole pictures and of the rectangles of mouth
/// and eyes: squared errors are summed over all pictures before the logarithm. Structural similarity, whole and mouth: its mean.
/// </summary>
public sealed class PictureQuality
{
    StructuralSimilarity? similarity;
    double wholeSimilarity, mouthSimilarity;
    int pictures;
    double whole, mouth, eyes;
    long wholeCount, mouthCount, eyesCount;

    public double Psnr => Decibels(whole, wholeCount);

    public double MouthPsnr => Decibels(mouth, mouthCount);

    public double EyesPsnr => Decibels(eyes, eyesCount);

    /// <summary>1 where nothing differs.</summary>
    public double Ssim => wholeSimilarity / Math.Max(1, pictures);

    public double MouthSsim => mouthSimilarity / Math.Max(1, pictures);

    static double Decibels(double squares, long count) => 10 * Math.Log10(255.0 * 255.0 / Math.Max(squares / Math.Max(1, count), 1e-10));

    public void Add(Picture truth, Picture picture, FaceGeometry face)
    {
        if (truth.Width != picture.Width || truth.Height != picture.Height) throw new ArgumentException($"Picture is {picture.Width}x{picture.Height}, expected {truth.Width}x{truth.Height}.");
        AddRegion(truth, picture, 0.5f, 0.5f, 0.5f, 0.5f, ref whole, ref wholeCount);
        AddRegion(truth, picture, face.MouthX, face.MouthY, face.MouthHalfWidth, face.MouthHalfHeight, ref mouth, ref mouthCount);
        AddRegion(truth, picture, face.LeftEyeX, face.EyeY, face.EyeRadiusX, face.EyeRadiusY, ref eyes, ref eyesCount);
        AddRegion(truth, picture, face.RightEyeX, face.EyeY, face.EyeRadiusX, face.EyeRadiusY, ref eyes, ref eyesCount);
        AddSimilarity(truth, picture, face);
    }

    void AddSimilarity(Picture truth, Picture picture, FaceGeometry face)
    {
        similarity ??= new StructuralSimilarity(truth.Width, truth.Height);
        var (whole, within) = similarity.Measure(
            truth, picture,
            (int)((face.MouthX - face.MouthHalfWidth) * truth.Width), (int)((face.MouthY - face.MouthHalfHeight) * truth.Height),
            (int)((face.MouthX + face.MouthHalfWidth) * truth.Width), (int)((face.MouthY + face.MouthHalfHeight) * truth.Height));
        wholeSimilarity += whole;
        mouthSimilarity += within;
        pictures++;
    }

    static void AddRegion(Picture truth, Picture picture, float x, float y, float halfWidth, float halfHeight, ref double squares, ref long count)
    {
        int left = (int)Math.Max(0, (x - halfWidth) * truth.Width), right = (int)Math.Min(truth.Width, (x + halfWidth) * truth.Width);
        int top = (int)Math.Max(0, (y - halfHeight) * truth.Height), bottom = (int)Math.Min(truth.Height, (y + halfHeight) * truth.Height);
        for (int row = top; row < bottom; row++)
        {
            int start = ((row * truth.Width) + left) * 3, length = (right - left) * 3;
            var a = truth.Pixels.AsSpan(start, length);
            var b = picture.Pixels.AsSpan(start, length);
            for (int i = 0; i < length; i++) squares += (a[i] - b[i]) * (a[i] - b[i]);
            count += length;
        }
    }
}
