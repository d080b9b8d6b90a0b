using TalkingMachines.Tensors;

namespace TalkingMachines.Models.Layers;

/// <summary>How a weight starts when a model is made new.</summary>
public readonly record struct Initial(float Mean, float Deviation)
{
    public static Initial Zeros => new(0, 0);

    public static Initial Ones => new(1, 0);

    public static Initial Constant(float value) => new(value, 0);

    /// <summary>Normal with variance 1 / inputs: keeps the variance of a layer's output.</summary>
    public static Initial Scaled(int inputs, float gain = 1) => new(0, gain / MathF.Sqrt(inputs));
}

/// <summary>
/// The parameters of a model by name, shared by every session that uses it. A model asks for each by name and shape;
/// it comes from a file, or is made new from a seed and its name (so that adding a layer changes no other).
/// </summary>
public sealed class Weights : IDisposable
{
    readonly SortedDictionary<string, Tensor> tensors;
    readonly string prefix;
    readonly IWeightSource? source;
    readonly RandomStream? random;
    readonly List<Tensor> constants;

    Weights(Device device, SortedDictionary<string, Tensor> tensors, string prefix, IWeightSource? source, RandomStream? random, List<Tensor>? constants = null)
    {
        Device = device;
        this.tensors = tensors;
        this.constants = constants ?? [];
        this.prefix = prefix;
        this.source = source;
        this.random = random;
    }

    public Device Device { get; }

    /// <summary>New parameters from a seed.</summary>
    public static Weights New(Device device, ulong seed) => new(device, new(StringComparer.Ordinal), "", null, new RandomStream(seed));

    /// <summary>Parameters from a file, which must stay open until the model is built; what the file lacks is an error.</summary>
    public static Weights From(Device device, IWeightSource file) => new(device, new(StringComparer.Ordinal), "", file, null);

    /// <summary>Parameters from a file; what it lacks (new layers of a next stage) is made new from the seed.</summary>
    public static Weights Grown(Device device, IWeightSource file, ulong seed) => new(device, new(StringComparer.Ordinal), "", file, new RandomStream(seed));

    /// <summary>Those of a part of the model.</summary>
    public Weights Under(string name) => new(Device, tensors, prefix + name + ".", source, random, constants);

    /// <summary>The parameters asked for so far, by full name.</summary>
    public IReadOnlyDictionary<string, Tensor> All => tensors;

    /// <summary>Number of values of all parameters.</summary>
    public long Count => tensors.Values.Sum(t => t.Count);

    /// <summary>The shape under which the source holds a parameter; null where it lacks it or the model is made new.</summary>
    public Shape? Stored(string name) => source is not null && source.Tensors.TryGetValue(prefix + name, out var stored) ? stored.Shape : null;

    public Tensor Get(string name, in Shape shape, Initial initial)
    {
        string full = prefix + name;
        if (tensors.ContainsKey(full)) throw new ArgumentException($"{full} was asked for twice.");
        float[] values = new float[checked((int)shape.Count)];
        if (source is not null && source.Tensors.TryGetValue(full, out var stored))
        {
            if (stored.Shape != shape) throw new WeightFileException($"{full} is {stored.Shape}, expected {shape}.");
            source.Read(full, values);
        }
        else if (random is not null) Fill(values, random.Fork(Hash(full)), initial);
        else throw new WeightFileException($"{full} {shape} is missing from the weights.");
        var tensor = Tensor.EmptyOwned(Device, shape);
        tensor.Load(values);
        tensors.Add(full, tensor);
        return tensor;
    }

    /// <summary>A parameter that starts at the given values.</summary>
    public Tensor Get(string name, in Shape shape, ReadOnlySpan<float> initial)
    {
        bool stored = source is not null && source.Tensors.ContainsKey(prefix + name);
        var tensor = Get(name, shape, Initial.Zeros);
        if (!stored) tensor.Load(initial);
        return tensor;
    }

    /// <summary>Numbers that a layer needs beside its parameters: neither stored nor trained, freed with the weights.</summary>
    public Tensor Constant(in Shape shape, ReadOnlySpan<float> values)
    {
        var tensor = Tensor.EmptyOwned(Device, shape);
        constants.Add(tensor);
        tensor.Load(values);
        return tensor;
    }

    static void Fill(float[] values, RandomStream random, Initial initial)
    {
        if (initial.Deviation != 0) random.Normal(values);
        for (int i = 0; i < values.Length; i++) values[i] = initial.Mean + (initial.Deviation * values[i]);
    }

    // FNV-1a: string.GetHashCode differs between runs.
    static ulong Hash(string text)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in text) hash = (hash ^ c) * 1099511628211;
        return hash;
    }

    public void Dispose()
    {
        foreach (var tensor in tensors.Values) tensor.Dispose();
        foreach (var tensor in constants) tensor.Dispose();
        tensors.Clear();
        constants.Clear();
    }
}
