using TalkingMachines.Puppets;
using Xunit;

namespace TalkingMachines.Tests.Speech;

public sealed class GestureSamplerTests
{
    const int Hour = 16 * 3600;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Blinks_come_as_often_as_peoples(bool speaking)
    {
        var sampler = new GestureSampler(7);
        int blinks = 0, shut = 0;
        float before = 0;
        for (int i = 0; i < Hour; i++)
        {
            float lid = sampler.Next(speaking).Blink;
            if (lid > .5f && before <= .5f) blinks++;
            if (lid > .5f) shut++;
            before = lid;
        }
        Assert.InRange(blinks / 60.0, 12, 20);
        Assert.InRange(shut / 16.0 / blinks, .12, .25);
    }

    [Fact]
    public void The_end_of_speech_brings_blinks()
    {
        var sampler = new GestureSampler(3);
        int after = 0;
        for (int turn = 0; turn < 400; turn++)
        {
            for (int i = 0; i < 32; i++) sampler.Next(true);
            bool blinked = false;
            for (int i = 0; i < 10; i++) blinked |= sampler.Next(false).Blink > .9f;
            if (blinked) after++;
        }
        Assert.InRange(after / 400.0, .35, .8);         // about a fifth without the end's pull
    }

    [Fact]
    public void Hours_do_not_drift()
    {
        var sampler = new GestureSampler(11, liveliness: 1);
        for (int hour = 0; hour < 3; hour++)
        {
            double x = 0, y = 0, roll = 0, breath = 0, gazeX = 0;
            for (int i = 0; i < Hour; i++)
            {
                var g = sampler.Next(i / 80 % 2 == 0);
                AssertInRange(g);
                x += g.HeadX;
                y += g.HeadY;
                roll += g.Roll;
                breath += g.Breath;
                gazeX += g.GazeX;
            }
            Assert.InRange(x / Hour, -.01, .01);
            Assert.InRange(y / Hour, -.01, .015);       // nods go down
            Assert.InRange(roll / Hour, -.01, .01);
            Assert.InRange(breath / Hour, .48, .52);
            Assert.InRange(gazeX / Hour, -.03, .03);
        }
    }

    [Fact]
    public void A_still_head_still_blinks_and_breathes()
    {
        var sampler = new GestureSampler(5, liveliness: 0);
        var minute = Enumerable.Range(0, 960).Select(_ => sampler.Next(true)).ToArray();
        Assert.All(minute, g => Assert.True(g is { HeadX: 0, HeadY: 0, Roll: 0, Brow: 0 }));
        Assert.True(minute.Max(g => g.Blink) == 1 && minute.Max(g => g.Breath) > .95f && minute.Min(g => g.Breath) < .05f);
    }

    [Fact]
    public void Motion_is_smooth()
    {
        var sampler = new GestureSampler(13, liveliness: 1);
        var before = sampler.Next(true);
        for (int i = 0; i < 9600; i++)
        {
            var now = sampler.Next(true);
            Assert.InRange(Math.Abs(now.HeadX - before.HeadX), 0, .03);
            Assert.InRange(Math.Abs(now.HeadY - before.HeadY), 0, .04);
            Assert.InRange(Math.Abs(now.Roll - before.Roll), 0, .05);
            before = now;
        }
    }

    [Fact]
    public void A_seed_gives_the_same_gestures()
    {
        GestureSampler first = new(42), second = new(42), other = new(43);
        var frames = Enumerable.Range(0, 200).Select(_ => first.Next(true)).ToArray();
        Assert.Equal(frames, Enumerable.Range(0, 200).Select(_ => second.Next(true)));
        Assert.NotEqual(frames, Enumerable.Range(0, 200).Select(_ => other.Next(true)));
    }

    static void AssertInRange(Gesture g)
    {
        Assert.InRange(g.HeadX, -.1f, .1f);
        Assert.InRange(g.HeadY, -.1f, .1f);
        Assert.InRange(g.Roll, -.15f, .15f);
        Assert.InRange(g.Blink, 0, 1);
        Assert.InRange(g.Brow, -1, 1);
        Assert.InRange(g.GazeX, -1, 1);
        Assert.InRange(g.GazeY, -1, 1);
        Assert.InRange(g.Breath, 0, 1);
    }
}
