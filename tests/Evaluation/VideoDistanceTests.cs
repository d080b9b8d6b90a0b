using TalkingMachines.Evaluation;
using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Evaluation;

public sealed class VideoDistanceTests
{
    const int Width = 3, RowsEach = 12;

    /// <summary>Rows of normal features about a mean, a list item a character.</summary>
    static float[][] Characters(int count, float mean, ulong seed)
    {
        var random = new RandomStream(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, RowsEach * Width).Select(_ => mean + random.Normal()).ToArray())];
    }

    [Fact]
    public void Its_margin_covers_the_true_distance_nineteen_times_of_twenty()
    {
        // Means a unit apart in each of three features, equal covariances: the distance of the distributions is 3.
        const int trials = 200;
        int covered = 0;
        for (ulong trial = 0; trial < trials; trial++)
        {
            var distance = VideoDistance.Of("", "", Characters(12, 0, 2 * trial), Characters(12, 1, (2 * trial) + 1), Width)!;
            if (Math.Abs(distance.Distance - 3) <= distance.Margin) covered++;
        }
        Assert.InRange(covered, 0.9 * trials, 0.99 * trials);
    }

    [Fact]
    public void Few_characters_have_none_and_one_row_no_distance()
    {
        Assert.Null(VideoDistance.Of("", "", Characters(2, 0, 1), Characters(2, 1, 2), Width)!.Margin);
        Assert.Null(VideoDistance.Of("", "", [new float[Width]], [new float[Width]], Width));
    }
}
