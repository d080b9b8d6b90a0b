using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Tensors;

public class ShapeTests
{
    [Fact]
    public void Extents_rank_and_count_are_what_was_given()
    {
        Shape shape = [2, 3, 5];
        Assert.Equal((3, 30L, 5, 2), (shape.Rank, shape.Count, shape.Last, shape[0]));
        Assert.Equal(5, shape[-1]);
        Assert.Equal(3, shape[^2]);
        List<int> extents = [];
        foreach (int extent in shape) extents.Add(extent);
        Assert.Equal([2, 3, 5], extents);
        Assert.Equal("[2,3,5]", shape.ToString());
    }

    [Fact]
    public void A_shape_without_axes_holds_one_element()
    {
        Shape shape = default;
        Assert.Equal((0, 1L, "[]"), (shape.Rank, shape.Count, shape.ToString()));
    }

    [Fact]
    public void Count_does_not_overflow_an_int()
    {
        Shape shape = [70_000, 70_000];
        Assert.Equal(4_900_000_000, shape.Count);
        Assert.Throws<OverflowException>(() => shape.Product(0, 2));
    }

    [Fact]
    public void Products_cover_from_up_to_not_including_to()
    {
        Shape shape = [2, 3, 5, 7];
        Assert.Equal((1, 6, 15, 210), (shape.Product(1, 1), shape.Product(0, 2), shape.Product(1, 3), shape.Product(0, 4)));
    }

    [Fact]
    public void With_replaces_one_extent_and_leaves_the_original()
    {
        Shape shape = [2, 3];
        Shape changed = [2, 9], original = [2, 3];
        Assert.Equal(changed, shape.With(-1, 9));
        Assert.Equal(original, shape);
    }

    [Fact]
    public void Shapes_are_equal_by_rank_and_extents()
    {
        Shape shape = [2, 3], same = [2, 3], turned = [3, 2], longer = [2, 3, 1];
        Assert.True(shape == same);
        Assert.True(shape != turned);
        Assert.True(shape != longer);
        Assert.Equal(shape.GetHashCode(), same.GetHashCode());
    }

    [Theory]
    [InlineData(new[] { 4, 1, 5 }, new[] { 3, 1 }, new[] { 4, 3, 5 })]
    [InlineData(new[] { 7 }, new[] { 2, 7 }, new[] { 2, 7 })]
    [InlineData(new[] { 1 }, new[] { 2, 3 }, new[] { 2, 3 })]
    [InlineData(new int[0], new[] { 2, 3 }, new[] { 2, 3 })]
    [InlineData(new[] { 0, 3 }, new[] { 1, 3 }, new[] { 0, 3 })]
    public void Broadcasting_matches_axes_from_the_end(int[] a, int[] b, int[] expected)
    {
        Assert.Equal(new Shape(expected), Shape.Broadcast(new(a), new(b)));
        Assert.Equal(new Shape(expected), Shape.Broadcast(new(b), new(a)));
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_with_both_named()
    {
        var error = Assert.Throws<ArgumentException>(() => Shape.Broadcast([2, 3], [2, 4]));
        Assert.Contains("[2,3]", error.Message);
        Assert.Contains("[2,4]", error.Message);
    }

    [Fact]
    public void Seven_axes_a_negative_extent_and_an_axis_out_of_range_are_refused()
    {
        Assert.Contains("7 axes", Assert.Throws<ArgumentException>(() => new Shape([1, 1, 1, 1, 1, 1, 1])).Message);
        Assert.Contains("extent -2", Assert.Throws<ArgumentException>(() => new Shape([3, -2])).Message);
        Assert.Contains("Axis 2", Assert.Throws<ArgumentException>(() => new Shape([3, 2])[2]).Message);
        Assert.Contains("Axis -3", Assert.Throws<ArgumentException>(() => new Shape([3, 2])[-3]).Message);
    }
}
