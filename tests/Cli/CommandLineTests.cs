using System.Diagnostics;
using System.Text.Json;
using TalkingMachines.Media;
using TalkingMachines.Tests.Media;
using Xunit;

namespace TalkingMachines.Tests.Cli;

public sealed class CommandLineTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("nonsense", "'nonsense' is not known here")]
    [InlineData("character --out a.png", "'--seed' is required")]
    [InlineData("character --seed x --out a.png", "--seed is 'x', expected a whole number from 0 to")]
    [InlineData("character --seed 99999999999999999999 --out a.png", "--seed is '99999999999999999999'")]
    [InlineData("character --seed 1 --out a.png --size 0", "--size is '0', expected a whole number from 16 to 2048")]
    [InlineData("character --seed 1 --out a.png --size", "--size")]
    [InlineData("character --seed 1 --out a.png --wings 2", "'--wings' is not known here")]
    [InlineData("generate --picture a.png --speech a.wav", "'--out' is required")]
    [InlineData("generate --picture a.png --speech a.wav --out a.mp4 --steps 0", "--steps is '0', expected a whole number from 1 to 64")]
    [InlineData("call --port 0", "--port is '0', expected a whole number from 1 to 65535")]
    [InlineData("call --most-calls 65", "--most-calls is '65', expected a whole number from 1 to 64")]
    [InlineData("doctor who", "'who' is not known here")]
    [InlineData("bench kernels --threads 0", "--threads is '0', expected a whole number from 1 to")]
    [InlineData("bench kernels --against java", "See ./run bench kernels --help")]
    public async Task A_senseless_command_line_gets_one_line_and_code_2(string arguments, string expected)
    {
        var outcome = await BuiltProgram.Run(folder.Root, arguments.Split(' '));
        Assert.Equal(2, outcome.Code);
        AssertOneLine(outcome, expected);
        Assert.Contains("--help", outcome.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("character --seed 1 --out nowhere/a.png", "could not write nowhere/a.png")]
    [InlineData("character --seed 1 --out a.mp4", "a video needs --say")]
    [InlineData("character --seed 1 --out a.png --speech-out a.wav", "--speech-out needs --say")]
    [InlineData("character --seed 1 --out a.png --say hello", "--say would be lost")]
    [InlineData("character --seed 1 --out a.png --say @hello", "--say would be lost")] // words, no file of options
    [InlineData("character --seed 1 --out a.png --voice en-us", "--voice would be lost: it says nothing without --say")]
    [InlineData("generate --picture a.png --speech ./a.mp4 --out a.mp4", "--out a.mp4 is read, too")]
    [InlineData("doctor --size 64x64", "--size would be lost: it says nothing without --model")]
    [InlineData("bench --compare a.json b.json --chunks 9", "--chunks would be lost: it says nothing to --compare")]
    [InlineData("bench --threads 1", "--threads would be lost: it says nothing without --against")]
    [InlineData("bench --against pytorch --sessions 2", "--sessions would be lost: it says nothing to --against")]
    [InlineData("evaluate --speech a.wav --characters 2", "--characters would be lost: it says nothing to --speech")]
    [InlineData("evaluate --table1 --drift-seconds 9", "--drift-seconds would be lost: it says nothing to --table1")]
    [InlineData("evaluate --students runs", "--students would be lost: it says nothing without --table1")]
    [InlineData("character --seed 1 --out a.avi --say hello --voice flite:../../x", "Voice name")]
    [InlineData("character --seed 1 --out a.avi --say hello --voice festival:../../x", "Voice name")]
    [InlineData("call --listen nowhere", "--listen is 'nowhere', expected an address")]
    [InlineData("call --listen 0.0.0.0 --token short", "The token has 5 characters, expected 8 or more")]
    [InlineData("call --model nowhere", "There is no model folder nowhere")]
    public async Task A_verb_that_fails_says_why_in_one_line_and_leaves_nothing(string arguments, string expected)
    {
        var outcome = await BuiltProgram.Run(folder.Root, arguments.Split(' '));
        Assert.Equal(1, outcome.Code);
        AssertOneLine(outcome, expected);
        Assert.Empty(folder.Names);
    }

    [Fact]
    public async Task Verbose_adds_the_trace_before_the_line()
    {
        var outcome = await BuiltProgram.Run(folder.Root, "character", "--seed", "1", "--out", "nowhere/a.png", "--verbose");
        Assert.Equal(1, outcome.Code);
        Assert.Contains("   at TalkingMachines.", outcome.Errors, StringComparison.Ordinal);
        Assert.StartsWith("error: could not write nowhere/a.png", outcome.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("call --help")]
    [InlineData("character --help")]
    [InlineData("doctor --help")]
    [InlineData("generate --help")]
    [InlineData("bench --help")]
    [InlineData("bench kernels --help")]
    public async Task Help_ends_with_examples(string arguments)
    {
        var outcome = await BuiltProgram.Run(folder.Root, arguments.Split(' '));
        Assert.Equal((0, ""), (outcome.Code, outcome.Errors));
        Assert.StartsWith("  ./run ", outcome.Output.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kernels_named_by_a_part_are_measured()
    {
        var outcome = await BuiltProgram.Run(folder.Root, "bench", "kernels", "--only", "norm 192x192", "--threads", "1", "--json");
        Assert.Equal(0, outcome.Code); // on a busy machine its progress is told meanwhile
        var report = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.Equal("norm 192x192", report.GetProperty("figures")[0].GetProperty("kernel").GetString());
        Assert.Equal(1, report.GetProperty("figures").GetArrayLength());
    }

    [Fact]
    public async Task A_kernel_that_is_not_there_is_named()
    {
        var outcome = await BuiltProgram.Run(folder.Root, "bench", "kernels", "--only", "frobnicate");
        Assert.Equal(1, outcome.Code);
        AssertOneLine(outcome, "frobnicate");
    }

    [Fact]
    public async Task A_character_is_drawn_to_a_file_of_the_asked_size()
    {
        var outcome = await BuiltProgram.Run(folder.Root, "character", "--seed", "7", "--out", "ada.png", "--size", "64");
        Assert.Equal((0, "ada.png", ""), (outcome.Code, outcome.Output.Trim(), outcome.Errors));
        var picture = Png.Read(folder.File("ada.png"));
        Assert.Equal((64, 64), (picture.Width, picture.Height));
    }

    [Fact]
    public async Task Doctor_names_every_outside_part()
    {
        var outcome = await BuiltProgram.Run(folder.Root, "doctor");
        Assert.Equal((0, ""), (outcome.Code, outcome.Errors));
        foreach (string part in new[] { "ffmpeg", "espeak-ng", "flite", "festival", "libopus", "libvpx" })
            Assert.Contains(part, outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spoken_text_becomes_a_sound_of_whole_frames()
    {
        var outcome = await BuiltProgram.Run(folder.Root, "character", "--seed", "7", "--out", "a.png", "--say", "Hello.", "--speech-out", "a.wav", "--voice", "en-us");
        Assert.Equal((0, ""), (outcome.Code, outcome.Errors));
        var sound = Wav.Read(folder.File("a.wav"));
        Assert.Equal((16_000, 0), (sound.SampleRate, sound.Samples.Length % 1000));
    }

    [Theory]
    [InlineData("LD_LIBRARY_PATH", "libespeak-ng.so.1", "espeak-ng's library libespeak-ng.so.1 is not installed")] // a library that is none
    [InlineData("ESPEAK_DATA_PATH", "espeak-ng-data/phontab", "espeak-ng can't use its voice data")]               // its data, empty
    public async Task A_machine_without_espeak_is_told_so_in_one_line_and_nothing_is_left(string variable, string file, string expected)
    {
        using var broken = new TemporaryFolder();
        Directory.CreateDirectory(Path.GetDirectoryName(broken.File(file))!);
        File.WriteAllBytes(broken.File(file), []);
        foreach (string output in new[] { "a.avi", "a.png" })
        {
            using var process = BuiltProgram.StartWith(
                [$"{variable}={broken.Root}"], folder.Root, "character", "--seed", "1", "--out", output, "--say", "Hello.", "--speech-out", "a.wav", "--voice", "en-us");
            var outcome = await BuiltProgram.Finish(process);
            Assert.Equal(1, outcome.Code);
            AssertOneLine(outcome, expected);
            Assert.Empty(folder.Names);
        }
    }

    [Fact]
    public async Task Control_C_leaves_one_line_code_130_and_no_half_video()
    {
        string text = string.Join(' ', Enumerable.Repeat("This sentence is here to take its time.", 100));
        using var process = BuiltProgram.Start(folder.Root, "character", "--seed", "7", "--out", "a.avi", "--size", "512", "--say", text, "--voice", "en-us");
        await Until(() => folder.Names.Length > 0 || process.HasExited);
        Assert.False(process.HasExited, "The film was over before it could be stopped.");
        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"])) await kill.WaitForExitAsync();
        var outcome = await BuiltProgram.Finish(process);
        Assert.Equal((130, "stopped."), (outcome.Code, outcome.Errors.Trim()));
        Assert.Empty(folder.Names);
    }

    static async Task Until(Func<bool> isSo)
    {
        for (int i = 0; i < 2000 && !isSo(); i++) await Task.Delay(10);
    }

    static void AssertOneLine(Outcome outcome, string expected)
    {
        Assert.Single(outcome.ErrorLines);
        Assert.StartsWith("error: ", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains(expected, outcome.Errors, StringComparison.Ordinal);
        Assert.Equal("", outcome.Output);
    }
}
