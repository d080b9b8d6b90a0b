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
/// <param name="Margin">Half the width of its 95 % interval, by leaving out one character after the other (Efron's jackknife); null for fewer than three.</param>
public sealed record VideoDistance(string Measure, string Name, double Distance, int Pieces, double? Margin)
{
    const int FewestCharacters = 3;

    /// <summary>Frames of a piece.</summary>
    public const int PieceFrames = 16;

    /// <summary>Of rows of features, a list item a character; null where there are fewer than two rows.</summary>
    public static VideoDistance? Of(string measure, string name, IReadOnlyList<float[]> truth, IReadOnlyList<float[]> made, int width)
    {
        int pieces = truth.Sum(rows => rows.Length) / width, n = truth.Count;
        if (pieces < 2) return null;
        double distance = Without(null);
        if (n < FewestCharacters || truth.Any(rows => pieces - (rows.Length / width) < 2)) return new(measure, name, distance, pieces, null);
        double[] others = [.. Enumerable.Range(0, n).Select(left => Without(left))];
        double mean = others.Average(), variance = (n - 1.0) / n * others.Sum(each => (each - mean) * (each - mean));
        return new(measure, name, distance, pieces, Figure.Quantile(n - 1) * Math.Sqrt(variance));

        double Without(int? left) => FrechetDistance.Of(Rows(truth, left), Rows(made, left), width);
    }

    static float[] Rows(IReadOnlyList<float[]> all, int? left) => [.. all.Where((_, i) => i != left).SelectMany(rows => rows)];
}
