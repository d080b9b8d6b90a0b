using System.Globalization;
using System.Security;
using System.Text;

namespace TalkingMachines.Media;

/// <summary>A chart as SVG text.</summary>
internal sealed class SvgCanvas : ChartCanvas
{
    readonly StringBuilder svg = new();

    public SvgCanvas(int width, int height)
    {
        Append($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"{Ink}\">");
        Append($"<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>");
    }

    /// <summary>The complete document.</summary>
    public override string ToString() => svg + "</svg>\n";

    public override void Box(double x, double y, double width, double height) =>
        Append($"<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"4\" fill=\"#ffffff\" fill-opacity=\"0.85\" stroke=\"{Faint}\"/>");

    public override void Line(double x1, double y1, double x2, double y2, string colour, double width) =>
        Append($"<line x1=\"{x1:0.#}\" y1=\"{y1:0.#}\" x2=\"{x2:0.#}\" y2=\"{y2:0.#}\" stroke=\"{colour}\" stroke-width=\"{width}\"/>");

    public override void Path(IEnumerable<(double X, double Y)> points, string colour, double width)
    {
        var path = new StringBuilder();
        bool drawing = false;
        foreach (var (x, y) in points)
        {
            bool shown = double.IsFinite(x) && double.IsFinite(y);
            if (shown) path.Append(CultureInfo.InvariantCulture, $"{(drawing ? 'L' : 'M')}{x:0.##} {y:0.##}");
            drawing = shown;
        }
        Append($"<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linejoin=\"round\" stroke-linecap=\"round\"/>");
    }

    public override void Text(in ChartText text)
    {
        string anchor = text.Anchor switch { TextAnchor.Middle => " text-anchor=\"middle\"", TextAnchor.End => " text-anchor=\"end\"", _ => "" };
        string weight = text.IsTitle ? " font-size=\"16\" font-weight=\"600\"" : "";
        string turn = text.IsUpright ? FormattableString.Invariant($" transform=\"rotate(-90 {text.X:0.#} {text.Y:0.#})\"") : "";
        Append($"<text x=\"{text.X:0.#}\" y=\"{text.Y:0.#}\"{weight}{anchor}{turn}>{Escaped(text.Text)}</text>");
    }

    void Append(FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');

    // Control characters may not stand in XML at all.
    static string Escaped(string text) => SecurityElement.Escape(string.Concat(text.Where(letter => !char.IsControl(letter)))) ?? "";
}
