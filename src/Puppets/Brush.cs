using System.Numerics;

namespace TalkingMachines.Puppets;

/// <summary>
/// Paints parts in a puppet's drawing style: the same part becomes a flat shape, a shaded one, an inked or sketched
/// outline. Holds the paths of a frame, so drawing allocates nothing once warm.
/// </summary>
sealed class Brush(Canvas canvas)
{
    readonly List<VectorPath> paths = [];
    int used, strokes;

    public Canvas Canvas { get; } = canvas;

    public DrawingStyle Style { get; private set; }

    /// <summary>Of the surfaces drawn from now on; shows in photographs alone.</summary>
    public Grain Grain { get; set; }

    /// <summary>True where volumes are modelled by soft light.</summary>
    public bool Shaded => Style is DrawingStyle.Soft or DrawingStyle.Painterly or DrawingStyle.Anime or DrawingStyle.Photo;

    public bool Outlined => Style is DrawingStyle.Ink or DrawingStyle.Sketch or DrawingStyle.Anime;

    public void Begin(DrawingStyle style)
    {
        Style = style;
        Grain = default;
        used = strokes = 0;
    }

    /// <summary>Starts a part: its sketched lines wobble alike in every frame, whatever other parts draw.</summary>
    public void Part(int number) => strokes = number * 64;

    /// <summary>An empty path, valid until the frame ends.</summary>
    public VectorPath Path()
    {
        if (used == paths.Count) paths.Add(new VectorPath());
        return paths[used++].Clear();
    }

    /// <summary>A part with volume, lit from the upper left; outlined where the style has outlines.</summary>
    public void Surface(VectorPath path, Rgb colour, float volume = 1, float line = 1, bool smooth = false)
    {
        var (least, greatest) = path.Bounds(Matrix3x2.Identity);
        Canvas.Fill(path, Light(colour, least, greatest, volume) with { Grain = Style == DrawingStyle.Photo ? Grain : default });
        float size = MathF.Min(greatest.X - least.X, greatest.Y - least.Y);
        if (size > 12 && Style == DrawingStyle.Sketch) Hatch(path, colour, least, greatest);
        if (size > 12 && Style == DrawingStyle.Painterly && !smooth) Daub(path, colour, least, greatest);
        if (line > 0) Outline(path, colour, line);
    }

    /// <summary>Pencil strokes on the side away from the light.</summary>
    void Hatch(VectorPath shape, Rgb colour, Vector2 least, Vector2 greatest)
    {
        var size = greatest - least;
        Canvas.PushClip(shape);
        var lines = Path();
        for (float t = 0.1f; t < 1; t += 2.6f / size.Y)
        {
            float y = least.Y + t * size.Y, reach = size.X * (0.16f + 0.16f * t);
            lines.MoveTo(greatest.X + 1, y - 2).LineTo(greatest.X - reach, y + reach * 0.55f);
        }
        Canvas.Stroke(lines, Pen(0.5f, 0.7f), Paint.Solid(colour.Darker(0.6f), 0.42f));
        Canvas.PopClip();
    }

    /// <summary>Broad translucent brush strokes, lighter and warmer above, darker and cooler below.</summary>
    void Daub(VectorPath shape, Rgb colour, Vector2 least, Vector2 greatest)
    {
        var size = greatest - least;
        Canvas.PushClip(shape);
        for (int i = 0; i < 7; i++)
        {
            float t = (i + 0.5f) / 7, x = least.X + size.X * (0.12f + 0.11f * (i * 5 % 7)), y = least.Y + size.Y * t;
            var tone = i % 2 == 0
                ? colour.Lighter(0.3f).Mix(new Rgb(255, 190, 120), 0.12f)
                : colour.Darker(0.32f).Mix(new Rgb(70, 60, 140), 0.14f);
            var stroke = Path().MoveTo(x - size.X * 0.24f, y + size.Y * 0.1f)
                .QuadTo(x, y - size.Y * 0.05f, x + size.X * 0.3f, y - size.Y * 0.03f);
            Canvas.Stroke(stroke, Pen(MathF.Min(size.X, size.Y) * 0.16f, 0.85f), Paint.Solid(tone, 0.2f));
        }
        Canvas.PopClip();
    }

    /// <summary>A lens darkens the corners of a photograph.</summary>
    public void Vignette() => Canvas.Fill(
        Path().Rectangle(-1, -1, 102, 102), Paint.Radial(new(46, 42), new(78, 84), new Rgb(20, 14, 24), new Rgb(20, 14, 24), 0, 0.42f));

    /// <summary>A part made of overlapping shapes: only the outline around all of them shows.</summary>
    public void Cluster(VectorPath path, Rgb colour, float volume = 1, float line = 1)
    {
        Outline(path, colour, line * 1.9f); // half of it stays visible
        Surface(path, colour, volume, 0);
    }

    /// <summary>A shape of one colour, without light or outline.</summary>
    public void Flat(VectorPath path, Rgb colour, float alpha = 1) => Canvas.Fill(path, Paint.Solid(colour, alpha));

    /// <summary>A line in any style; wobbles where the style is sketched.</summary>
    public void Line(VectorPath path, Rgb colour, float width, float taper = 0.8f, float alpha = 1)
    {
        Canvas.Stroke(path, Pen(width, taper), Paint.Solid(colour, alpha));
    }

    /// <summary>The contour line of a part, if the style draws such lines.</summary>
    public void Outline(VectorPath path, Rgb colour, float weight = 1)
    {
        if (!Outlined) return;
        var ink = Ink(colour);
        switch (Style)
        {
            case DrawingStyle.Ink:
                Canvas.Stroke(path, Pen(0.95f * weight, 0.45f), ink);
                break;
            case DrawingStyle.Anime:
                Canvas.Stroke(path, Pen(0.55f * weight, 0.5f), ink);
                break;
            default: // two light passes of a pencil
                Canvas.Stroke(path, Pen(0.6f * weight, 0.4f), Paint.Solid(ink, 0.85f));
                Canvas.Stroke(path, Pen(0.4f * weight, 0.6f), Paint.Solid(ink, 0.55f));
                break;
        }
    }

    /// <summary>The colour of lines around and on a part.</summary>
    public Rgb Ink(Rgb colour) => Style switch
    {
        DrawingStyle.Ink => new Rgb(34, 24, 32),
        DrawingStyle.Sketch => new Rgb(58, 48, 52),
        DrawingStyle.Anime => colour.Darker(0.72f),
        _ => colour.Darker(0.5f),
    };

    Pen Pen(float width, float taper) => Style == DrawingStyle.Sketch
        ? new Pen(width, taper, 0.55f, ++strokes * 7919)
        : new Pen(width, taper);

    Paint Light(Rgb colour, Vector2 least, Vector2 greatest, float volume)
    {
        var size = greatest - least;
        return Style switch
        {
            DrawingStyle.Soft => Paint.Linear(
                least + size * new Vector2(0.3f, 0), least + size * new Vector2(0.75f, 1),
                colour.Lighter(0.1f * volume), colour.Darker(0.16f * volume)),
            DrawingStyle.Painterly => Paint.Radial(
                least + size * new Vector2(0.36f, 0.3f), size * 0.8f,
                colour.Lighter(0.16f * volume), colour.Darker(0.3f * volume)),
            DrawingStyle.Photo => Paint.Radial(
                least + size * new Vector2(0.34f, 0.28f), size * 0.85f,
                colour.Lighter(0.14f * volume), colour.Darker(0.42f * volume)),
            DrawingStyle.Anime => Paint.Linear(
                least + size * new Vector2(0.4f, 0.2f), least + size * new Vector2(0.6f, 1),
                colour.Lighter(0.06f * volume), colour.Darker(0.09f * volume)),
            _ => colour,
        };
    }
}
