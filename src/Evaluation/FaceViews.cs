using TalkingMachines.Media;

namespace TalkingMachines.Evaluation;

/// <summary>Mouths and eyes of n frames beside those of their references: what a <see cref="LipReader"/> takes.</summary>
public sealed class FaceViews
{
    const int Channels = 6; // frame, reference

    public const int MouthValues = Channels * FaceWindows.MouthWidth * FaceWindows.MouthHeight;
    public const int EyeValues = Channels * FaceWindows.EyeWidth * FaceWindows.EyeHeight;

    public FaceViews(int count) => (Count, Mouths, Eyes) = (count, new float[count * MouthValues], new float[2 * count * EyeValues]);

    public int Count { get; }

    /// <summary>[n, 6, MouthHeight, MouthWidth]: the frame's colours, then the reference's.</summary>
    public float[] Mouths { get; }

    /// <summary>[2 n, 6, EyeHeight, EyeWidth]: left eyes in even places, right eyes in odd ones.</summary>
    public float[] Eyes { get; }

    /// <summary>The mouth's planes of a frame, or of its reference.</summary>
    public Span<float> Mouth(int index, bool reference) => Half(Mouths, index, MouthValues, reference);

    /// <summary>The planes of the left (0) or right (1) eye of a frame, or of its reference.</summary>
    public Span<float> Eye(int index, int side, bool reference) => Half(Eyes, (2 * index) + side, EyeValues, reference);

    static Span<float> Half(float[] values, int index, int size, bool second) => values.AsSpan((index * size) + (second ? size / 2 : 0), size / 2);

    /// <summary>Fills one place from cut windows.</summary>
    public void Set(int index, bool reference, Picture mouth, Picture leftEye, Picture rightEye)
    {
        FaceWindows.MouthPlanes(mouth, Mouth(index, reference));
        FaceWindows.EyePlanes(leftEye, Eye(index, 0, reference));
        FaceWindows.EyePlanes(rightEye, Eye(index, 1, reference));
    }

    /// <summary>Fills one place from a whole picture.</summary>
    public void Set(int index, bool reference, Picture picture, in FaceWindows windows) =>
        Set(index, reference, FaceWindows.Cut(picture, windows.Mouth), FaceWindows.Cut(picture, windows.LeftEye), FaceWindows.Cut(picture, windows.RightEye));

    /// <summary>Copies the reference of one place to another.</summary>
    public void CopyReference(int from, int to)
    {
        Mouth(from, reference: true).CopyTo(Mouth(to, reference: true));
        for (int side = 0; side < 2; side++) Eye(from, side, reference: true).CopyTo(Eye(to, side, reference: true));
    }
}
