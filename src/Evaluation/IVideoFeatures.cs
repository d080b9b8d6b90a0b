using TalkingMachines.Media;
using TalkingMachines.Puppets;

namespace TalkingMachines.Evaluation;

/// <summary>Turns pieces of video into rows of features, whose distributions a Frechet distance compares (FACTS 6.2).</summary>
public interface IVideoFeatures
{
    /// <summary>What a report calls the distance. Distances by different features can't be compared.</summary>
    string Name { get; }

    /// <summary>Features of a row.</summary>
    int Width { get; }

    /// <summary>One row for each piece of 16 frames of a clip.</summary>
    /// <param name="reference">The character at rest.</param>
    /// <param name="face">Where its face is.</param>
    float[] Of(Picture reference, FaceGeometry face, IReadOnlyList<Picture> frames);
}

/// <summary>How far one kind of frames is from true ones by their features; lower is better. Of few pieces it comes out too large, so only equal numbers compare.</summary>
/// <param name="Measure">Whose features.</param>
/// <param name="Name">What was measured, by a name of <see cref="RenditionScore"/> or <see cref="QualityScore.Still"/>.</param>
/// <param name="Pieces">Rows of features on either side.</param>
public sealed record VideoDistance(string Measure, string Name, double Distance, int Pieces)
{
    /// <summary>Frames of a piece.</summary>
    public const int PieceFrames = 16;
}
