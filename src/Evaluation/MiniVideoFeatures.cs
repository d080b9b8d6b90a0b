using TalkingMachines.Media;
using TalkingMachines.Puppets;

namespace TalkingMachines.Evaluation;

/// <summary>
/// Features of our own for a distance like FVD's: what the lip reader's last hidden layers make of mouth and eyes, its mean over a
/// piece and its motion from frame to frame. They see no hair, no background, and little blur, for the lip reader was
/// taught to look through it: PSNR and SSIM stand beside.
/// </summary>
public sealed class MiniVideoFeatures(LipReader reader) : IVideoFeatures
{
    const int Stride = 4; // pieces overlap: a distribution of 288 features needs many

    public string Name => "FVD-like (mini features)";

    public int Width => 2 * LipReader.HiddenValues;

    public float[] Of(Picture reference, FaceGeometry face, IReadOnlyList<Picture> frames)
    {
        float[] hidden = reader.Hidden(reference, face, frames);
        int pieces = frames.Count < VideoDistance.PieceFrames ? 0 : ((frames.Count - VideoDistance.PieceFrames) / Stride) + 1;
        float[] rows = new float[pieces * Width];
        for (int i = 0; i < pieces; i++) Fill(hidden.AsSpan(i * Stride * LipReader.HiddenValues), rows.AsSpan(i * Width, Width));
        return rows;
    }

    /// <summary>Means, then root mean squares of the differences of neighbours.</summary>
    static void Fill(ReadOnlySpan<float> hidden, Span<float> row)
    {
        const int n = LipReader.HiddenValues, frames = VideoDistance.PieceFrames;
        for (int i = 0; i < n; i++)
        {
            double sum = 0, squares = 0;
            for (int t = 0; t < frames; t++)
            {
                double value = hidden[(t * n) + i], step = t == 0 ? 0 : value - hidden[((t - 1) * n) + i];
                sum += value;
                squares += step * step;
            }
            row[i] = (float)(sum / frames);
            row[n + i] = (float)Math.Sqrt(squares / (frames - 1));
        }
    }
}
