using System.Globalization;
using System.Net;
using System.Text;

namespace TalkingMachines.Evaluation;

/// <summary>Figures as dots with their confidence intervals, a line each, and small dots for single characters; as SVG.</summary>
static class IntervalPlot
{
    const int Width = 800, Left = 210, Right = 24, Top = 44, RowHeight = 30, Bottom = 44, Ticks = 7;

    /// <param name="rows">Name, figure and the values of single characters.</param>
    public static string ToSvg(string title, IReadOnlyList<(string Name, Figure Figure, IReadOnlyList<double> Each)> rows)
    {
        double low = rows.Min(row => Math.Min(row.Figure.Low, row.Figure.Least)), high = rows.Max(row => Math.Max(row.Figure.High, row.Figure.Most));
        (low, high) = (Math.Min(0, low), Math.Max(low + 1e-3, high));
        double Place(double value) => Left + ((value - low) / (high - low) * (Width - Left - Right));
        int height = Top + (rows.Count * RowHeight) + Bottom;
        var svg = new StringBuilder();
        Add(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" font-family=\"system-ui, sans-serif\" font-size=\"12\">");
        Add(svg, $"<rect width=\"{Width}\" height=\"{height}\" fill=\"#ffffff\"/><text x=\"{Left}\" y=\"28\" font-size=\"16\" font-weight=\"600\">{Text(title)}</text>");
        double step = RoundStep((high - low) / Ticks);
        for (double tick = Math.Ceiling(low / step); tick * step <= high; tick++)
        {
            double value = tick * step, x = Place(value);
            Add(svg, $"<line x1=\"{x:0.#}\" y1=\"{Top}\" x2=\"{x:0.#}\" y2=\"{height - Bottom}\" stroke=\"#dddddd\"/><text x=\"{x:0.#}\" y=\"{height - Bottom + 18}\" text-anchor=\"middle\">{value:0.##}</text>");
        }
        for (int i = 0; i < rows.Count; i++) AddRow(svg, rows[i], Top + (RowHeight / 2) + (i * RowHeight), Place);
        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>The next of 0.1, 0.2, 0.5, 1, ... that is not below.</summary>
    static double RoundStep(double step)
    {
        double unit = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return unit * (step / unit) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
    }

    static void AddRow(StringBuilder svg, (string Name, Figure Figure, IReadOnlyList<double> Each) row, int y, Func<double, double> place)
    {
        Add(svg, $"<text x=\"{Left - 10}\" y=\"{y + 4}\" text-anchor=\"end\">{Text(row.Name)}</text>");
        foreach (double value in row.Each) Add(svg, $"<circle cx=\"{place(value):0.#}\" cy=\"{y}\" r=\"2.5\" fill=\"#0072b2\" fill-opacity=\"0.3\"/>");
        Add(svg, $"<line x1=\"{place(row.Figure.Low):0.#}\" y1=\"{y}\" x2=\"{place(row.Figure.High):0.#}\" y2=\"{y}\" stroke=\"#d55e00\" stroke-width=\"3\"/>");
        Add(svg, $"<circle cx=\"{place(row.Figure.Mean):0.#}\" cy=\"{y}\" r=\"5\" fill=\"#d55e00\"/>");
    }

    static string Text(string text) => WebUtility.HtmlEncode(text);

    static void Add(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
