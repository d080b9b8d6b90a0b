using System.Threading.Channels;
using TalkingMachines.Serving;
using Xunit;

namespace TalkingMachines.Tests.Serving;

/// <summary>What is seen when turns change: frames of one pixel, each of which tells its own number.</summary>
public sealed class PlayoutTests
{
    const int Frames = 12;

    readonly Channel<FrameChunk> finished = Channel.CreateUnbounded<FrameChunk>();

    [Fact]
    public void After_a_speaker_is_interrupted_no_frame_of_the_old_turn_is_shown()
    {
        using var playout = new Playout(finished.Reader, frameBytes: 3);
        Finish(playout, turn: 1, newest: 1, firstMark: 10);
        Assert.Equal([10, 11], [Seen(playout, 1, false), Seen(playout, 1, false)]);

        Finish(playout, turn: 1, newest: 2, firstMark: 30); // was on its way
        for (int i = 0; i < Frames; i++) Assert.Equal(11, Seen(playout, 2, standStill: true));
        Assert.Equal(1, playout.ShownTurn);
        Finish(playout, turn: 2, newest: 2, firstMark: 50);
        Assert.Equal([50, 51], [Seen(playout, 2, true), Seen(playout, 2, true)]);
        Assert.Equal(2, playout.ShownTurn);
    }

    [Fact]
    public void A_listener_goes_on_listening_until_the_new_turn_is_there_and_not_a_frame_longer()
    {
        using var playout = new Playout(finished.Reader, frameBytes: 3);
        Finish(playout, turn: 1, newest: 1, firstMark: 10);
        Assert.Equal(10, Seen(playout, 1, false));
        Assert.Equal([11, 12], [Seen(playout, 2, standStill: false), Seen(playout, 2, standStill: false)]);
        Finish(playout, turn: 2, newest: 2, firstMark: 50);
        Assert.Equal(50, Seen(playout, 2, standStill: false));
    }

    [Fact]
    public void A_listener_goes_on_through_the_parts_of_its_chunk()
    {
        using var playout = new Playout(finished.Reader, frameBytes: 3);
        Finish(playout, turn: 1, newest: 1, firstMark: 10, parts: 3);
        Assert.Equal([10, 11, 12], [Seen(playout, 1, false), Seen(playout, 1, false), Seen(playout, 1, false)]);
        Assert.Equal(9, playout.FramesLeft);
        Assert.False(playout.IsTurnReady(2));
        for (int mark = 13; mark < 19; mark++) Assert.Equal(mark, Seen(playout, 2, standStill: false));
        Finish(playout, turn: 2, newest: 2, firstMark: 50, parts: 3);
        Assert.True(playout.IsTurnReady(2));
        Assert.Equal([50, 51], [Seen(playout, 2, false), Seen(playout, 2, false)]);
        Assert.Equal(10, playout.FramesLeft);
        Assert.Equal(51, Seen(playout, 3, standStill: true));
    }

    static int Seen(Playout playout, int turn, bool standStill)
    {
        playout.NextFrame(turn, standStill, out _);
        return playout.Shown[0];
    }

    void Finish(Playout playout, int turn, int newest, byte firstMark, int parts = 1)
    {
        LendingPool<float> sounds = new(Frames * DriveStage.FrameSamples);
        var whole = new CodeChunk(new DriveChunk(turn, 0, 0, Frames, Frames * DriveStage.FrameSamples, sounds.Lend(), null!), null!);
        int frames = Frames / parts;
        for (int first = 0; first < Frames; first += frames)
        {
            var pixels = new LendingPool<byte>(3 * frames).Lend();
            for (int i = 0; i < frames; i++) pixels.Array.AsSpan(3 * i, 3).Fill((byte)(firstMark + first + i));
            Assert.True(finished.Writer.TryWrite(new FrameChunk(whole, first, frames, pixels, frameBytes: 3, sounds.Lend())));
        }
        playout.TakeFinished(newest);
    }
}
