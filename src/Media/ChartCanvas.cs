namespace TalkingMachines.Media;

/// <summary>Which point of a text lies at its place.</summary>
internal enum TextAnchor
{
    Start,
    Middle,
    End,
}

/// <summary>A text of a chart; <paramref name="Y"/> is its base line, and where it stands upright that of its turned letters.</summary>
internal readonly record struct ChartText(string Text, double X, double Y, TextAnchor Anchor = TextAnchor.Start, bool IsTitle = false, bool IsUpright = false);

/// <summary>What a <see cref="Chart"/> is drawn on. Places in pixels from the upper left, colours as #rrggbb.</summary>
internal abstract class ChartCanvas
{
    public const string Ink = "#333b48", Faint = "#dfe3e8";

    /// <summary>A white box with a faint border, which hides most of what is below.</summary>
    public abstract void Box(double x, double y, double width, double height);

    public abstract void Line(double x1, double y1, double x2, double y2, string colour, double width = 1);

    /// <summary>A line through points; a place that is not a number interrupts it.</summary>
    public abstract void Path(IEnumerable<(double X, double Y)> points, string colour, double width);

    public abstract void Text(in ChartText text);
}
