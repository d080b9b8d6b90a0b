using TalkingMachines.Evaluation;
using TalkingMachines.Media;
using TalkingMachines.Puppets;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.Evaluation;

public sealed class EvaluationPageTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_page_shows_figures_plots_and_the_sheets_beside_it_and_loads_nothing_else()
    {
        var output = new EvaluationFolder(folder.File("out"));
        output.WriteClip(7, [("truth", Pictures(16), new FaceReading[16])]);
        output.Write(PaintedClip.Report(poses => poses) with { Model = "<script>" });
        string page = File.ReadAllText(folder.File("out/report.html"));
        Assert.Contains("<th>opening, correlation</th><td>1.00</td>", page, StringComparison.Ordinal);
        Assert.Contains("No fault found; ", page, StringComparison.Ordinal);
        Assert.Contains("src=\"character-7.png\"", page, StringComparison.Ordinal);
        Assert.Contains("<svg ", page, StringComparison.Ordinal);
        Assert.StartsWith("<svg ", File.ReadAllText(folder.File("out/opening.svg")), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal); // a model's name is no markup
        Assert.DoesNotContain("src=\"http", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_lists_what_is_wrong()
    {
        var output = new EvaluationFolder(folder.File("out"));
        output.Write(PaintedClip.Report(poses => poses.Select(_ => PuppetPose.Neutral)));
        string page = File.ReadAllText(folder.File("out/report.html"));
        Assert.Contains("<li>generated: the mouth hardly moves, 0.00 of the truth.</li>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_becomes_text_and_markdown()
    {
        var table = new ReportTable("figure", ["a", "b|c"], [new("whole", ["1", "2"]), new("  part", ["3", "4"])]);
        var (text, markdown) = (new System.Text.StringBuilder(), new System.Text.StringBuilder());
        table.Write(text);
        table.WriteMarkdown(markdown);
        Assert.Equal(["figure", "whole", "  part"], text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[..8].TrimEnd()));
        Assert.Equal("| figure | a | b\\|c |\n| --- | --- | --- |\n| whole | 1 | 2 |\n| part | 3 | 4 |\n", markdown.ToString());
    }

    static Picture[] Pictures(int count) => [.. Enumerable.Range(0, count).Select(_ => new Picture(8, 8))];
}
