using TalkingMachines.Bench;
using Xunit;

namespace TalkingMachines.Tests.Bench;

public sealed class PipelineSimulationTests
{
    [Fact]
    public void A_device_of_its_own_takes_the_sum_of_the_stages() =>
        Assert.Equal([111, 111], PipelineSimulation.SelfContained(new StageTimes([1], [100], [10]), 2));

    [Theory]
    [InlineData(100, 30, 101)]
    [InlineData(30, 100, 100)]
    public void A_decoder_of_its_own_leaves_the_slower_stage_alone(double diffusion, double decoder, double expected)
    {
        double[] between = PipelineSimulation.Disaggregated(new StageTimes([1], [diffusion], [decoder]), 8);
        Assert.Equal(1 + diffusion + decoder, between[0]);
        Assert.All(between[1..], each => Assert.Equal(expected, each, 9));
    }

    [Fact]
    public void One_slow_chunk_of_the_decoder_is_made_up_for_by_the_one_that_waits()
    {
        // The decoder is late once, by less than what waits for it: the sum stays that of the diffusion.
        double[] between = PipelineSimulation.Disaggregated(new StageTimes([0], [100], [50, 50, 130, 50, 50, 50]), 6);
        Assert.Equal([150, 100, 180, 50, 70, 100], between);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 5)]
    [InlineData(16, 5)]
    public void Cases_that_a_machine_cannot_run_are_simulated_and_say_why(int cores, int expected)
    {
        var cases = PaperCases.On(cores);
        Assert.Equal(expected, cases.Count);
        Assert.All(cases, each => Assert.Equal(!each.IsRun, each.Note?.StartsWith("simulated", StringComparison.Ordinal) ?? false));
        Assert.All(cases, each => Assert.Equal(each.Name.Contains('+') ? cores >= (each.Name.EndsWith("2+1", StringComparison.Ordinal) ? 3 : 2) : true, each.IsRun));
    }
}
