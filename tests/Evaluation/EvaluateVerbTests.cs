using System.Text.Json;
using TalkingMachines.Models;
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
        Assert.Equal(5, json.RootElement.GetProperty("renditions").GetArrayLength());
        Assert.True(File.Exists(folder.File("made/drift.png")));
        Assert.Equal(outcome.Output.Trim(), File.ReadAllText(folder.File("made/report.json")).Trim());
    }

    [Fact]
    public async Task A_run_of_the_teacher_and_another_model_stand_beside()
    {
        string model = Directory.CreateDirectory(folder.File("model")).FullName;
        RandomAvatar.Write(model);
        RandomAvatar.Write(Directory.CreateDirectory(folder.File("same")).FullName);
        File.Copy(Path.Combine(model, Avatar.TransformerFile), Path.Combine(Directory.CreateDirectory(folder.File("runs/mini-teacher")).FullName, "weights.safetensors"));
        var outcome = await BuiltProgram.Run(
            folder.Root, "evaluate", "--model", "model", "--beside", "runs/mini-teacher", "same", "--characters", "1", "--seconds", "2", "--drift-seconds", "4", "--out", "made", "--json", "--device", "cpu:0");
        Assert.True(outcome.Code == 0, outcome.Errors);
        using var json = JsonDocument.Parse(outcome.Output);
        Assert.Equal(
            ["true frames", "autoencoder", "generated", "from a microphone", "mini-teacher", "same", "other sound"],
            json.RootElement.GetProperty("renditions").EnumerateArray().Select(each => each.GetProperty("name").GetString()));
        var likeness = json.RootElement.GetProperty("quality").EnumerateArray().ToDictionary(
            each => each.GetProperty("name").GetString()!, each => each.GetProperty("whole").GetProperty("mean").GetDouble());
        Assert.Equal(likeness["generated"], likeness["same"]);
        Assert.NotEqual(likeness["generated"], likeness["mini-teacher"]);
        Assert.True(Avatar.ReadConfig(folder.File("made/models/mini-teacher/config.json")).Bidirectional);
        string[] lines = File.ReadAllLines(folder.File("made/report.txt"));
        int differences = Array.FindIndex(lines, line => line.StartsWith("less what is generated", StringComparison.Ordinal));
        Assert.EndsWith(" 0.000", lines[differences + 1], StringComparison.Ordinal); // of the same model
        Assert.Contains("mini-teacher", lines[differences], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_alone_is_measured_with_what_the_shipped_model_lends()
    {
        string run = Directory.CreateDirectory(folder.File("runs/mini-student-3x2")).FullName;
        File.Copy(Checkout.File("models/mini/transformer.safetensors"), Path.Combine(run, "weights.safetensors"));
        var outcome = await BuiltProgram.Run(
            folder.Root, "evaluate", "--model", "runs/mini-student-3x2", "--characters", "1", "--seconds", "2", "--drift-seconds", "4", "--out", "made", "--json");
        Assert.True(outcome.Code == 0, outcome.Errors);
        using var json = JsonDocument.Parse(outcome.Output);
        var generated = json.RootElement.GetProperty("renditions").EnumerateArray().Single(each => each.GetProperty("name").GetString() == "generated");
        Assert.True(generated.GetProperty("open").GetProperty("mean").GetDouble() > 0.5);
    }

    [Fact]
    public async Task What_stands_beside_must_be_there()
    {
        RandomAvatar.Write(Directory.CreateDirectory(folder.File("model")).FullName);
        var outcome = await BuiltProgram.Run(folder.Root, "evaluate", "--model", "model", "--beside", "runs/mini-teacher", "--out", "made", "--device", "cpu:0");
        Assert.Equal((1, "error: --beside: runs/mini-teacher is neither a model folder nor a run folder that has weights."), (outcome.Code, outcome.ErrorLines[^1]));
    }
}
