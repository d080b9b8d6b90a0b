using System.Diagnostics;
using System.Text.Json;
using TalkingMachines.Media;
using TalkingMachines.Puppets;
using TalkingMachines.Serving;
using TalkingMachines.Tests.Media;
using TalkingMachines.Tests.Serving;
using Xunit;

namespace TalkingMachines.Tests.Cli;

public sealed class GenerateVerbTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public GenerateVerbTests()
    {
        TinyAvatar.Write(folder.File("tiny"));
        Png.Write(new PuppetRenderer().Draw(Puppet.FromSeed(7), PuppetPose.Neutral, 80), folder.File("face.png"));
        Wav.Write(folder.File("voice.wav"), new Sound(SoundInMemory.Samples(new VoiceLikeSound(50_000)), SoundBlock.SampleRate));
        folder.Write("cut.png", File.ReadAllBytes(folder.File("face.png")).AsSpan(0, 300));
        folder.Write("text.png", "This is no picture.\n"u8);
        folder.Write("empty.wav", []);
        Directory.CreateDirectory(folder.File("taken.mp4"));
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_picture_and_a_sound_become_a_video_with_a_report()
    {
        folder.Write("v.avi", "an older file"u8);
        var outcome = await BuiltProgram.Run(folder.Root, Arguments("--device cpu:0 --steps 1 --seed 3 --json"));
        Assert.Equal(0, outcome.Code);
        var report = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.Equal((17, 1), (report.GetProperty("frames").GetInt32(), report.GetProperty("steps").GetInt32()));
        Assert.True(report.GetProperty("framesPerSecond").GetDouble() > 0);
        Assert.True(new FileInfo(folder.File("v.avi")).Length > 17 * 64 * 64 * 3);
    }

    [Fact]
    public async Task Two_faces_take_turns_in_a_video_twice_as_wide()
    {
        WriteTwoFaces();
        folder.Write("turns.txt", "0 0.5 left\n0.5 2 right\n"u8);
        var outcome = await BuiltProgram.Run(folder.Root, Arguments("--device cpu:0 --steps 1 --turns turns.txt --json", picture: "two.png"));
        Assert.Equal((0, 17), (outcome.Code, JsonDocument.Parse(outcome.Output).RootElement.GetProperty("frames").GetInt32()));
        Assert.True(new FileInfo(folder.File("v.avi")).Length > 17 * 128 * 64 * 3);
    }

    [Theory]
    [InlineData("two.png", "none.txt", "none.txt does not exist")]
    [InlineData("two.png", "voice.wav", "expected START END left or START END right")]
    [InlineData("face.png", "turns.txt", "face.png is 80x80, expected two faces side by side")]
    public async Task Turns_that_cannot_be_taken_are_refused_in_one_line(string picture, string turns, string expected)
    {
        WriteTwoFaces();
        folder.Write("turns.txt", "0 1 left\n"u8);
        var outcome = await BuiltProgram.Run(folder.Root, Arguments($"--device cpu:0 --turns {turns}", picture));
        Assert.Equal((1, false), (outcome.Code, File.Exists(folder.File("v.avi"))));
        Assert.Single(outcome.ErrorLines);
        Assert.Contains(expected, outcome.Errors, StringComparison.Ordinal);
    }

    [FfmpegFact]
    public async Task An_mp4_has_picture_and_sound_of_equal_length()
    {
        var outcome = await BuiltProgram.Run(folder.Root, Arguments("--device cpu:0", output: "v.mp4"));
        Assert.Equal((0, "v.mp4"), (outcome.Code, outcome.Output.Trim()));
        Assert.Equal(["h264", "64", "64", "16/1", "17"], Oracle.Probe(folder.File("v.mp4"), "v:0", "codec_name,width,height,r_frame_rate,nb_read_packets"));
        Assert.Equal(["aac", "48000"], Oracle.Probe(folder.File("v.mp4"), "a:0", "codec_name,sample_rate"));
    }

    [Theory]
    [InlineData("cut.png", "voice.wav", "v.avi", "tiny", "", "cut.png")]
    [InlineData("text.png", "voice.wav", "v.avi", "tiny", "", "text.png is text, expected a picture")]
    [InlineData("none.png", "voice.wav", "v.avi", "tiny", "", "none.png")]
    [InlineData("face.png", "empty.wav", "v.avi", "tiny", "", "empty.wav is empty")]
    [InlineData("face.png", "face.png", "v.avi", "tiny", "", "face.png is a PNG picture, expected a sound")]
    [InlineData("face.png", "voice.wav", "v.avi", "models/mini", "", "expected models/mini")]
    [InlineData("face.png", "voice.wav", "v.avi", ".", "", "config.json does not exist")]
    [InlineData("face.png", "voice.wav", "nowhere/v.avi", "tiny", "", "could not write nowhere/v.avi")]
    [InlineData("face.png", "voice.wav", "v.gif", "tiny", "", "could not write v.gif")]
    [InlineData("face.png", "voice.wav", "taken.mp4", "tiny", "", "is a folder")]
    [InlineData("face.png", "voice.wav", "v.avi", "tiny", "--device cpu:0,cpu:77", "Device is 'cpu:77'")]
    [InlineData("face.png", "voice.wav", "v.avi", "tiny", "--device cpu:0,cpu:0,cpu:0", "names 3, expected one, or two")]
    public async Task What_cannot_be_done_is_said_in_one_line_and_leaves_nothing(string picture, string speech, string output, string model, string more, string expected)
    {
        string[] before = folder.Names;
        var outcome = await BuiltProgram.Run(folder.Root, Arguments(more, picture, speech, output, model));
        Assert.Equal((1, ""), (outcome.Code, outcome.Output));
        Assert.Single(outcome.ErrorLines);
        Assert.Contains(expected, outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(before, folder.Names);
    }

    [Fact]
    public async Task A_sound_longer_than_allowed_is_refused_before_the_work()
    {
        WriteLongVoice(seconds: 61);
        var outcome = await BuiltProgram.Run(folder.Root, Arguments("--device cpu:0 --max-minutes 1", speech: "long.wav"));
        Assert.Equal((1, false), (outcome.Code, File.Exists(folder.File("v.avi"))));
        Assert.Contains("lasts 1.02 minutes or more, expected at most 1.", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_C_leaves_code_130_and_no_half_video()
    {
        WriteLongVoice(seconds: 3600);
        string[] before = folder.Names;
        using var process = BuiltProgram.Start(folder.Root, Arguments("--device cpu:0", speech: "long.wav"));
        await Until(() => process.HasExited || new FileInfo(folder.File("v.avi.part")) is { Exists: true, Length: > 100_000 });
        Assert.False(process.HasExited, "The film was over before it could be stopped.");
        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"])) await kill.WaitForExitAsync();
        var outcome = await BuiltProgram.Finish(process);
        Assert.Equal((130, "stopped."), (outcome.Code, outcome.ErrorLines[^1]));
        Assert.Equal(before, folder.Names);
    }

    [Fact]
    public async Task Bench_measures_each_placement()
    {
        string[] bench = ["bench", "--model", "tiny", "--chunks", "6", "--sessions", "0", "--device", "cpu:0"];
        var outcome = await BuiltProgram.Run(folder.Root, [.. bench, "cpu:0,cpu:0", "--json", "--out", "first"]);
        Assert.Equal(0, outcome.Code);
        var runs = JsonDocument.Parse(outcome.Output).RootElement.GetProperty("cases");
        Assert.Equal(["cpu:0", "cpu:0 | cpu:0"], runs.EnumerateArray().Select(run => run.GetProperty("placement").GetString()));
        Assert.All(runs.EnumerateArray(), run => Assert.InRange(run.GetProperty("timeBetweenChunks").GetProperty("median").GetDouble(), 0.01, 60_000));
        var table = await BuiltProgram.Run(folder.Root, [.. bench, "--out", "second"]);
        Assert.Contains("TTBC median", table.Output, StringComparison.Ordinal);
        Assert.Equal(["report.json", "time-between-chunks.png", "time-between-chunks.svg"], Directory.EnumerateFiles(folder.File("second")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var compared = await BuiltProgram.Run(folder.Root, "bench", "--compare", "first/report.json", "second/report.json");
        Assert.Equal(0, compared.Code);
        Assert.Contains("TTBC median", compared.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await BuiltProgram.Run(folder.Root, "bench", "--compare", "first/report.json", "nowhere.json")).Code);
    }

    static string[] Arguments(string more, string picture = "face.png", string speech = "voice.wav", string output = "v.avi", string model = "tiny") =>
    [
        "generate", "--picture", picture, "--speech", speech, "--out", output, "--model", model,
        .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries),
    ];

    void WriteTwoFaces()
    {
        var (left, right) = (new PuppetRenderer().Draw(Puppet.FromSeed(7), PuppetPose.Neutral, 80), new PuppetRenderer().Draw(Puppet.FromSeed(8), PuppetPose.Neutral, 80));
        Png.Write(ContactSheet.Tile([left, right], 2), folder.File("two.png"));
    }

    void WriteLongVoice(int seconds)
    {
        using var writer = new WavWriter(folder.File("long.wav"), 8000);
        float[] second = new float[8000];
        for (int i = 0; i < seconds; i++) writer.Write(second);
        writer.Complete();
    }

    static async Task Until(Func<bool> isSo)
    {
        for (int i = 0; i < 2000 && !isSo(); i++) await Task.Delay(10);
    }
}
