using System.Text.Json;
using TalkingMachines.Evaluation;
using TalkingMachines.Models;
using TalkingMachines.Tests.Cli;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.Evaluation;

public sealed class PaperTableTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static PaperTable Table(params PaperTableRow[] rows) => new("FVD-like (mini features)", "puppet SyncNet", "one core", "2 characters", rows);

    [Fact]
    public void Rows_stand_beside_the_papers_and_missing_ones_are_named()
    {
        string markdown = Table(new PaperTableRow(3, 2, 12.345, 4.5, 6.25, 1, 2) { Times = new(100, 800, 750) }).ToMarkdown();
        Assert.Contains("| 3 x 2 | 12.35 | 238.1 | 4.50 | 5.83 | 6.25 | 8.73 | 1 + 2 | 1 + 1 | 100 + 800 / 750 | - |", markdown, StringComparison.Ordinal);
        Assert.Contains("| 7 x 4 | - | 208.2 | - | 6.28 | - | 8.94 | - | 4 + 1 | - | - |", markdown, StringComparison.Ordinal);
        Assert.Contains("Not measured, for want of weights: mini-student-7x4, mini-student-7x2, mini-student-3x4.", markdown, StringComparison.Ordinal);
    }

    [Fact]
    public void Directions_are_told_as_they_are()
    {
        var lines = Table(
            new(7, 4, 1, 5, 7, 1, 1), new(7, 2, 2, 4, 8, 1, 1),
            new(3, 4, 1, 3, 7, 1, 1), new(3, 2, 2, 2, 8, 1, 1)).Directions();
        Assert.Contains("Video distance from 2 steps to 4: falls and falls in the paper, falls and falls here.", lines);
        Assert.Contains("Sync-C from chunks of 3 to 7: rises and rises in the paper, rises and rises here.", lines);
        Assert.Contains("Score devices from 2 steps to 4: rises and rises in the paper, stays and stays here (differs).", lines);
        Assert.Contains("Sync-D from 2 steps to 4: rises and falls in the paper, falls and falls here (differs).", lines);
    }

    [Fact]
    public void A_difference_within_the_intervals_is_none()
    {
        PaperTableRow Row(int steps, double confidence, double margin) => new(3, steps, 1, confidence, 7, 1, 1) { ConfidenceMargin = margin, VideoMargin = margin };
        Assert.Contains("Sync-C from 2 steps to 4: rises and rises in the paper, is unknown and stays here.", Table(Row(4, 5, 0.6), Row(2, 4.2, 0.6)).Directions());
        Assert.Contains("Sync-C from 2 steps to 4: rises and rises in the paper, is unknown and rises here.", Table(Row(4, 5, 0.5), Row(2, 4.2, 0.5)).Directions());
        Assert.Contains("Video distance from 2 steps to 4: falls and falls in the paper, is unknown and stays here.", Table(Row(4, 5, 0.6), Row(2, 4.2, 0.6)).Directions());
        PaperTableRow far = Row(4, 5, 3) with { Confidences = [2.1, 5, 7.9] }, near = Row(2, 4.8, 3) with { Confidences = [2, 4.8, 7.6] }; // each clip agrees
        Assert.Contains("Sync-C from 2 steps to 4: rises and rises in the paper, is unknown and stays here.", Table(far, near).Directions());
        Assert.Contains("Sync-C from 2 steps to 4: rises and rises in the paper, is unknown and rises here.", Table(far with { Confidences = [2.15, 5, 7.85] }, near).Directions());
    }

    [Theory]
    [InlineData(1, 750, 1)]
    [InlineData(750, 750, 1)]
    [InlineData(751, 750, 2)]
    [InlineData(3100, 1000, 4)]
    public void So_many_devices_are_needed_as_chunks_fit_into_the_time(double milliseconds, double chunk, int expected) =>
        Assert.Equal(expected, PaperTableRow.Devices(milliseconds, chunk));

    [Fact]
    public async Task The_table_is_measured_over_run_folders_and_model_folders()
    {
        string shared = Directory.CreateDirectory(folder.File("model")).FullName;
        RandomAvatar.Write(shared);
        string run = Directory.CreateDirectory(folder.File("runs/mini-student-7x2")).FullName;
        File.Copy(Path.Combine(shared, Avatar.TransformerFile), Path.Combine(run, "weights.safetensors"));
        RandomAvatar.Write(Directory.CreateDirectory(folder.File("runs/mini-student-3x2")).FullName);
        var outcome = await BuiltProgram.Run(
            folder.Root, "evaluate", "--table1", "--model", "model", "--characters", "2", "--seconds", "2", "--out", "made", "--json", "--device", "cpu:0");
        Assert.True(outcome.Code == 0, outcome.Errors);
        using var json = JsonDocument.Parse(outcome.Output);
        Assert.Equal([7, 3], json.RootElement.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("chunkLatents").GetInt32()));
        Assert.Equal(7, Avatar.ReadConfig(folder.File("made/models/mini-student-7x2/config.json")).ChunkLatents);
        Assert.Contains("mini-student-3x4", File.ReadAllText(folder.File("made/table1.md")), StringComparison.Ordinal);
        Assert.True(File.Exists(folder.File("made/mini-student-3x2/report.html")));
    }

    [Fact]
    public async Task A_folder_without_students_is_refused_in_one_line()
    {
        RandomAvatar.Write(Directory.CreateDirectory(folder.File("model")).FullName);
        var outcome = await BuiltProgram.Run(folder.Root, "evaluate", "--table1", "--students", "nowhere", "--model", "model", "--out", "made");
        Assert.Equal(1, outcome.Code);
        Assert.StartsWith("error: None of the students mini-student-7x4, mini-student-7x2, mini-student-3x4, mini-student-3x2 was found", outcome.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_student_of_another_size_is_refused_in_one_line()
    {
        RandomAvatar.Write(Directory.CreateDirectory(folder.File("runs/mini-student-7x4")).FullName);
        var outcome = await BuiltProgram.Run(folder.Root, "evaluate", "--table1", "--model", "runs/mini-student-7x4", "--out", "made");
        Assert.Equal(1, outcome.Code);
        Assert.Equal("error: runs/mini-student-7x4 makes chunks of 3 latents in 2 steps, expected 7 in 4.", outcome.ErrorLines[^1]);
    }
}
