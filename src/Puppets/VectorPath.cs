using System.Numerics;

namespace TalkingMachines.Puppets;

enum PathVerb : byte { Move, Line, Cubic, Close }

/// <summary>Lines and Bezier curves. Reusable: <see cref="Clear"/> keeps the memory.</summary>
public sealed class VectorPath
{
    // cubic arc that deviates least from a quarter circle
    const float QuarterCircle = 0.5522848f;

    Vector2[] points = new Vector2[64];
    PathVerb[] verbs = new PathVerb[32];
    int pointCount, verbCount;

    internal ReadOnlySpan<Vector2> Points => points.AsSpan(0, pointCount);

    internal ReadOnlySpan<PathVerb> Verbs => verbs.AsSpan(0, verbCount);

    public VectorPath Clear()
    {
        pointCount = verbCount = 0;
        return this;
    }

    public VectorPath MoveTo(float x, float y) => Add(PathVerb.Move, new Vector2(x, y));

    public VectorPath LineTo(float x, float y) => Add(PathVerb.Line, new Vector2(x, y));

    public VectorPath CubicTo(float x1, float y1, float x2, float y2, float x, float y)
    {
        Add(PathVerb.Cubic, new Vector2(x1, y1));
        AddPoint(new Vector2(x2, y2));
        AddPoint(new Vector2(x, y));
        return this;
    }

    public VectorPath QuadTo(float x1, float y1, float x, float y)
    {
        var start = points[pointCount - 1];
        var control = new Vector2(x1, y1);
        var end = new Vector2(x, y);
        var first = start + (control - start) * (2f / 3);
        var second = end + (control - end) * (2f / 3);
        return CubicTo(first.X, first.Y, second.X, second.Y, x, y);
    }

    public VectorPath Close()
    {
        AddVerb(PathVerb.Close);
        return this;
    }

    public VectorPath Ellipse(float x, float y, float radiusX, float radiusY)
    {
        float kx = radiusX * QuarterCircle, ky = radiusY * QuarterCircle;
        return MoveTo(x + radiusX, y)
            .CubicTo(x + radiusX, y + ky, x + kx, y + radiusY, x, y + radiusY)
            .CubicTo(x - kx, y + radiusY, x - radiusX, y + ky, x - radiusX, y)
            .CubicTo(x - radiusX, y - ky, x - kx, y - radiusY, x, y - radiusY)
            .CubicTo(x + kx, y - radiusY, x + radiusX, y - ky, x + radiusX, y)
            .Close();
    }

    public VectorPath Circle(float x, float y, float radius) => Ellipse(x, y, radius, radius);

    public VectorPath Rectangle(float x, float y, float width, float height) =>
        MoveTo(x, y).LineTo(x + width, y).LineTo(x + width, y + height).LineTo(x, y + height).Close();

    public VectorPath RoundedRectangle(float x, float y, float width, float height, float radius)
    {
        float r = MathF.Min(radius, MathF.Min(width, height) / 2), k = r * (1 - QuarterCircle);
        float right = x + width, bottom = y + height;
        return MoveTo(x + r, y)
            .LineTo(right - r, y).CubicTo(right - k, y, right, y + k, right, y + r)
            .LineTo(right, bottom - r).CubicTo(right, bottom - k, right - k, bottom, right - r, bottom)
            .LineTo(x + r, bottom).CubicTo(x + k, bottom, x, bottom - k, x, bottom - r)
            .LineTo(x, y + r).CubicTo(x, y + k, x + k, y, x + r, y)
            .Close();
    }

    /// <summary>A smooth closed curve through the points (Catmull-Rom).</summary>
    public VectorPath Loop(ReadOnlySpan<Vector2> through)
    {
        int n = through.Length;
        MoveTo(through[0].X, through[0].Y);
        for (int i = 0; i < n; i++)
            SplineSegment(through[(i + n - 1) % n], through[i], through[(i + 1) % n], through[(i + 2) % n]);
        return Close();
    }

    /// <summary>A smooth open curve through the points: starts a contour, or goes on with a line to the first point.</summary>
    public VectorPath Curve(ReadOnlySpan<Vector2> through, bool join = false)
    {
        if (join) LineTo(through[0].X, through[0].Y);
        else MoveTo(through[0].X, through[0].Y);
        int last = through.Length - 1;
        for (int i = 0; i < last; i++)
            SplineSegment(through[Math.Max(i - 1, 0)], through[i], through[i + 1], through[Math.Min(i + 2, last)]);
        return this;
    }

    /// <summary>Smallest box around all control points, which holds the shape.</summary>
    internal (Vector2 Least, Vector2 Greatest) Bounds(Matrix3x2 transform)
    {
        var least = new Vector2(float.MaxValue);
        var greatest = new Vector2(float.MinValue);
        foreach (var point in Points)
        {
            var p = Vector2.Transform(point, transform);
            least = Vector2.Min(least, p);
            greatest = Vector2.Max(greatest, p);
        }
        return (least, greatest);
    }

    void SplineSegment(Vector2 before, Vector2 start, Vector2 end, Vector2 after)
    {
        var first = start + (end - before) / 6;
        var second = end - (after - start) / 6;
        CubicTo(first.X, first.Y, second.X, second.Y, end.X, end.Y);
    }

    VectorPath Add(PathVerb verb, Vector2 point)
    {
        AddVerb(verb);
        AddPoint(point);
        return this;
    }

    void AddVerb(PathVerb verb)
    {
        if (verbCount == verbs.Length) Array.Resize(ref verbs, verbs.Length * 2);
        verbs[verbCount++] = verb;
    }

    void AddPoint(Vector2 point)
    {
        if (pointCount == points.Length) Array.Resize(ref points, points.Length * 2);
        points[pointCount++] = point;
    }
}
