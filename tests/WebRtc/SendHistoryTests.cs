using TalkingMachines.WebRtc;
using Xunit;

namespace TalkingMachines.Tests.WebRtc;

public sealed class SendHistoryTests
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void A_packet_is_repeated_bit_for_bit_and_only_the_newest_are_kept_across_the_wrap()
    {
        var history = new SendHistory(64);
        for (int i = 0; i < 100; i++) history.Keep(Sequence(i), [(byte)i, 1, 2]);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(i >= 36, history.TryTake(Sequence(i), TimeSpan.Zero, Interval, out var packet));
            if (i >= 36) Assert.Equal([(byte)i, 1, 2], packet.ToArray());
        }
        static ushort Sequence(int i) => (ushort)(65500 + i);
    }

    [Fact]
    public void A_packet_is_not_repeated_again_within_a_round_trip_nor_without_end()
    {
        var history = new SendHistory(8);
        history.Keep(5, [1]);
        Assert.True(history.TryTake(5, TimeSpan.Zero, Interval, out _));
        Assert.False(history.TryTake(5, Interval / 2, Interval, out _));
        int count = 1;
        for (int i = 1; i < 50; i++)
            if (history.TryTake(5, i * Interval, Interval, out _)) count++;
        Assert.Equal(SendHistory.MostResends, count);
    }

    [Fact]
    public void A_newer_packet_in_the_same_place_may_be_shorter_and_begins_afresh()
    {
        var history = new SendHistory(8);
        history.Keep(1, [1, 2, 3]);
        Assert.True(history.TryTake(1, TimeSpan.Zero, Interval, out _));
        history.Keep(9, [4]);
        Assert.False(history.TryTake(1, Interval, Interval, out _));
        Assert.True(history.TryTake(9, TimeSpan.Zero, Interval, out var packet));
        Assert.Equal([4], packet.ToArray());
    }

    [Fact]
    public void Nothing_is_kept_where_nothing_was_asked_for_and_odd_sizes_are_refused()
    {
        var none = new SendHistory(0);
        none.Keep(1, [1]);
        Assert.False(none.TryTake(1, TimeSpan.Zero, Interval, out _));
        Assert.False(new SendHistory(8).TryTake(0, TimeSpan.Zero, Interval, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SendHistory(100));
        Assert.Throws<ArgumentException>(() => new SendHistory(8).Keep(1, new byte[1201]));
    }
}
