using TalkingMachines.Bench;
using TalkingMachines.Serving;
using TalkingMachines.Tests.Serving;
using Xunit;

namespace TalkingMachines.Tests.Bench;

/// <summary>The bench itself on a model that takes milliseconds: that its figures fit together, not how large they are.</summary>
public sealed class TinyBenchTests(TinySession tiny) : IClassFixture<TinySession>
{
    [Fact]
    public async Task A_measured_case_has_a_time_for_each_chunk_after_the_first()
    {
        var plan = CasePlan.Named("cpu:0");
        var figures = await new CaseBench(tiny.Model, null, new BenchSettings(tiny.Model, 2, 6, 12, 64, 750)).MeasureAsync(plan, null, CancellationToken.None);
        Assert.Equal((FigureSource.Measured, "cpu:0", 5), (figures.Source, figures.Placement, figures.Series.Count));
        Assert.Equal(figures.Series.Max(), figures.TimeBetweenChunks.Max);
        Assert.Equal(5, figures.TimeBetweenChunks.Histogram.Sum(bin => bin.Count));
        Assert.True(figures is { FramesPerSecond: > 0, FirstFrameMilliseconds: > 0, PeakProcessBytes: > 0, PeakTensorBytes: > 0, ManagedBytesPerChunk: >= 0 });
    }

    [Fact]
    public void Stages_are_measured_alone_and_leave_nothing_behind() => LeakCheck.Around(tiny.Placement.Diffusion, () =>
    {
        using var character = new CharacterReference(tiny.Avatar, CaseBench.Portrait(tiny.Avatar));
        var times = StageTimes.Measure(tiny.Avatar, character, 5, CancellationToken.None);
        Assert.True(times is { Drive.Length: >= 5, Diffusion.Length: >= 5, Decoder.Length: >= 5 });
        Assert.All(times.Diffusion.Concat(times.Decoder), each => Assert.True(each > 0));
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => StageTimes.Measure(tiny.Avatar, character, 5, stopped.Token));
    });

    [Fact]
    public async Task A_session_falls_silent_and_answers_and_several_are_counted()
    {
        using var character = new CharacterReference(tiny.Avatar, CaseBench.Portrait(tiny.Avatar));
        var bench = new SessionBench(tiny.Avatar, character, CaseBench.Portrait(tiny.Avatar));
        var cut = await bench.InterruptAsync(2, CancellationToken.None);
        Assert.Equal((2, 2), (cut.Silence.Count, cut.Answer.Count));
        var sessions = new List<SessionsFigures>();
        await bench.CountAsync(2, TimeSpan.FromSeconds(0.8), sessions.Add, CancellationToken.None);
        Assert.Equal(1, sessions[0].Sessions);
        Assert.All(sessions, each => Assert.InRange(each.RepeatedFrames, 0, 1));
    }
}
