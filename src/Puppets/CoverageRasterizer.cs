using System.Numerics;

namespace TalkingMachines.Puppets;

/// <summary>
/// Turns edges into the share of each pixel that lies inside, by the non-zero rule. Each pixel row has four sub-rows;
/// on each, the edges that bound the inside add the exact area of their slanted ends. Sums are integers, so a pixel's
/// value does not depend on the window it is drawn through.
/// </summary>
sealed class CoverageRasterizer
{
    /// <summary>Coverage of a pixel that lies wholly inside.</summary>
    public const int Full = SubRows * Unit;

    const int SubRows = 4;
    const int Unit = 1 << 14;

    struct Edge
    {
        public float X, Y, Slope, LeastX, GreatestX;
        public int First, End, Direction; // sub-rows
    }

    struct Crossing
    {
        public float Least, Middle, Greatest;
        public int Direction;
    }

    Edge[] edges = new Edge[512];
    Crossing[] crossings = new Crossing[4096];
    int[] starts = [];
    int[] deltas = [];
    int edgeCount, left, right, top, bottom;

    /// <summary>Change of coverage from the pixel on the left, by column of the window.</summary>
    public Span<int> Deltas => deltas;

    /// <summary>Columns left..right-1 and rows top..bottom-1 of the picture will be asked for.</summary>
    public void Begin(int left, int top, int right, int bottom)
    {
        (this.left, this.top, this.right, this.bottom) = (left, top, right, bottom);
        edgeCount = 0;
        if (deltas.Length < right - left + 2) deltas = new int[right - left + 2];
        int rows = (bottom - top) * SubRows + 2;
        if (starts.Length < rows) starts = new int[rows];
    }

    public void Add(Polyline shape)
    {
        for (int c = 0; c < shape.ContourCount; c++)
        {
            var points = shape.Contour(c, out _);
            if (points.Length < 2) continue;
            var previous = points[^1];
            foreach (var point in points)
            {
                AddEdge(previous, point);
                previous = point;
            }
        }
    }

    void AddEdge(Vector2 a, Vector2 b)
    {
        int direction = 1;
        if (a.Y > b.Y) (a, b, direction) = (b, a, -1);
        int first = Math.Max((int)MathF.Ceiling(a.Y * SubRows - 0.5f), top * SubRows);
        int end = Math.Min((int)MathF.Ceiling(b.Y * SubRows - 0.5f), bottom * SubRows);
        if (first >= end) return; // edges outside on either side stay: they count for the winding
        if (edgeCount == edges.Length) Array.Resize(ref edges, edges.Length * 2);
        edges[edgeCount++] = new Edge
        {
            X = a.X,
            Y = a.Y,
            Slope = (b.X - a.X) / (b.Y - a.Y),
            LeastX = MathF.Min(a.X, b.X),
            GreatestX = MathF.Max(a.X, b.X),
            First = first,
            End = end,
            Direction = direction,
        };
    }

    /// <summary>Sorts the edges into sub-rows; afterwards rows can be asked for. False when nothing is in the window.</summary>
    public bool Prepare()
    {
        if (edgeCount == 0) return false;
        int rows = (bottom - top) * SubRows, origin = top * SubRows;
        var ends = starts.AsSpan(0, rows + 2);
        ends.Clear();
        foreach (ref readonly var edge in edges.AsSpan(0, edgeCount))
            for (int s = edge.First; s < edge.End; s++) ends[s - origin + 2]++;
        for (int s = 2; s < ends.Length; s++) ends[s] += ends[s - 1];
        if (crossings.Length < ends[^1]) crossings = new Crossing[ends[^1] * 2];
        foreach (ref readonly var edge in edges.AsSpan(0, edgeCount))
            for (int s = edge.First; s < edge.End; s++)
                crossings[ends[s - origin + 1]++] = Cross(edge, s);
        return true;
    }

    static Crossing Cross(in Edge edge, int subRow)
    {
        float x = edge.X + ((subRow + 0.5f) / SubRows - edge.Y) * edge.Slope;
        float half = MathF.Abs(edge.Slope) * (0.5f / SubRows);
        return new Crossing
        {
            Middle = x,
            Least = MathF.Min(MathF.Max(x - half, edge.LeastX), x),
            Greatest = MathF.Max(MathF.Min(x + half, edge.GreatestX), x),
            Direction = edge.Direction,
        };
    }

    /// <summary>Writes <see cref="Deltas"/> of one picture row; false when the row is empty. The caller zeroes what it read.</summary>
    public bool Row(int y, out int first, out int last)
    {
        first = int.MaxValue;
        last = -1;
        int s = (y - top) * SubRows;
        for (int i = s; i < s + SubRows; i++)
        {
            var row = crossings.AsSpan(starts[i], starts[i + 1] - starts[i]);
            if (row.Length > 0) SubRow(row, ref first, ref last);
        }
        return last >= 0;
    }

    void SubRow(Span<Crossing> row, ref int first, ref int last)
    {
        for (int i = 1; i < row.Length; i++) // few and nearly sorted
        {
            var moved = row[i];
            int j = i - 1;
            for (; j >= 0 && row[j].Middle > moved.Middle; j--) row[j + 1] = row[j];
            row[j + 1] = moved;
        }
        int winding = 0;
        foreach (ref readonly var crossing in row)
        {
            int before = winding;
            winding += crossing.Direction;
            if (before == 0) Ramp(crossing, Unit, ref first, ref last);
            else if (winding == 0) Ramp(crossing, -Unit, ref first, ref last);
        }
    }

    void Ramp(in Crossing crossing, int unit, ref int first, ref int last)
    {
        if (crossing.Least >= right) return;
        int column = Math.Max((int)MathF.Floor(crossing.Least), left);
        int end = Math.Min((int)MathF.Floor(crossing.Greatest), right - 1);
        first = Math.Min(first, column - left);
        int done = 0;
        for (; column <= end; column++)
        {
            int area = (int)(unit * (Area(crossing, column + 1) - Area(crossing, column)));
            deltas[column - left] += area - done;
            done = area;
        }
        if (column < right) deltas[column - left] += unit - done;
        last = Math.Max(last, Math.Min(column, right - 1) - left);
    }

    /// <summary>Area right of the edge and left of x, one sub-row high.</summary>
    static float Area(in Crossing crossing, float x)
    {
        if (x <= crossing.Least) return 0;
        if (x >= crossing.Greatest) return x - 0.5f * (crossing.Least + crossing.Greatest);
        float inside = x - crossing.Least;
        return inside * inside / (2 * (crossing.Greatest - crossing.Least));
    }
}
