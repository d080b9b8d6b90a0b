using TalkingMachines.Cli;
using Xunit;

namespace TalkingMachines.Tests.Cli;

public class ProgressBarTests
{
    [Fact]
    public void A_log_gets_a_line_every_ten_seconds_with_the_time_left()
    {
        var (clock, written) = (new SetClock(), new StringWriter());
        using (var progress = new ProgressBar(written, isLive: false, clock, "training", total: 100, first: 0))
        {
            for (int step = 1; step <= 20; step++)
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                progress.Report(step, "loss 0.5");
            }
        }
        string[] lines = written.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["training 10/100 10%, 1:30 left  loss 0.5", "training 20/100 20%, 1:20 left  loss 0.5"], lines);
    }

    [Fact]
    public void Steps_of_an_earlier_run_do_not_count_for_the_speed()
    {
        var (clock, written) = (new SetClock(), new StringWriter());
        using var progress = new ProgressBar(written, isLive: false, clock, "training", total: 1000, first: 900);
        clock.Advance(TimeSpan.FromSeconds(100));
        progress.Report(950);
        Assert.Equal("training 950/1000 95%, 1:40 left", written.ToString().Trim());
    }

    [Fact]
    public void A_terminal_gets_one_line_drawn_anew_and_the_end_is_always_shown()
    {
        var (clock, written) = (new SetClock(), new StringWriter());
        using (var progress = new ProgressBar(written, isLive: true, clock, "drawing", total: 4, first: 0))
        {
            for (int step = 1; step <= 4; step++) progress.Report(step);
        }
        string text = written.ToString();
        Assert.Single(text.Split('\r', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("4/4 100%", text, StringComparison.Ordinal);
        Assert.EndsWith(Environment.NewLine, text, StringComparison.Ordinal);
    }

    /// <summary>A clock that stands until it is moved.</summary>
    sealed class SetClock : TimeProvider
    {
        long ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => ticks;

        public void Advance(TimeSpan time) => ticks += time.Ticks;
    }
}
