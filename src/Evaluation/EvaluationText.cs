using System.Globalization;
using System.Text;

namespace TalkingMachines.Evaluation;

/// <summary>A report as plain text.</summary>
static class EvaluationText
{
    public static string Of(EvaluationReport report)
    {
        var text = new StringBuilder();
        foreach (string line in Heading(report)) text.AppendLine(line);
        foreach (var table in EvaluationTables.Of(report))
        {
            text.AppendLine();
            table.Write(text);
        }
        text.AppendLine();
        foreach (string line in Beside(report)) text.AppendLine(line);
        foreach (string finding in report.Findings) text.AppendLine(CultureInfo.InvariantCulture, $"! {finding}");
        text.AppendLine(Verdict(report));
        return text.ToString();
    }

    /// <summary>What was measured, and how the frames came about.</summary>
    public static IEnumerable<string> Heading(EvaluationReport report) => report.Conditions.Prepend(string.Create(CultureInfo.InvariantCulture,
        $"{report.Model}: {report.Characters} characters from seed {report.FirstCharacter}, {report.FramesEach / 16.0:0.0} s each; mean with 95 % interval over characters."));

    /// <summary>How many faults there are, and how much of what is asked of a shipped model was found.</summary>
    public static string Verdict(EvaluationReport report) => string.Create(CultureInfo.InvariantCulture,
        $"{(report.Findings.Count == 0 ? "No fault" : report.Findings.Count == 1 ? "1 fault" : $"{report.Findings.Count} faults")} found; {report.Aims.Count(aim => aim.IsMet)} of {report.Aims.Count} aims are met.");

    /// <summary>Figures that stand in no table.</summary>
    public static IEnumerable<string> Beside(EvaluationReport report)
    {
        if (report.AlikeWithOtherSound is { } alike)
            yield return $"The mouth's opening with its own sound and with another's, correlation: {EvaluationTables.Cell(alike)}.";
        if (report.LongOpenFirst is { } first)
            yield return $"Opening at the beginning and end of the long rollout (a quarter of it each, five minutes at most): {EvaluationTables.Cell(first)}, {EvaluationTables.Cell(report.LongOpenLast)}.";
    }
}
