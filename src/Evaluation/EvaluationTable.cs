using System.Globalization;
using System.Text;

namespace TalkingMachines.Evaluation;

/// <summary>Lays a report out as plain text: a row a figure, a column a kind of frames.</summary>
static class EvaluationTable
{
    const int NameWidth = 29, CellWidth = 23;

    public static string Of(EvaluationReport report)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{report.Model}: {report.Characters} characters from seed {report.FirstCharacter}, {report.FramesEach / 16.0:0.0} s each; mean with 95 % interval over characters.");
        foreach (string condition in report.Conditions) text.AppendLine(condition);
        text.AppendLine();
        Lips(text, report.Renditions);
        text.AppendLine();
        Quality(text, report.Quality);
        if (report.Drift.Count > 0)
        {
            text.AppendLine();
            Drift(text, report);
        }
        text.AppendLine();
        foreach (string finding in report.Findings) text.AppendLine($"! {finding}");
        if (report.Findings.Count == 0) text.AppendLine("Nothing is out of its bounds.");
        return text.ToString();
    }

    static void Lips(StringBuilder text, IReadOnlyList<RenditionScore> all)
    {
        Row(text, "as the lip reader sees it", all.Select(score => score.Name));
        Row(text, "opening, correlation", all.Select(score => Cell(score.Open)));
        Row(text, "  worst character", all.Select(score => Number(score.Open.Least)));
        Row(text, "  in speech alone", all.Select(score => Cell(score.OpenInSpeech)));
        Row(text, "  at the best lag", all.Select(score => Cell(score.OpenAtLag)));
        Row(text, "  best lag, frames", all.Select(score => Cell(score.Lag)));
        Row(text, "width, correlation", all.Select(score => Cell(score.Width)));
        Row(text, "rounding, correlation", all.Select(score => Cell(score.Round)));
        Row(text, "amplitude of the opening", all.Select(score => Cell(score.Amplitude)));
        Row(text, "p, b, m seen shut", all.Select(score => Cell(score.Closures)));
        Row(text, "open while listening", all.Select(score => Cell(score.MovingInSilence)));
        Row(text, "blinks at their time/seen", all.Select(score => $"{score.BlinksMatched} of {score.BlinksAsked} / {score.BlinksSeen}"));
    }

    static void Quality(StringBuilder text, IReadOnlyList<QualityScore> all)
    {
        Row(text, "PSNR against truth, dB", all.Select(score => score.Name));
        Row(text, "whole picture", all.Select(score => Cell(score.Whole)));
        Row(text, "mouth", all.Select(score => Cell(score.Mouth)));
        Row(text, "eyes", all.Select(score => Cell(score.Eyes)));
    }

    static void Drift(StringBuilder text, EvaluationReport report)
    {
        Row(text, "distance to the reference", report.Drift.Select(point => $"second {point.Second}"));
        Row(text, "colours", report.Drift.Select(point => Cell(point.Colours)));
        Row(text, "  of true frames", report.Drift.Select(point => Cell(point.TrueColours)));
        Row(text, "features", report.Drift.Select(point => Cell(point.Features)));
        Row(text, "  of true frames", report.Drift.Select(point => Cell(point.TrueFeatures)));
        Row(text, "opening, first/last quarter", [Cell(report.LongOpenFirst), Cell(report.LongOpenLast)]);
    }

    static void Row(StringBuilder text, string name, IEnumerable<string> cells)
    {
        text.Append(name.PadRight(NameWidth));
        foreach (string cell in cells) text.Append(cell.PadRight(CellWidth - 1)).Append(' ');
        while (text[^1] == ' ') text.Length--;
        text.AppendLine();
    }

    static string Cell(Figure? figure) => figure is { } known
        ? string.Create(CultureInfo.InvariantCulture, $"{known.Mean:0.00} [{known.Low:0.00}, {known.High:0.00}]")
        : "-";

    static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
