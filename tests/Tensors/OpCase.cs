using TalkingMachines.Tensors;

namespace TalkingMachines.Tests.Tensors;

/// <summary>Changes the standard normal numbers of input <paramref name="index"/> into what the op accepts.</summary>
internal delegate void InputMaker(int index, int[] shape, Span<float> values);

/// <summary>
/// One row of the case table: an op on inputs of given shapes. From it follow agreement with the reference, the check of
/// the gradients by finite differences, agreement of the gradients, and the leak check.
/// </summary>
/// <param name="name">The test's name.</param>
/// <param name="compute">The op; its inputs are in the order of the shapes.</param>
/// <param name="shapes">Extents of each input.</param>
/// <param name="tolerance">Largest difference between f32 and the reference, relative to the largest element or 1.</param>
/// <param name="constants">Inputs that want no gradient.</param>
/// <param name="make">Changes the inputs from standard normal numbers into others.</param>
/// <param name="smooth">False where finite differences mean nothing: inputs on a kink, or a function that bends within a step.</param>
internal sealed class OpCase(string name, Func<Tensor[], Tensor> compute, int[][] shapes, float tolerance = 1e-5f, int[]? constants = null, InputMaker? make = null, bool smooth = true)
{
    public string Name { get; } = name;

    public float Tolerance { get; } = tolerance;

    public bool Smooth { get; } = smooth;

    /// <summary>Numbers of the inputs that want a gradient.</summary>
    public int[] Watched { get; } = [.. Enumerable.Range(0, shapes.Length).Except(constants ?? [])];

    public Tensor Compute(Tensor[] inputs) => compute(inputs);

    /// <summary>The inputs on a device, the same numbers on each, in the current scope.</summary>
    public Tensor[] Inputs(Device device)
    {
        var inputs = new Tensor[shapes.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            Shape shape = new(shapes[i]);
            float[] values = new float[shape.Count];
            new RandomStream(key: 20).Fork((ulong)i).Normal(values);
            make?.Invoke(i, shapes[i], values);
            inputs[i] = Tensor.From(device, shape, values);
        }
        return inputs;
    }

    public override string ToString() => Name;
}
