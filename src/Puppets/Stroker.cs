using System.Numerics;

namespace TalkingMachines.Puppets;

/// <summary>
/// How a line is drawn. Taper 0 keeps the width, 1 lets both ends run out to nothing; Wobble shifts the line sideways
/// by up to so much, by smooth noise that depends on Seed alone, so a sketched line doesn't boil from frame to frame.
/// </summary>
public readonly record struct Pen(float Width, float Taper = 0, float Wobble = 0, int Seed = 0);

/// <summary>Turns lines into the shapes that a pen of varying width leaves: round joins and caps.</summary>
sealed class Stroker
{
    // a wobbling line is resampled this finely, in widths of the picture's hundredth
    const float WobbleStep = 1.6f;

    readonly Polyline outline = new();
    readonly List<Vector2> line = new(256);
    readonly List<float> halves = new(256);

    /// <param name="shape">Lines in pixels.</param>
    /// <param name="scale">Pixels per unit of the pen.</param>
    public Polyline Outline(Polyline shape, in Pen pen, float scale)
    {
        outline.Clear();
        for (int c = 0; c < shape.ContourCount; c++)
        {
            var points = shape.Contour(c, out bool closed);
            if (points.Length < 2) continue;
            Trace(points, closed, pen, scale);
            if (closed) AddRing();
            else AddLine();
        }
        return outline;
    }

    void Trace(ReadOnlySpan<Vector2> points, bool closed, in Pen pen, float scale)
    {
        line.Clear();
        halves.Clear();
        if (pen.Wobble > 0) Resample(points, closed, pen, scale);
        else
            foreach (var point in points) line.Add(point);
        if (closed && line.Count > 2 && Vector2.DistanceSquared(line[0], line[^1]) < 1e-4f) line.RemoveAt(line.Count - 1);
        float length = 0, at = 0;
        for (int i = 1; i < line.Count; i++) length += Vector2.Distance(line[i - 1], line[i]);
        for (int i = 0; i < line.Count; i++)
        {
            if (i > 0) at += Vector2.Distance(line[i - 1], line[i]);
            float swell = MathF.Sin(MathF.PI * Math.Clamp(at / MathF.Max(length, 1e-6f), 0, 1));
            float taper = closed ? 1 : 1 - pen.Taper * (1 - MathF.Sqrt(MathF.Max(swell, 0)));
            halves.Add(MathF.Max(pen.Width * 0.5f * scale * taper, 0.02f));
        }
    }

    void Resample(ReadOnlySpan<Vector2> points, bool closed, in Pen pen, float scale)
    {
        float step = WobbleStep * scale, travelled = 0;
        int count = closed ? points.Length + 1 : points.Length;
        for (int i = 0; i < count; i++)
        {
            var here = points[i % points.Length];
            if (i == 0)
            {
                line.Add(here);
                continue;
            }
            var before = points[i - 1];
            float distance = Vector2.Distance(before, here);
            int pieces = Math.Max(1, (int)(distance / step));
            var across = new Vector2(before.Y - here.Y, here.X - before.X) / MathF.Max(distance, 1e-6f);
            for (int k = 1; k <= pieces; k++)
            {
                travelled += distance / pieces;
                bool atEnd = closed && i == count - 1 && k == pieces;
                float shift = atEnd ? 0 : Noise(travelled / (scale * 5.5f), pen.Seed) * pen.Wobble * scale;
                line.Add(Vector2.Lerp(before, here, (float)k / pieces) + across * shift);
            }
        }
    }

    /// <summary>Smooth noise in -1..1 with about one swing per unit.</summary>
    static float Noise(float at, int seed)
    {
        int cell = (int)MathF.Floor(at);
        float t = at - cell;
        return float.Lerp(Lattice(cell, seed), Lattice(cell + 1, seed), t * t * (3 - 2 * t));
    }

    static float Lattice(int cell, int seed)
    {
        uint h = (uint)cell * 0x9E3779B9u ^ (uint)seed * 0x85EBCA6Bu;
        h = (h ^ (h >> 15)) * 0x2C1B3C6Du;
        h = (h ^ (h >> 12)) * 0x297A2D39u;
        return ((h ^ (h >> 15)) & 0xFFFF) / 32767.5f - 1;
    }

    void AddLine()
    {
        int last = line.Count - 1;
        outline.Begin();
        for (int i = 0; i <= last; i++) Offset(i, 1, false);
        Cap(line[last], Direction(last - 1, last), halves[last]);
        for (int i = last; i >= 0; i--) Offset(i, -1, false);
        Cap(line[0], Direction(1, 0), halves[0]);
        outline.CloseContour();
    }

    void AddRing()
    {
        outline.Begin();
        for (int i = 0; i < line.Count; i++) Offset(i, 1, true);
        outline.CloseContour();
        outline.Begin();
        for (int i = line.Count - 1; i >= 0; i--) Offset(i, -1, true);
        outline.CloseContour();
    }

    Vector2 Direction(int from, int to)
    {
        var step = line[to] - line[from];
        float length = step.Length();
        return length > 1e-6f ? step / length : Vector2.UnitX;
    }

    /// <summary>The line's side at a point, walked in the direction of the side; on the outer side of a bend, an arc.</summary>
    void Offset(int i, int side, bool closed)
    {
        int n = line.Count;
        bool first = i == 0 && !closed, final = i == n - 1 && !closed;
        var arriving = first ? Direction(0, 1) : Direction((i + n - 1) % n, i);
        var leaving = final ? arriving : Direction(i, (i + 1) % n);
        if (side < 0) (arriving, leaving) = (-leaving, -arriving);
        var from = new Vector2(arriving.Y, -arriving.X);
        var to = new Vector2(leaving.Y, -leaving.X);
        float turn = arriving.X * leaving.Y - arriving.Y * leaving.X;
        if (MathF.Abs(turn) < 0.2f && Vector2.Dot(arriving, leaving) > 0)
        {
            var middle = from + to;
            outline.Add(line[i] + middle * (halves[i] / MathF.Max(middle.Length(), 1e-6f)));
        }
        else if (turn > 0) Arc(line[i], from, to, halves[i]);
        else
        {
            outline.Add(line[i] + from * halves[i]);
            outline.Add(line[i]); // through the joint: the inner loop keeps its winding
            outline.Add(line[i] + to * halves[i]);
        }
    }

    void Cap(Vector2 centre, Vector2 outward, float radius)
    {
        var from = new Vector2(outward.Y, -outward.X);
        Arc(centre, from, outward, radius);
        Arc(centre, outward, -from, radius);
    }

    /// <summary>From one unit direction to another, clockwise on the screen.</summary>
    void Arc(Vector2 centre, Vector2 from, Vector2 to, float radius)
    {
        float angle = MathF.Atan2(from.X * to.Y - from.Y * to.X, Vector2.Dot(from, to));
        if (angle < 0) angle += 2 * MathF.PI;
        int pieces = Math.Max(1, (int)MathF.Ceiling(angle * MathF.Sqrt(MathF.Max(radius, 0.1f)) * 1.5f));
        for (int i = 0; i <= pieces; i++)
        {
            var (sin, cos) = MathF.SinCos(angle * i / pieces);
            outline.Add(centre + new Vector2(from.X * cos - from.Y * sin, from.X * sin + from.Y * cos) * radius);
        }
    }
}
