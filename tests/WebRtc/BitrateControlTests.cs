using TalkingMachines.WebRtc;
using Xunit;

namespace TalkingMachines.Tests.WebRtc;

public sealed class BitrateControlTests
{
    readonly BitrateControl control = new();
    uint highest = 1000;
    double now;

    [Fact]
    public void A_clean_path_lets_the_rate_grow_smoothly_up_to_its_bound()
    {
        Assert.Equal(BitrateControl.Start, control.KilobitsPerSecond);
        int before = BitrateControl.Start;
        for (int i = 0; i < 40; i++)
        {
            Report(loss: 0);
            Assert.InRange(control.KilobitsPerSecond, before, before * 1.081 + 1);
            before = control.KilobitsPerSecond;
        }
        Assert.Equal(BitrateControl.Most, before);
    }

    [Fact]
    public void Heavy_loss_cuts_the_rate_down_to_its_bound_and_little_loss_keeps_it()
    {
        Report(0);
        int before = control.KilobitsPerSecond;
        for (int i = 0; i < 5; i++) Report(.05);
        Assert.Equal(before, control.KilobitsPerSecond);
        Report(.5);
        Assert.InRange(control.KilobitsPerSecond, .74 * before, .76 * before);
        for (int i = 0; i < 20; i++) Report(.9);
        Assert.Equal(BitrateControl.Least, control.KilobitsPerSecond);
    }

    [Fact]
    public void Reports_in_quick_succession_cut_once_in_a_round_trip()
    {
        Report(0);
        int before = control.KilobitsPerSecond;
        for (int i = 0; i < 8; i++) Report(.5, seconds: .04);
        Assert.InRange(control.KilobitsPerSecond, .74 * before, .76 * before);
    }

    [Fact]
    public void The_receivers_estimate_is_a_ceiling_at_once_and_growth_below_it_smooth()
    {
        control.OnEstimate(400_000, TimeSpan.FromSeconds(now));
        Assert.Equal(340, control.KilobitsPerSecond);
        control.OnEstimate(2_000_000, TimeSpan.FromSeconds(now));
        Assert.Equal(340, control.KilobitsPerSecond);
        Report(0);
        Report(0);
        Assert.InRange(control.KilobitsPerSecond, 341, 340 * 1.17);
    }

    [Theory]
    [InlineData(0), InlineData(-1), InlineData(long.MinValue), InlineData(long.MaxValue)]
    public void Absurd_estimates_stay_within_the_bounds(long estimate)
    {
        control.OnEstimate(estimate, TimeSpan.Zero);
        Assert.InRange(control.KilobitsPerSecond, BitrateControl.Least, BitrateControl.Start);
    }

    [Fact]
    public void An_estimate_that_is_not_renewed_is_forgotten()
    {
        control.OnEstimate(300_000, TimeSpan.Zero);
        for (int i = 0; i < 9; i++) Report(0);
        Assert.Equal(240, control.KilobitsPerSecond);
        for (int i = 0; i < 9; i++) Report(0);
        Assert.True(control.KilobitsPerSecond > 300);
    }

    [Fact]
    public void A_few_packets_say_nothing_yet()
    {
        Report(0);
        int before = control.KilobitsPerSecond;
        Report(.9, packets: 3, seconds: .1);
        Report(.9, packets: 0, seconds: .1);
        Assert.Equal(before, control.KilobitsPerSecond);
    }

    [Fact]
    public void Reports_that_repeat_or_go_backwards_change_nothing()
    {
        Report(0);
        int before = control.KilobitsPerSecond;
        for (int i = 0; i < 10; i++)
        {
            highest -= 500;
            Report(1, packets: 0);
        }
        Assert.Equal(before, control.KilobitsPerSecond);
    }

    void Report(double loss, int packets = 50, double seconds = 1)
    {
        now += seconds;
        highest += (uint)packets;
        control.OnReport(new ReportBlock(1, (byte)Math.Min(255, loss * 256), 0, highest, 0, 0, 0), TimeSpan.FromSeconds(.05), TimeSpan.FromSeconds(now));
    }
}
