using TalkingMachines.Evaluation;
using Xunit;

namespace TalkingMachines.Tests.Evaluation;

public sealed class SeriesTests
{
    [Theory]
    [InlineData(new double[] { 1, 2, 3, 4 }, new double[] { 2, 4, 6, 8 }, 1)]
    [InlineData(new double[] { 1, 2, 3, 4 }, new double[] { 4, 3, 2, 1 }, -1)]
    [InlineData(new double[] { 1, 2, 3, 4 }, new double[] { 1, 3, 2, 4 }, 0.8)]
    [InlineData(new double[] { 1, -1, 1, -1 }, new double[] { 1, 1, -1, -1 }, 0)]
    [InlineData(new double[] { 1, 2, 3, 4 }, new double[] { 5, 5, 5, 5 }, 0)]
    [InlineData(new double[] { }, new double[] { }, 0)]
    public void Correlation_equals_the_one_by_hand(double[] a, double[] b, double expected) =>
        Assert.Equal(expected, Series.Correlation(a, b), 12);

    [Fact]
    public void A_series_that_stands_still_but_for_rounding_correlates_with_nothing() => Assert.Equal(0, Series.Correlation([0, 0, 0, 1e-7], [0, 0, 0, 0.5]));

    [Fact]
    public void Deviation_is_the_root_mean_square_about_the_mean() => Assert.Equal(Math.Sqrt(2), Series.Deviation([1, 2, 3, 4, 5]), 12);

    [Fact]
    public void Series_of_unequal_lengths_are_refused()
    {
        var refusal = Assert.Throws<ArgumentException>(() => Series.Correlation([1, 2], [1, 2, 3]));
        Assert.Equal("Series have 2 and 3 values, expected equal lengths.", refusal.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(-5)]
    [InlineData(12)]
    public void A_shifted_series_is_found_at_its_shift(int shift)
    {
        double[] Wave(int by) => [.. Enumerable.Range(0, 100).Select(i => Math.Sin((i - by) * 0.37) + Math.Cos((i - by) * 0.113))];
        var (lag, correlation) = Series.BestLag(Wave(0), Wave(shift), 12);
        Assert.Equal(shift, lag);
        Assert.Equal(1, correlation, 9);
    }

    [Fact]
    public void A_constant_has_no_lag() => Assert.Equal((0, 0.0), Series.BestLag([1, 2, 3, 2, 1], [4, 4, 4, 4, 4], 3));

    [Fact]
    public void Confidence_intervals_equal_those_by_hand()
    {
        var figure = Figure.Of([1, 2, 3])!.Value; // deviation 1, t(2) = 4.3027: 4.3027 / sqrt 3
        Assert.Equal((2, 3), (figure.Mean, figure.Count));
        Assert.Equal((1, 3), (figure.Least, figure.Most));
        Assert.Equal(2 - 2.48416, figure.Low, 4);
        Assert.Equal(2 + 2.48416, figure.High, 4);
    }

    [Fact]
    public void Characters_without_a_value_are_left_out()
    {
        Assert.Null(Figure.Of([null, null]));
        Assert.Equal(new Figure(7, 7, 7, 7, 7, 1), Figure.Of([null, 7, null]));
    }

    [Theory]
    [InlineData(1, 12.7062)]
    [InlineData(15, 2.1314)]
    [InlineData(21, 2.0796)]
    [InlineData(30, 2.0423)]
    [InlineData(120, 1.9799)]
    public void Quantiles_of_t_are_those_of_the_tables(int degrees, double expected) => Assert.Equal(expected, Figure.Quantile(degrees), tolerance: 0.0005);

    [Fact]
    public void A_blink_is_one_shutting_of_the_lids()
    {
        float[] lids = [0, 0.7f, 1, 0.85f, 0.4f, 0.1f, 0, 0.7f, 0.4f, 0.6f, 0.1f, 0, 0.45f, 0];
        Assert.Equal([1, 7], Blinks.Starts(lids));
    }

    [Fact]
    public void A_blink_seen_answers_one_blink_asked_for()
    {
        Assert.Equal(2, Blinks.Matched([10, 40, 60], [12, 39, 70]));
        Assert.Equal(1, Blinks.Matched([10, 12], [11]));
        Assert.Equal(0, Blinks.Matched([10], []));
    }
}
