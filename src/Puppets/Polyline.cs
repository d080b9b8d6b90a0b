using System.Numerics;

namespace TalkingMachines.Puppets;

/// <summary>A path as straight pieces in pixels: contours of points. Reusable.</summary>
sealed class Polyline
{
    // greatest distance of a curve from its chords, in pixels
    const float Tolerance = 0.04f;

    readonly List<Vector2> points = new(512);
    readonly List<(int Start, bool Closed)> contours = new(16);

    public int ContourCount => contours.Count;

    public void Clear()
    {
        points.Clear();
        contours.Clear();
    }

    public ReadOnlySpan<Vector2> Contour(int index, out bool closed)
    {
        (int start, closed) = contours[index];
        int end = index + 1 < contours.Count ? contours[index + 1].Start : points.Count;
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(points)[start..end];
    }

    public void Begin() => contours.Add((points.Count, false));

    public void Add(Vector2 point)
    {
        int start = contours[^1].Start;
        if (points.Count > start && Vector2.DistanceSquared(points[^1], point) < 1e-8f) return;
        points.Add(point);
    }

    public void CloseContour() => contours[^1] = (contours[^1].Start, true);

    /// <summary>Replaces the content by the path, transformed to pixels.</summary>
    public void Flatten(VectorPath path, Matrix3x2 transform)
    {
        Clear();
        var from = path.Points;
        int next = 0;
        var current = Vector2.Zero;
        foreach (var verb in path.Verbs)
            switch (verb)
            {
                case PathVerb.Move:
                    Begin();
                    Add(current = Vector2.Transform(from[next++], transform));
                    break;
                case PathVerb.Line:
                    Add(current = Vector2.Transform(from[next++], transform));
                    break;
                case PathVerb.Cubic:
                    var first = Vector2.Transform(from[next++], transform);
                    var second = Vector2.Transform(from[next++], transform);
                    var end = Vector2.Transform(from[next++], transform);
                    AddCubic(current, first, second, end);
                    current = end;
                    break;
                case PathVerb.Close:
                    CloseContour();
                    break;
            }
    }

    void AddCubic(Vector2 start, Vector2 first, Vector2 second, Vector2 end)
    {
        // a cubic's chord error is at most sqrt(3)/18 of its second differences over n^2
        float bend = MathF.Max((start - 2 * first + second).Length(), (first - 2 * second + end).Length());
        int pieces = Math.Clamp((int)MathF.Ceiling(MathF.Sqrt(bend * 0.75f / Tolerance)), 1, 64);
        for (int i = 1; i < pieces; i++)
        {
            float t = (float)i / pieces, s = 1 - t;
            Add(start * (s * s * s) + first * (3 * s * s * t) + second * (3 * s * t * t) + end * (t * t * t));
        }
        Add(end);
    }
}
