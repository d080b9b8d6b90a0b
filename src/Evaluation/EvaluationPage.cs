using System.Globalization;
using System.Net;
using System.Text;

namespace TalkingMachines.Evaluation;

/// <summary>A report as one page without scripts: findings, tables, plots, and the contact sheets that lie beside it.</summary>
static class EvaluationPage
{
    const string Style = """
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 1200px; margin: 2rem auto; padding: 0 1rem; color: #222; }
        table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
        th, td { padding: .2rem .8rem; text-align: right; border-bottom: 1px solid #ddd; }
        th:first-child { text-align: left; font-weight: 500; }
        tr.part th { padding-left: 2rem; color: #666; }
        ul.findings { padding: .8rem 2rem; background: #fdeee6; border-left: 4px solid #d55e00; }
        p.well { padding: .8rem 1rem; background: #e8f5ef; border-left: 4px solid #009e73; }
        img, svg { max-width: 100%; height: auto; }
        div.wide { overflow-x: auto; }
        """;

    /// <param name="sheets">Files beside the page.</param>
    public static string Of(EvaluationReport report, IReadOnlyList<string> sheets)
    {
        var html = new StringBuilder();
        string title = Text($"Evaluation of {report.Model}");
        html.Append(CultureInfo.InvariantCulture, $"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\n<style>\n{Style}\n</style></head><body>\n<h1>{title}</h1>\n");
        foreach (string line in EvaluationText.Heading(report)) html.Append(CultureInfo.InvariantCulture, $"<p>{Text(line)}</p>\n");
        Findings(html, report);
        html.Append("<h2>Figures</h2>\n");
        foreach (var table in EvaluationTables.Of(report))
        {
            html.Append("<div class=\"wide\">");
            table.WriteHtml(html);
            html.Append("</div>\n");
        }
        foreach (string line in EvaluationText.Beside(report)) html.Append(CultureInfo.InvariantCulture, $"<p>{Text(line)}</p>\n");
        html.Append("<h2>Plots</h2>\n");
        foreach (var (_, plot) in EvaluationPlots.Of(report)) html.Append(CultureInfo.InvariantCulture, $"<p>{plot}</p>\n");
        if (sheets.Count > 0) html.Append("<h2>Frames</h2>\n");
        foreach (string sheet in sheets) html.Append(CultureInfo.InvariantCulture, $"<p>{Text(sheet)}<br><img loading=\"lazy\" src=\"{Text(Uri.EscapeDataString(sheet))}\" alt=\"{Text(sheet)}\"></p>\n");
        return html.Append("</body></html>\n").ToString();
    }

    static void Findings(StringBuilder html, EvaluationReport report)
    {
        html.Append(CultureInfo.InvariantCulture, $"<p{(report.Findings.Count == 0 ? " class=\"well\"" : "")}>{Text(EvaluationText.Verdict(report))}</p>\n");
        if (report.Findings.Count == 0) return;
        html.Append("<ul class=\"findings\">\n");
        foreach (string finding in report.Findings) html.Append(CultureInfo.InvariantCulture, $"<li>{Text(finding)}</li>\n");
        html.Append("</ul>\n");
    }

    static string Text(string text) => WebUtility.HtmlEncode(text);
}
