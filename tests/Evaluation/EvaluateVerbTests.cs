using System.Text.Json;
using TalkingMachines.Tests.Cli;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.Evaluation;

public sealed class EvaluateVerbTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_folder_without_a_model_is_refused_in_one_line()
    {
        var outcome = await BuiltProgram.Run(folder.Root, "evaluate", "--model", "nowhere");
        Assert.Equal((1, ""), (outcome.Code, outcome.Output));
        Assert.Equal(["error: nowhere/config.json does not exist, expected a model folder with config.json."], outcome.ErrorLines);
        Assert.Empty(folder.Names);
    }

    [Fact]
    public async Task Too_many_steps_are_a_senseless_command_line()
    {
        var outcome = await BuiltProgram.Run(folder.Root, "evaluate", "--steps", "65");
        Assert.Equal(2, outcome.Code);
        Assert.Contains("--steps is '65', expected a whole number from 1 to 64", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_shows_an_example()
    {
        var outcome = await BuiltProgram.Run(folder.Root, "evaluate", "--help");
        Assert.Equal((0, ""), (outcome.Code, outcome.Errors));
        Assert.Contains("  ./run evaluate --characters 4", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_report_is_printed_as_json_and_lies_in_the_folder()
    {
        RandomAvatar.Write(Directory.CreateDirectory(folder.File("model")).FullName);
        var outcome = await BuiltProgram.Run(folder.Root, "evaluate", "--model", "model", "--characters", "1", "--seconds", "2", "--drift-seconds", "4", "--out", "made", "--json", "--device", "cpu:0");
        Assert.True(outcome.Code == 0, outcome.Errors);
        using var json = JsonDocument.Parse(outcome.Output);
        Assert.Equal(4, json.RootElement.GetProperty("renditions").GetArrayLength());
        Assert.True(File.Exists(folder.File("made/drift.png")));
        Assert.Equal(outcome.Output.Trim(), File.ReadAllText(folder.File("made/report.json")).Trim());
    }
}
