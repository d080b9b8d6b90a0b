using TalkingMachines.Media;
using TalkingMachines.Puppets;
using TalkingMachines.Serving;
using Xunit;

namespace TalkingMachines.Tests.Serving;

public sealed class SpeakingTurnsTests(TinySession session) : IClassFixture<TinySession>
{
    [Fact]
    public void Each_speaks_in_its_turns_and_listens_outside()
    {
        var turns = SpeakingTurns.Parse(["# who says what", "0 1.5 left", "", "1.5 2 right # an answer", "1.75 2.5 LEFT"], "turns");
        const int rate = SoundBlock.SampleRate;
        Assert.Equal([true, true, false, true, true, false], new[] { 0, 1.4, 1.6, 1.8, 2.4, 2.5 }.Select(second => turns.Speaks(0, (long)(second * rate))));
        Assert.Equal([false, false, true, true, false, false], new[] { 0, 1.4, 1.6, 1.8, 2.4, 2.5 }.Select(second => turns.Speaks(1, (long)(second * rate))));
        Assert.Equal(3 * rate / 2, turns.Unchanged(0));
        Assert.Equal(1, turns.Unchanged((3 * rate / 2) - 1));
        Assert.Equal(rate / 4, turns.Unchanged(3 * rate / 2));
        Assert.Equal(long.MaxValue, turns.Unchanged(5 * rate / 2));
    }

    [Theory]
    [InlineData("1 2")]
    [InlineData("1 2 middle")]
    [InlineData("2 1 left")]
    [InlineData("-1 1 left")]
    [InlineData("1 NaN left")]
    [InlineData("1 1e9 right")]
    [InlineData("1,5 2 left")]
    public void Lines_that_are_no_turns_are_named(string line)
    {
        string message = Assert.Throws<MediaException>(() => SpeakingTurns.Parse(["0 1 left", line], "t.txt")).Message;
        Assert.StartsWith($"t.txt, line 2 is '{line}'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_turns_is_refused() =>
        Assert.Contains("no turn", Assert.Throws<MediaException>(() => SpeakingTurns.Parse(["# nothing"], "t.txt")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Two_faces_make_one_picture_of_which_each_half_is_what_it_would_be_alone()
    {
        float[] sound = SoundInMemory.Samples(new VoiceLikeSound(130_000));
        var other = new PuppetRenderer().Draw(Puppet.FromSeed(8), PuppetPose.Neutral, 80);
        var turns = SpeakingTurns.Parse(["0 1.2 left", "1.2 3 right"], "turns");
        var both = new Film();
        await new VideoGeneration(session.Avatar, 5).RunAsync(session.Picture, other, turns, new SoundInMemory(sound), both);
        var left = await Alone(session.Picture, 5, sound, sample => turns.Speaks(0, sample));
        var right = await Alone(other, 6, sound, sample => turns.Speaks(1, sample));

        Assert.Equal(44, both.Frames.Count);
        Assert.Equal(sound, both.Sound); // all of it is heard
        int side = session.Avatar.Config.Picture;
        for (int i = 0; i < both.Frames.Count; i++)
            for (int y = 0; y < side; y++)
            {
                Assert.Equal(left.Frames[i].AsSpan(3 * side * y, 3 * side), both.Frames[i].AsSpan(6 * side * y, 3 * side));
                Assert.Equal(right.Frames[i].AsSpan(3 * side * y, 3 * side), both.Frames[i].AsSpan((6 * side * y) + (3 * side), 3 * side));
            }
    }

    // What the others say is silence to it.
    async Task<Film> Alone(Picture picture, ulong seed, float[] sound, Func<long, bool> speaks)
    {
        var video = new Film();
        float[] own = [.. sound.Select((sample, i) => speaks(i) ? sample : 0)];
        await new VideoGeneration(session.Avatar, seed).RunAsync(picture, new SoundInMemory(own), video);
        return video;
    }

    /// <summary>Keeps frames and sound.</summary>
    sealed class Film : IVideoWriter
    {
        public List<byte[]> Frames { get; } = [];

        public List<float> Sound { get; } = [];

        public void WriteFrame(ReadOnlySpan<byte> rgb) => Frames.Add(rgb.ToArray());

        public void WriteSound(ReadOnlySpan<float> mono) => Sound.AddRange(mono);

        public void Complete(CancellationToken stop = default)
        {
        }

        public void Dispose()
        {
        }
    }
}
