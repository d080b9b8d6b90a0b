using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Tensors;

/// <summary>What follows from each row of <see cref="OpCases"/>.</summary>
public class OpTests
{
    const double Step = 1e-5; // of the finite differences: their error is about its square

    public static TheoryData<string> Rows => [.. OpCases.All.Select(row => row.Name)];

    [Fact]
    public void Rows_have_different_names() => Assert.Equal(OpCases.All.Count, OpCases.All.Select(row => row.Name).Distinct().Count());

    [Theory, MemberData(nameof(Rows))]
    public void Cpu_result_agrees_with_the_reference(string name)
    {
        var row = Row(name);
        AssertClose(On("reference", row, Output), On("cpu", row, Output), row.Tolerance, $"{name}: output");
    }

    [Theory, MemberData(nameof(Rows))]
    public void Cpu_gradients_agree_with_the_reference(string name)
    {
        var row = Row(name);
        var (expected, found) = (On("reference", row, Gradients), On("cpu", row, Gradients));
        for (int i = 0; i < row.Watched.Length; i++) AssertClose(expected[i], found[i], row.Tolerance, $"{name}: gradient of input {row.Watched[i]}");
    }

    /// <summary>
    /// Moves all watched inputs together along one random direction: (loss(x + h d) - loss(x - h d)) / 2h must be the sum of
    /// gradient * d. One wrong element shows, and it costs two evaluations for any number of elements.
    /// </summary>
    [Theory, MemberData(nameof(Rows))]
    public void Reference_gradients_agree_with_finite_differences(string name)
    {
        var row = Row(name);
        if (!row.Smooth) return;
        double[][] gradients = On("reference", row, Gradients);
        double[][] direction = [.. gradients.Select((gradient, i) => Numbers(gradient.Length, 40 + i))];
        double expected = 0, squares = 0;
        for (int i = 0; i < gradients.Length; i++)
        {
            for (int j = 0; j < gradients[i].Length; j++)
            {
                double slope = gradients[i][j] * direction[i][j];
                expected += slope;
                squares += slope * slope;
            }
        }
        double ahead = On("reference", row, (r, device) => LossAlong(r, device, direction, Step));
        double behind = On("reference", row, (r, device) => LossAlong(r, device, direction, -Step));
        double found = (ahead - behind) / (2 * Step);
        double limit = 1e-6 * Math.Max(1, Math.Sqrt(squares));
        Assert.True(Math.Abs(found - expected) <= limit, $"{name}: the slope is {found} by differences and {expected} by gradients, expected within {limit:g3}.");
    }

    static OpCase Row(string name) => OpCases.All.Single(row => row.Name == name);

    /// <summary>Measures something of a row on a device of its own, and that nothing leaks.</summary>
    static T On<T>(string device, OpCase row, Func<OpCase, Device, T> measure)
    {
        T result = default!;
        LeakCheck.On(device, opened => result = measure(row, opened));
        return result;
    }

    static double[] Output(OpCase row, Device device)
    {
        using var scope = Tensor.Scope();
        return Elements(row.Compute(row.Inputs(device)));
    }

    /// <summary>Gradients of sum(y * random weights) for the watched inputs.</summary>
    static double[][] Gradients(OpCase row, Device device)
    {
        using var scope = Tensor.Scope();
        using var tape = new Tape();
        var inputs = row.Inputs(device);
        foreach (int i in row.Watched) tape.Watch(inputs[i]);
        var y = row.Compute(inputs);
        tape.Backward((y * Tensor.Normal(device, y.Shape, Weights())).Sum());
        return [.. row.Watched.Select(i => Elements(tape.Gradient(inputs[i])!))];
    }

    /// <summary>The same loss, in double to the end, with the watched inputs moved by step * direction.</summary>
    static double LossAlong(OpCase row, Device device, double[][] direction, double step)
    {
        using var scope = Tensor.Scope();
        var inputs = row.Inputs(device);
        for (int i = 0; i < direction.Length; i++)
        {
            var moved = inputs[row.Watched[i]].Doubles;
            for (int j = 0; j < moved.Length; j++) moved[j] += step * direction[i][j];
        }
        var y = row.Compute(inputs);
        var weights = Tensor.Normal(device, y.Shape, Weights());
        double loss = 0;
        for (int i = 0; i < y.Count; i++) loss += y.Doubles[i] * weights.Doubles[i];
        return loss;
    }

    static RandomStream Weights() => new(key: 30);

    static double[] Numbers(int count, int key)
    {
        float[] values = new float[count];
        new RandomStream((ulong)key).Normal(values);
        return Array.ConvertAll(values, value => (double)value);
    }

    static double[] Elements(Tensor x) => x.Device.Compute == DType.F64 ? x.Doubles.ToArray() : Array.ConvertAll(x.ToArray(), value => (double)value);

    static void AssertClose(double[] expected, double[] found, double tolerance, string what)
    {
        Assert.Equal(expected.Length, found.Length);
        double limit = tolerance * Math.Max(1, expected.Select(Math.Abs).DefaultIfEmpty().Max());
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - found[i]) <= limit, $"{what}: element {i} of {expected.Length} is {found[i]:g9}, expected {expected[i]:g9} within {limit:g3}.");
    }
}
