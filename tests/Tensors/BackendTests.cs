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

    public static TheoryData<int, int, int> Products
    {
        get
        {
            var products = new TheoryData<int, int, int>();
            foreach (int m in new[] { 1, 4, 7, 8, 9, 16, 50, 64 })
                foreach (var (n, k) in new[] { (1, 1), (15, 17), (16, 16), (17, 15), (31, 33), (32, 257), (48, 256), (513, 40) }) products.Add(m, n, k);
            return products;
        }
    }

    /// <summary>Extents on both sides of a tile's 4, 6 or 8 rows, 16 or 32 columns and of a slab's depth of 256.</summary>
    [Theory, MemberData(nameof(Products))]
    public void Products_agree_with_the_reference_at_the_edges_of_tiles(int m, int n, int k)
    {
        foreach (var (transposeA, transposeB) in new[] { (false, false), (false, true), (true, false), (true, true) })
        {
            double[] expected = Product("reference", m, n, k, transposeA, transposeB), found = Product("cpu", m, n, k, transposeA, transposeB);
            Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * Math.Sqrt(k)));
        }
    }

    static double[] Product(string name, int m, int n, int k, bool transposeA, bool transposeB)
    {
        double[] result = [];
        LeakCheck.On(name, device =>
        {
            using var scope = Tensor.Scope();
            var a = Tensor.Normal(device, transposeA ? [k, m] : [m, k], new RandomStream(62));
            var b = Tensor.Normal(device, transposeB ? [n, k] : [k, n], new RandomStream(63));
            var y = Tensor.Empty(device, [m, n]);
            device.Backend.MatMul(a, transposeA, b, transposeB, y);
            result = Array.ConvertAll(y.ToArray(), value => (double)value);
        });
        return result;
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("convolution")]
    [InlineData("attention")]
    public void Results_do_not_depend_on_the_number_of_threads(string op)
    {
        float[][] one = Gradients("cpu:0", op), two = Gradients("cpu:0-1", op);
        for (int i = 0; i < one.Length; i++) Assert.Equal(one[i], two[i]);
    }

    static float[][] Gradients(string name, string op)
    {
        float[][] results = [];
        LeakCheck.On(name, device =>
        {
            using var scope = Tensor.Scope();
            using var tape = new Tape();
            Tensor Random(ulong key, params int[] shape) => Tensor.Normal(device, new Shape(shape), new RandomStream(key));
            Tensor[] x = op switch
            {
                "linear" => [Random(64, 500, 70), Random(65, 90, 70), Random(66, 90)],
                "convolution" => [Random(64, 5, 20, 1, 24, 26), Random(65, 18, 20, 1, 3, 3), Random(66, 18)],
                _ => [Random(64, 3, 70, 2, 32), Random(65, 3, 90, 2, 32), Random(66, 3, 90, 2, 32)],
            };
            foreach (var input in x) tape.Watch(input);
            var y = op switch
            {
                "linear" => x[0].Linear(x[1], x[2]),
                "convolution" => x[0].Convolution(x[1], x[2], ConvolutionWindow.Same(1, 3, 3)),
                _ => x[0].Attention(x[1], x[2], null, 0.2f),
            };
            tape.Backward((y * y).Sum());
            results = [y.ToArray(), .. x.Select(input => tape.Gradient(input)!.ToArray())];
        });
        return results;
    }
}
