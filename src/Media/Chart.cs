namespace TalkingMachines.Media;

/// <summary>One line of a <see cref="Chart"/>. Values that cannot be shown (NaN, zero on a log axis) leave a gap.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="X">Positions, as many as <paramref name="Y"/>.</param>
/// <param name="Y">Values.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y);

/// <summary>A line chart, for loss curves and measurements.</summary>
public sealed class Chart
{
    const int LeftMargin = 72, RightMargin = 24, TopMargin = 48, BottomMargin = 56;
    const int MaxPoints = 2000;

    // Distinguishable also with the common kinds of colour blindness (after Okabe and Ito, 2008).
    static readonly string[] Colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a5195", "#555555"];

    public string Title { get; init; } = "";

    public string XLabel { get; init; } = "";

    public string YLabel { get; init; } = "";

    /// <summary>A logarithmic vertical axis.</summary>
    public bool LogY { get; init; }

    /// <summary>Pixels.</summary>
    public int Width { get; init; } = 800;

    /// <summary>Pixels.</summary>
    public int Height { get; init; } = 450;

    public required IReadOnlyList<ChartSeries> Series { get; init; }

    /// <summary>The vertical axis begins at zero, whatever the values; not with <see cref="LogY"/>.</summary>
    public bool FromZero { get; init; }

    /// <summary>So much of the highest value stays free above it, for the legend; not with <see cref="LogY"/>.</summary>
    public double Headroom { get; init; }

    /// <summary>The chart as a complete SVG document.</summary>
    public string ToSvg()
    {
        var canvas = new SvgCanvas(Width, Height);
        Draw(canvas);
        return canvas.ToString();
    }

    /// <summary>The chart as pixels, its texts in the letters of <see cref="BitmapFont"/>.</summary>
    public Picture ToPicture()
    {
        var canvas = new PictureCanvas(Width, Height);
        Draw(canvas);
        return canvas.ToPicture();
    }

    void Draw(ChartCanvas canvas)
    {
        foreach (var series in Series)
            if (series.X.Count != series.Y.Count)
                throw new ArgumentException($"The series {series.Name} has {series.X.Count} positions and {series.Y.Count} values.");
        double[] values = [.. Series.SelectMany(series => series.Y)];
        var xAxis = ChartAxis.Over(Series.SelectMany(series => series.X), logarithmic: false);
        var yAxis = ChartAxis.Over([.. values, .. FromZero ? new[] { 0.0 } : [], .. Headroom > 0 ? new[] { (1 + Headroom) * values.DefaultIfEmpty().Max() } : []], LogY);
        canvas.Text(new ChartText(Title, LeftMargin, 28, IsTitle: true));
        DrawAxes(canvas, xAxis, yAxis);
        for (int i = 0; i < Series.Count; i++) DrawLine(canvas, Series[i], Colours[i % Colours.Length], xAxis, yAxis);
        DrawLegend(canvas, xAxis, yAxis);
    }

    double PlotWidth => Width - LeftMargin - RightMargin;

    double PlotHeight => Height - TopMargin - BottomMargin;

    double PlaceX(ChartAxis axis, double x) => LeftMargin + axis.Position(x) * PlotWidth;

    double PlaceY(ChartAxis axis, double y) => Height - BottomMargin - axis.Position(y) * PlotHeight;

    void DrawAxes(ChartCanvas canvas, ChartAxis xAxis, ChartAxis yAxis)
    {
        int bottom = Height - BottomMargin, right = Width - RightMargin;
        foreach (double tick in yAxis.Ticks)
        {
            double y = PlaceY(yAxis, tick);
            canvas.Line(LeftMargin, y, right, y, ChartCanvas.Faint);
            canvas.Text(new ChartText(ChartAxis.Label(tick), LeftMargin - 8, y + 4, TextAnchor.End));
        }
        foreach (double tick in xAxis.Ticks)
        {
            double x = PlaceX(xAxis, tick);
            canvas.Line(x, bottom, x, bottom + 5, ChartCanvas.Ink);
            canvas.Text(new ChartText(ChartAxis.Label(tick), x, bottom + 19, TextAnchor.Middle));
        }
        canvas.Path([(LeftMargin, TopMargin), (LeftMargin, bottom), (right, bottom)], ChartCanvas.Ink, 1);
        canvas.Text(new ChartText(XLabel, LeftMargin + PlotWidth / 2, Height - 14, TextAnchor.Middle));
        canvas.Text(new ChartText(YLabel, 18, TopMargin + PlotHeight / 2, TextAnchor.Middle, IsUpright: true));
    }

    void DrawLine(ChartCanvas canvas, ChartSeries series, string colour, ChartAxis xAxis, ChartAxis yAxis)
    {
        canvas.Path(Thinned(series.Y).Select(i => (Place(i, series.X, xAxis, PlaceX), Place(i, series.Y, yAxis, PlaceY))), colour, 1.8);

        static double Place(int i, IReadOnlyList<double> values, ChartAxis axis, Func<ChartAxis, double, double> place) =>
            axis.CanShow(values[i]) ? place(axis, values[i]) : double.NaN;
    }

    /// <summary>Indices to draw: of a long series the lowest and highest of each stretch, so that no spike is lost.</summary>
    static IEnumerable<int> Thinned(IReadOnlyList<double> values)
    {
        if (values.Count <= MaxPoints) return Enumerable.Range(0, values.Count);
        var kept = new List<int> { 0 };
        int stretches = MaxPoints / 2;
        for (int s = 0; s < stretches; s++)
        {
            int from = (int)((long)values.Count * s / stretches), to = (int)((long)values.Count * (s + 1) / stretches);
            int lowest = from, highest = from;
            for (int i = from; i < to; i++)
            {
                // NaN compares false, so a first NaN must give way.
                if (values[i] < values[lowest] || double.IsNaN(values[lowest])) lowest = i;
                if (values[i] > values[highest] || double.IsNaN(values[highest])) highest = i;
            }
            kept.Add(Math.Min(lowest, highest));
            if (lowest != highest) kept.Add(Math.Max(lowest, highest));
        }
        kept.Add(values.Count - 1);
        return kept.Distinct();
    }

    void DrawLegend(ChartCanvas canvas, ChartAxis xAxis, ChartAxis yAxis)
    {
        const int rowHeight = 18, letterWidth = 7;
        int longest = Series.Count == 0 ? 0 : Series.Max(series => series.Name.Length);
        if (longest == 0) return;
        int width = 38 + longest * letterWidth, height = Series.Count * rowHeight + 10;
        int atLeft = LeftMargin + 10, atRight = Math.Max(LeftMargin, Width - RightMargin - 6 - width);
        int left = Covered(atRight) <= Covered(atLeft) ? atRight : atLeft;
        canvas.Box(left, TopMargin + 6, width, height);
        for (int i = 0; i < Series.Count; i++)
        {
            int y = TopMargin + 20 + i * rowHeight;
            canvas.Line(left + 8, y, left + 26, y, Colours[i % Colours.Length], 3);
            canvas.Text(new ChartText(Series[i].Name, left + 32, y + 4));
        }

        // How many points the legend would hide there, or crowd.
        int Covered(int x) => Series.Sum(series => Enumerable.Range(0, series.Y.Count).Count(i =>
            xAxis.CanShow(series.X[i]) && yAxis.CanShow(series.Y[i]) &&
            PlaceX(xAxis, series.X[i]) - x is var across && across >= -12 && across <= width + 12 &&
            PlaceY(yAxis, series.Y[i]) <= TopMargin + 6 + height));
    }
}
