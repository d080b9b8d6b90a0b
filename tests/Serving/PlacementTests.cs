using TalkingMachines.Serving;
using Xunit;

namespace TalkingMachines.Tests.Serving;

public class PlacementTests
{
    [Theory]
    [InlineData("cpu:0", "cpu:0", "cpu:0", false)]
    [InlineData("cpu:0,cpu:0", "cpu:0", "cpu:0", true)]
    [InlineData("cpu:0,0,cpu:0-0", "cpu:0", "cpu:0", true)]
    [InlineData("reference,cpu:0", "reference", "cpu:0", true)]
    public void One_name_places_both_and_two_place_each(string text, string diffusion, string decoder, bool disaggregated)
    {
        using var placement = Placement.Open(text);
        Assert.Equal((diffusion, decoder, disaggregated), (placement.Diffusion.Name, placement.Decoder.Name, placement.IsDisaggregated));
    }

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("cpu:0,")]
    [InlineData("cpu:0,cpu:99999")]
    [InlineData("cpu:0,cpu:0,cpu:0")]
    public void Other_names_are_refused(string text) => Assert.Throws<ArgumentException>(() => Placement.Open(text));

    [Theory]
    [InlineData(1, "cpu")]
    [InlineData(2, "cpu", "cpu:0,cpu:1")]
    [InlineData(8, "cpu", "cpu:0-5,cpu:6-7")]
    public void The_usual_placements_leave_the_diffusion_most_cores(int cores, params string[] expected) => Assert.Equal(expected, Placement.Usual(cores));

    [Fact]
    public void Quantiles_are_right_to_a_hundredth_and_the_largest_exactly()
    {
        var histogram = new DurationHistogram();
        for (int i = 1000; i >= 1; i--) histogram.Add(TimeSpan.FromMilliseconds(i));
        Assert.InRange(histogram.Quantile(0.5).TotalMilliseconds, 495, 505);
        Assert.InRange(histogram.Quantile(0.95).TotalMilliseconds, 940, 960);
        Assert.Equal((1000L, 1000.0, 1000.0), (histogram.Count, histogram.Max.TotalMilliseconds, Math.Round(histogram.Quantile(1) / histogram.Max, 1) * 1000));
        Assert.Equal(TimeSpan.Zero, new DurationHistogram().Quantile(0.5));
    }
}
