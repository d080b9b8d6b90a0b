using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Tensors;

/// <summary>What warps promise beyond agreeing with the reference.</summary>
public class WarpTests
{
    const int Size = 19;

    [Theory]
    [InlineData(Sampling.Bilinear)]
    [InlineData(Sampling.Cubic)]
    public void No_flow_gives_the_picture_bit_by_bit(Sampling sampling) => LeakCheck.On("cpu", device =>
    {
        using var scope = Tensor.Scope();
        var x = Tensor.Normal(device, [2, 3, Size, Size], new RandomStream(70));
        Assert.Equal(x.ToArray(), x.Warp(Tensor.Zeros(device, [2, 2, Size, Size]), sampling).ToArray());
    });

    [Theory]
    [InlineData(Sampling.Bilinear)]
    [InlineData(Sampling.Cubic)]
    public void Senseless_flow_stays_inside_the_picture(Sampling sampling) => LeakCheck.On("cpu", device =>
    {
        using var scope = Tensor.Scope();
        var x = Tensor.Normal(device, [1, 3, Size, Size], new RandomStream(71));
        float[] cells = x.ToArray();
        foreach (float flow in (ReadOnlySpan<float>)[float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e30f, -1e30f, int.MaxValue])
        {
            using var tape = new Tape();
            var field = Tensor.Filled(device, [1, 2, Size, Size], flow);
            tape.Watch(x);
            tape.Watch(field);
            var y = x.Warp(field, sampling);
            tape.Backward(y.Sum());
            Assert.All(y.ToArray(), value => Assert.Contains(value, cells));
            Assert.All(tape.Gradient(field)!.ToArray(), value => Assert.Equal(0, value));
            Assert.Equal(y.Count, tape.Gradient(x)!.ToArray().Sum(), 1e-3f);
        }
    });

    /// <summary>Keys chose a = -0.5 because with it parabolas come out exactly (Keys 1981).</summary>
    [Theory]
    [InlineData("reference")]
    [InlineData("cpu")]
    public void Cubic_sampling_is_exact_for_parabolas(string name) => LeakCheck.On(name, device =>
    {
        using var scope = Tensor.Scope();
        var random = new RandomStream(72);
        float[] flow = [.. Enumerable.Range(0, 2 * Size * Size).Select(_ => random.Uniform())];
        var x = Tensor.From(device, [1, 1, Size, Size], [.. from i in Enumerable.Range(0, Size) from j in Enumerable.Range(0, Size) select Surface(i, j)]);
        float[] found = x.Warp(Tensor.From(device, [1, 2, Size, Size], flow), Sampling.Cubic).ToArray();
        for (int i = 1; i < Size - 2; i++)
        {
            for (int j = 1; j < Size - 2; j++)
            {
                int at = (i * Size) + j;
                Assert.Equal(Surface(i + flow[at + (Size * Size)], j + flow[at]), found[at], 1e-4f);
            }
        }
    });

    static float Surface(float i, float j) => ((0.02f * i * i) - (0.3f * i)) * (1 + (0.2f * j) - (0.01f * j * j));
}
