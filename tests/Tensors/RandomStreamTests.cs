using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Tensors;

public class RandomStreamTests
{
    // Philox4x32-10 by key and 64-bit block number (upper counter words 0). The first is a known answer of the Random123
    // library; the others come from a second implementation that reproduces all three of its known answers.
    [Theory]
    [InlineData(0UL, 0UL, new[] { 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u })]
    [InlineData(0x299f31d0a4093822UL, 0x85a308d3243f6a88UL, new[] { 0xe69c9c31u, 0xb5a3d762u, 0xe733bfc1u, 0x341a787cu })]
    [InlineData(ulong.MaxValue, ulong.MaxValue, new[] { 0x4d18d7d2u, 0x430ac65au, 0xbd2fa22au, 0x0afae10du })]
    public void Numbers_are_those_of_philox(ulong key, ulong position, uint[] block)
    {
        var random = new RandomStream(key, position);
        foreach (uint word in block) Assert.Equal((word >> 8) / 16777216f, random.Uniform());
    }

    [Fact]
    public void Uniform_numbers_have_the_moments_of_the_unit_interval()
    {
        var random = new RandomStream(1);
        double[] values = [.. Enumerable.Range(0, 100_000).Select(_ => (double)random.Uniform())];
        Assert.All(values, value => Assert.InRange(value, 0, 0.99999997));
        Assert.Equal(0.5, values.Average(), 0.004);
        Assert.Equal(1.0 / 12, Moment(values, 2), 0.001);
    }

    [Fact]
    public void Normal_numbers_have_the_moments_of_the_bell()
    {
        float[] numbers = new float[200_000];
        new RandomStream(2).Normal(numbers);
        double[] values = Array.ConvertAll(numbers, number => (double)number);
        Assert.Equal(0, values.Average(), 0.01);
        Assert.Equal(1, Moment(values, 2), 0.015);
        Assert.Equal(0, Moment(values, 3), 0.03);
        Assert.Equal(3, Moment(values, 4), 0.1);
        Assert.Equal(0, Correlation(values[..^1], values[1..]), 0.01);
    }

    [Fact]
    public void Integers_fill_their_range_evenly()
    {
        var random = new RandomStream(3);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++) counts[random.Integer(7)]++;
        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
        Assert.Equal(0, random.Integer(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Integer(0));
    }

    [Fact]
    public void Uniform_between_bounds_stays_between_them()
    {
        var random = new RandomStream(4);
        for (int i = 0; i < 1000; i++) Assert.InRange(random.Uniform(-3, 5), -3, 5);
    }

    [Fact]
    public void The_position_restores_the_stream()
    {
        var random = new RandomStream(5);
        random.Normal(new float[37]);
        var restored = new RandomStream(5, random.Position);
        Assert.Equal(Take(random, 10), Take(restored, 10));
    }

    [Fact]
    public void One_draw_of_many_equals_draws_of_whole_blocks()
    {
        float[] whole = Take(new RandomStream(6), 24);
        var random = new RandomStream(6);
        Assert.Equal(whole, Take(random, 8).Concat(Take(random, 16)));
    }

    [Fact]
    public void Forks_differ_from_each_other_and_from_their_parent()
    {
        var parent = new RandomStream(7);
        double[][] streams = [Doubles(parent.Fork(0)), Doubles(parent.Fork(1)), Doubles(parent.Fork(1UL << 40)), Doubles(parent), Doubles(new RandomStream(8).Fork(0))];
        for (int i = 0; i < streams.Length; i++)
            for (int j = 0; j < i; j++) Assert.Equal(0, Correlation(streams[i], streams[j]), 0.03);
    }

    [Fact]
    public void A_fork_depends_on_the_key_and_its_index_alone()
    {
        var parent = new RandomStream(9);
        float[] before = Take(parent.Fork(3), 8);
        _ = Take(parent, 100);
        Assert.Equal(before, Take(parent.Fork(3), 8));
    }

    [Fact]
    public void Normal_tensors_are_the_same_on_every_device()
    {
        float[][] values = new float[2][];
        foreach (var (i, name) in new[] { "reference", "cpu" }.Index())
            LeakCheck.On(name, device =>
            {
                using var scope = Tensor.Scope();
                values[i] = Tensor.Normal(device, [3, 17], new RandomStream(10)).ToArray();
            });
        Assert.Equal(values[0], values[1]);
    }

    static float[] Take(RandomStream random, int count)
    {
        float[] values = new float[count];
        random.Normal(values);
        return values;
    }

    static double[] Doubles(RandomStream random) => Array.ConvertAll(Take(random, 20_000), value => (double)value);

    static double Moment(double[] values, int power)
    {
        double mean = values.Average();
        return values.Average(value => Math.Pow(value - mean, power));
    }

    static double Correlation(double[] a, double[] b)
    {
        double meanA = a.Average(), meanB = b.Average();
        return a.Zip(b, (x, y) => (x - meanA) * (y - meanB)).Average() / Math.Sqrt(Moment(a, 2) * Moment(b, 2));
    }
}
