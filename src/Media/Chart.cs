using System.Globalization;
using System.Security;
using System.Text;

namespace TalkingMachines.Media;

/// <summary>One line of a <see cref="Chart"/>. Values that cannot be shown (NaN, zero on a log axis) leave a gap.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="X">Positions, as many as <paramref name="Y"/>.</param>
/// <param name="Y">Values.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y);

/// <summary>A line chart as SVG text, for loss curves and measurements.</summary>
public sealed class Chart
{
    const int LeftMargin = 72, RightMargin = 24, TopMargin = 48, BottomMargin = 56;
    const int MaxPoints = 2000;
    const string Ink = "#333b48", Faint = "#dfe3e8";

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

    /// <summary>The chart as a complete SVG document.</summary>
    public string ToSvg()
    {
        foreach (var series in Series)
            if (series.X.Count != series.Y.Count)
                throw new ArgumentException($"The series {series.Name} has {series.X.Count} positions and {series.Y.Count} values.");
        var xAxis = ChartAxis.Over(Series.SelectMany(series => series.X), logarithmic: false);
        var yAxis = ChartAxis.Over(Series.SelectMany(series => series.Y), LogY);
        var svg = new StringBuilder();
        Append(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"{Ink}\">");
        Append(svg, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#ffffff\"/>");
        Append(svg, $"<text x=\"{LeftMargin}\" y=\"28\" font-size=\"16\" font-weight=\"600\">{Escaped(Title)}</text>");
        AppendAxes(svg, xAxis, yAxis);
        for (int i = 0; i < Series.Count; i++) AppendLine(svg, Series[i], Colours[i % Colours.Length], xAxis, yAxis);
        AppendLegend(svg, xAxis, yAxis);
        svg.Append("</svg>\n");
        return svg.ToString();
    }

    double PlotWidth => Width - LeftMargin - RightMargin;

    double PlotHeight => Height - TopMargin - BottomMargin;

    double PlaceX(ChartAxis axis, double x) => LeftMargin + axis.Position(x) * PlotWidth;

    double PlaceY(ChartAxis axis, double y) => Height - BottomMargin - axis.Position(y) * PlotHeight;

    void AppendAxes(StringBuilder svg, ChartAxis xAxis, ChartAxis yAxis)
    {
        int bottom = Height - BottomMargin, right = Width - RightMargin;
        foreach (double tick in yAxis.Ticks)
        {
            double y = PlaceY(yAxis, tick);
            Append(svg, $"<line x1=\"{LeftMargin}\" y1=\"{y:0.#}\" x2=\"{right}\" y2=\"{y:0.#}\" stroke=\"{Faint}\"/>");
            Append(svg, $"<text x=\"{LeftMargin - 8}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{ChartAxis.Label(tick)}</text>");
        }
        foreach (double tick in xAxis.Ticks)
        {
            double x = PlaceX(xAxis, tick);
            Append(svg, $"<line x1=\"{x:0.#}\" y1=\"{bottom}\" x2=\"{x:0.#}\" y2=\"{bottom + 5}\" stroke=\"{Ink}\"/>");
            Append(svg, $"<text x=\"{x:0.#}\" y=\"{bottom + 19}\" text-anchor=\"middle\">{ChartAxis.Label(tick)}</text>");
        }
        Append(svg, $"<path d=\"M{LeftMargin} {TopMargin}V{bottom}H{right}\" fill=\"none\" stroke=\"{Ink}\"/>");
        Append(svg, $"<text x=\"{LeftMargin + PlotWidth / 2:0.#}\" y=\"{Height - 14}\" text-anchor=\"middle\">{Escaped(XLabel)}</text>");
        double middle = TopMargin + PlotHeight / 2;
        Append(svg, $"<text x=\"18\" y=\"{middle:0.#}\" text-anchor=\"middle\" transform=\"rotate(-90 18 {middle:0.#})\">{Escaped(YLabel)}</text>");
    }

    void AppendLine(StringBuilder svg, ChartSeries series, string colour, ChartAxis xAxis, ChartAxis yAxis)
    {
        var path = new StringBuilder();
        bool drawing = false;
        foreach (int i in Thinned(series.Y))
        {
            bool shown = xAxis.CanShow(series.X[i]) && yAxis.CanShow(series.Y[i]);
            if (shown) path.Append(CultureInfo.InvariantCulture, $"{(drawing ? 'L' : 'M')}{PlaceX(xAxis, series.X[i]):0.##} {PlaceY(yAxis, series.Y[i]):0.##}");
            drawing = shown;
        }
        Append(svg, $"<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.8\" stroke-linejoin=\"round\" stroke-linecap=\"round\"/>");
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

    void AppendLegend(StringBuilder svg, ChartAxis xAxis, ChartAxis yAxis)
    {
        const int rowHeight = 18, letterWidth = 7;
        int longest = Series.Count == 0 ? 0 : Series.Max(series => series.Name.Length);
        if (longest == 0) return;
        int width = 38 + longest * letterWidth, height = Series.Count * rowHeight + 10;
        int atLeft = LeftMargin + 10, atRight = Math.Max(LeftMargin, Width - RightMargin - 6 - width);
        int left = Covered(atRight) <= Covered(atLeft) ? atRight : atLeft;
        Append(svg, $"<rect x=\"{left}\" y=\"{TopMargin + 6}\" width=\"{width}\" height=\"{height}\" rx=\"4\" fill=\"#ffffff\" fill-opacity=\"0.85\" stroke=\"{Faint}\"/>");
        for (int i = 0; i < Series.Count; i++)
        {
            int y = TopMargin + 20 + i * rowHeight;
            Append(svg, $"<line x1=\"{left + 8}\" y1=\"{y}\" x2=\"{left + 26}\" y2=\"{y}\" stroke=\"{Colours[i % Colours.Length]}\" stroke-width=\"3\"/>");
            Append(svg, $"<text x=\"{left + 32}\" y=\"{y + 4}\">{Escaped(Series[i].Name)}</text>");
        }

        // How many points the legend would hide there, or crowd.
        int Covered(int x) => Series.Sum(series => Enumerable.Range(0, series.Y.Count).Count(i =>
            xAxis.CanShow(series.X[i]) && yAxis.CanShow(series.Y[i]) &&
            PlaceX(xAxis, series.X[i]) - x is var across && across >= -12 && across <= width + 12 &&
            PlaceY(yAxis, series.Y[i]) <= TopMargin + 6 + height));
    }

    static void Append(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');

    // Control characters may not stand in XML at all.
    static string Escaped(string text) => SecurityElement.Escape(string.Concat(text.Where(letter => !char.IsControl(letter)))) ?? "";
}
