using TalkingMachines.Media;
using TalkingMachines.Models.Wan;
using TalkingMachines.Puppets;
using TalkingMachines.Serving;
using TalkingMachines.Tests.Media;
using TalkingMachines.Tests.Serving;
using TalkingMachines.Tests.Wan;
using Xunit;

namespace TalkingMachines.Tests.Cli;

/// <summary>generate with two speakers, by the command line: MultiTalk's folder of random weights, and what does not go together.</summary>
public sealed class TwoSpeakersTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public TwoSpeakersTests()
    {
        new TinyWan { Type = "i2v", AddOn = WanPart.MultiTalk, Sampling = { ["width"] = 64, ["height"] = 64, ["steps"] = 1 } }.Write(folder.File("multitalk"));
        new TinyWan { Type = "i2v" }.Write(folder.File("i2v"));
        TinyAvatar.Write(folder.File("tiny"));
        Png.Write(new PuppetRenderer().Draw(Puppet.FromSeed(7), PuppetPose.Neutral, 40), folder.File("faces.png"));
        Mask("left.png", 40, x => x < 18);
        Mask("right.png", 40, x => x > 22);
        Mask("large.png", 41, x => x > 22);
        float[] voice = SoundInMemory.Samples(new VoiceLikeSound(9000));
        Wav.Write(folder.File("a.wav"), new Sound(voice, SoundBlock.SampleRate));
        Wav.Write(folder.File("b.wav"), new Sound(voice[3000..], SoundBlock.SampleRate));
    }

    public void Dispose() => folder.Dispose();

    void Mask(string name, int side, Func<int, bool> isWhite)
    {
        var mask = new Picture(side, side);
        for (int i = 0; i < mask.Pixels.Length; i++) mask.Pixels[i] = isWhite(i / 3 % side) ? byte.MaxValue : byte.MinValue;
        Png.Write(mask, folder.File(name));
    }

    static string[] Arguments(string model, string more) =>
        ["generate", "--model", model, "--device", "cpu:0", "--out", "v.avi", .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    [Theory]
    [InlineData("")]
    [InlineData("--region 1,2,18,38 --region 22,2,39,38")]
    [InlineData("--region left.png --region 22,2,39,38")]
    public async Task Two_sounds_and_two_regions_become_a_video(string regions)
    {
        var outcome = await BuiltProgram.Run(folder.Root, Arguments("multitalk", $"--picture faces.png --speech a.wav --second-speech b.wav --prompt Two {regions}"));
        Assert.Equal((0, "v.avi"), (outcome.Code, outcome.Output.Trim()));
        Assert.True(new FileInfo(folder.File("v.avi")).Length > 5 * 64 * 64 * 3);
    }

    [Theory]
    [InlineData("multitalk", "--picture faces.png --second-speech b.wav", "--second-speech needs --speech")]
    [InlineData("multitalk", "--speech a.wav --second-speech b.wav", "--second-speech needs --picture")]
    [InlineData("multitalk", "--picture faces.png --speech a.wav --region 1,2,18,38 --region 22,2,39,38", "--region needs --second-speech")]
    [InlineData("multitalk", "--picture faces.png --speech a.wav --second-speech b.wav --region 1,2,18,38", "--region is given 1 times, expected once for each of two speakers")]
    [InlineData("multitalk", "--picture faces.png --speech a.wav --second-speech b.wav --region 1,2,18,38 --region 22,2,41,38", "--region is '22,2,41,38', expected LEFT,TOP,RIGHT,BOTTOM within the picture's 40x40 pixels")]
    [InlineData("multitalk", "--picture faces.png --speech a.wav --second-speech b.wav --region 1,2,18 --region 22,2,39,38", "--region is '1,2,18', expected LEFT,TOP,RIGHT,BOTTOM in pixels, or the file of a mask")]
    [InlineData("multitalk", "--picture faces.png --speech a.wav --second-speech b.wav --region left.png --region large.png", "--region large.png is 41x41, expected the picture's 40x40")]
    [InlineData("multitalk", "--picture faces.png --speech a.wav --second-speech b.wav --region 1,2,18,38 --region 22,2,23,3", "The second speaker's area holds none of the 4 x 4 cells")]
    [InlineData("multitalk", "--picture faces.png --speech a.wav --second-speech none.wav", "none.wav")]
    [InlineData("i2v", "--picture faces.png --speech a.wav --second-speech b.wav", "i2v can't film two speakers, expected a folder with MultiTalk's audio layers")]
    [InlineData("tiny", "--picture faces.png --speech a.wav --second-speech b.wav", "--second-speech would be lost: it says nothing to tiny, which is not of the Wan family")]
    public async Task What_does_not_go_together_is_said_in_one_line_and_leaves_nothing(string model, string more, string expected)
    {
        string[] before = folder.Names;
        var outcome = await BuiltProgram.Run(folder.Root, Arguments(model, more));
        Assert.Equal((1, ""), (outcome.Code, outcome.Output));
        Assert.Contains(expected, Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(before, folder.Names);
    }
}
