using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Tensors;

/// <summary>Methods of a back end that no row of <see cref="OpCases"/> reaches by itself.</summary>
public class BackendTests
{
    [Theory]
    [InlineData("reference", 37)]
    [InlineData("cpu", 1)]
    [InlineData("cpu", 37)]
    [InlineData("cpu", 70_003)]
    public void Fill_copy_and_accumulation_reach_every_element(string name, int count) => LeakCheck.On(name, device =>
    {
        using var scope = Tensor.Scope();
        var x = Tensor.Normal(device, [count], new RandomStream(60));
        var (y, copy) = (Tensor.Filled(device, [count], -3), Tensor.Empty(device, [count]));
        device.Backend.Copy(x, copy);
        device.Backend.AddTo(x, 2, y);
        Assert.Equal(x.ToArray(), copy.ToArray());
        Assert.All(x.ToArray().Zip(y.ToArray()), pair => Assert.Equal((2 * pair.First) - 3, pair.Second, 1e-5f));
    });

    [Theory]
    [InlineData("reference")]
    [InlineData("cpu")]
    public void Copying_slices_leaves_the_rest_alone(string name) => LeakCheck.On(name, device =>
    {
        using var scope = Tensor.Scope();
        var (x, y) = (Tensor.From(device, [2, 3], [1, 2, 3, 4, 5, 6]), Tensor.Filled(device, [2, 5], 9));
        device.Backend.CopySlice(x, 1, y, 3, axis: 1, length: 2);
        Assert.Equal([9, 9, 9, 2, 3, 9, 9, 9, 5, 6], y.ToArray());
    });

    [Theory]
    [InlineData("reference")]
    [InlineData("cpu")]
    public void Rotating_back_undoes_rotary(string name) => LeakCheck.On(name, device =>
    {
        using var scope = Tensor.Scope();
        var x = Tensor.Normal(device, [2, 5, 3, 18], new RandomStream(61));
        float[] angles = [.. Enumerable.Range(0, 45).Select(i => 0.37f * i)];
        var cos = Tensor.From(device, [5, 9], Array.ConvertAll(angles, MathF.Cos));
        var sin = Tensor.From(device, [5, 9], Array.ConvertAll(angles, MathF.Sin));
        var back = Tensor.Empty(device, x.Shape);
        device.Backend.Rotary(x.Rotary(cos, sin), cos, sin, inverse: true, back);
        Assert.All(x.ToArray().Zip(back.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    });
}
