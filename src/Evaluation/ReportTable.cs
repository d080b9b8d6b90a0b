using System.Globalization;
using System.Net;
using System.Text;

namespace TalkingMachines.Evaluation;

/// <summary>One table of a report: names in the first column, figures beside. Rows as long as the heads.</summary>
/// <param name="Head">Of the first column: what is measured.</param>
/// <param name="Heads">Of the others.</param>
/// <param name="Rows">A name that begins with spaces belongs to the row above.</param>
public sealed record ReportTable(string Head, IReadOnlyList<string> Heads, IReadOnlyList<ReportRow> Rows)
{
    const int NameWidth = 29, CellWidth = 23;

    /// <summary>In columns of equal width, for a terminal.</summary>
    public void Write(StringBuilder text)
    {
        WriteLine(text, Head, Heads);
        foreach (var row in Rows) WriteLine(text, row.Name, row.Cells);
    }

    static void WriteLine(StringBuilder text, string name, IReadOnlyList<string> cells)
    {
        text.Append(name.PadRight(NameWidth));
        foreach (string cell in cells) text.Append(cell.PadRight(CellWidth - 1)).Append(' ');
        while (text[^1] == ' ') text.Length--;
        text.AppendLine();
    }

    /// <summary>For a page.</summary>
    public void WriteHtml(StringBuilder html)
    {
        html.Append("<table><thead><tr>");
        foreach (string head in Heads.Prepend(Head)) html.Append(CultureInfo.InvariantCulture, $"<th>{WebUtility.HtmlEncode(head)}</th>");
        html.Append("</tr></thead><tbody>\n");
        foreach (var row in Rows)
        {
            html.Append(row.Name.StartsWith(' ') ? "<tr class=\"part\">" : "<tr>");
            html.Append(CultureInfo.InvariantCulture, $"<th>{WebUtility.HtmlEncode(row.Name.Trim())}</th>");
            foreach (string cell in row.Cells) html.Append(CultureInfo.InvariantCulture, $"<td>{WebUtility.HtmlEncode(cell)}</td>");
            html.Append("</tr>\n");
        }
        html.Append("</tbody></table>\n");
    }

    /// <summary>For a document.</summary>
    public void WriteMarkdown(StringBuilder text)
    {
        WriteMarkdownRow(text, Heads.Prepend(Head));
        WriteMarkdownRow(text, Heads.Prepend(Head).Select(_ => "---"));
        foreach (var row in Rows) WriteMarkdownRow(text, row.Cells.Prepend(row.Name.Trim()));
    }

    static void WriteMarkdownRow(StringBuilder text, IEnumerable<string> cells) =>
        text.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
}

/// <summary>One line of a <see cref="ReportTable"/>.</summary>
public sealed record ReportRow(string Name, IReadOnlyList<string> Cells);
