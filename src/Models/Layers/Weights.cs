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
    readonly KeyReport? report;
    readonly List<Tensor> constants;
    readonly bool leaves;

    Weights(Device device, SortedDictionary<string, Tensor> tensors, string prefix, IWeightSource? source, RandomStream? random, KeyReport? report = null, List<Tensor>? constants = null, bool leaves = false)
    {
        this.leaves = leaves;
        Device = device;
        this.tensors = tensors;
        this.constants = constants ?? [];
        this.report = report;
        this.prefix = prefix;
        this.source = source;
        this.random = random;
    }

    public Device Device { get; }

    /// <summary>New parameters from a seed.</summary>
    public static Weights New(Device device, ulong seed) => new(device, new(StringComparer.Ordinal), "", null, new RandomStream(seed));

    /// <summary>Parameters from a file, which must stay open until the model is built; what the file lacks is an error.</summary>
    public static Weights From(Device device, IWeightSource file) => new(device, new(StringComparer.Ordinal), "", file, null);

    /// <summary>
    /// The same, but matrices stay in the file and are widened for each use: little memory, more time. The file must stay open as
    /// long as the model is used; nothing can be trained.
    /// </summary>
    public static Weights Left(Device device, IWeightSource file) => new(device, new(StringComparer.Ordinal), "", file, null, leaves: true);

    /// <summary>Parameters from a file; what it lacks (new layers of a next stage) is made new from the seed.</summary>
    public static Weights Grown(Device device, IWeightSource file, ulong seed) => new(device, new(StringComparer.Ordinal), "", file, new RandomStream(seed));

    /// <summary>
    /// Parameters without memory: a network built from them computes nothing, but what it asks for is compared with what the
    /// file has. For checking and counting large models before any of it is loaded.
    /// </summary>
    public static Weights Shapes(Device device, IWeightSource file, KeyReport report) => new(device, new(StringComparer.Ordinal), "", file, null, report);

    /// <summary>Those of a part of the model.</summary>
    public Weights Under(string name) => new(Device, tensors, prefix + name + ".", source, random, report, constants, leaves);

    /// <summary>Whether the file has this parameter, for networks that come with and without a part.</summary>
    public bool Has(string name) => source is not null && source.Tensors.ContainsKey(prefix + name);

    /// <summary>Shape of a parameter in the file, for networks whose widths only the file tells.</summary>
    public Shape ShapeOf(string name) => source is not null && source.Tensors.TryGetValue(prefix + name, out var stored)
        ? stored.Shape
        : throw Missing(prefix + name, null);

    /// <summary>The same, where it must have so many axes.</summary>
    public Shape ShapeOf(string name, int rank) => ShapeOf(name) is var shape && shape.Rank == rank
        ? shape
        : throw new WeightFileException($"{source?.Name}: {prefix}{name} is {shape}, expected {rank} axes.");

    /// <summary>How many parts of a network the file has: name is of a parameter that each has, with {0} for its number.</summary>
    public int CountOf(string name)
    {
        int count = 0;
        while (Has(string.Format(System.Globalization.CultureInfo.InvariantCulture, name, count))) count++;
        return count;
    }

    /// <summary>The parameters asked for so far, by full name.</summary>
    public IReadOnlyDictionary<string, Tensor> All => tensors;

    /// <summary>Number of values of all parameters.</summary>
    public long Count => tensors.Values.Sum(t => t.Count);

    public Tensor Get(string name, in Shape shape, Initial initial)
    {
        string full = prefix + name;
        if (tensors.ContainsKey(full)) throw new ArgumentException($"{full} was asked for twice.");
        var tensor = report is not null ? Asked(full, shape) : Made(full, shape, initial);
        tensors.Add(full, tensor);
        return tensor;
    }

    /// <summary>A matrix that a layer multiplies by: left in the file where these weights are.</summary>
    public WeightMatrix Matrix(string name, in Shape shape, Initial initial)
    {
        if (!leaves) return new WeightMatrix(Get(name, shape, initial));
        var (full, size, from, device) = (prefix + name, shape, source!, Device);
        Expect(full, size);
        return new WeightMatrix(() => Widened(device, from, full, size));
    }

    static Tensor Widened(Device device, IWeightSource source, string full, in Shape shape)
    {
        var tensor = Tensor.Empty(device, shape);
        if (device.Compute == DType.F32) source.Read(full, tensor.Floats);
        else
        {
            float[] values = new float[checked((int)shape.Count)];
            source.Read(full, values);
            tensor.Load(values);
        }
        return tensor;
    }

    void Expect(string full, in Shape shape)
    {
        if (!source!.Tensors.TryGetValue(full, out var stored)) throw Missing(full, shape);
        if (stored.Shape != shape) throw new WeightFileException($"{source.Name}: {full} is {stored.Shape}, expected {shape}.");
    }

    Tensor Asked(string full, in Shape shape)
    {
        report!.Ask(full, shape, source!.Tensors);
        return Tensor.Unbacked(Device, shape);
    }

    Tensor Made(string full, in Shape shape, Initial initial)
    {
        bool isStored = source is not null && source.Tensors.ContainsKey(full);
        if (isStored || random is null) Expect(full, shape);
        var tensor = Tensor.EmptyOwned(Device, shape); // only now: the file has proved to be of this size
        try
        {
            bool inPlace = Device.Compute == DType.F32;
            Span<float> values = inPlace ? tensor.Floats : new float[checked((int)shape.Count)];
            if (isStored) source!.Read(full, values);
            else Fill(values, random!.Fork(Hash(full)), initial);
            if (!inPlace) tensor.Load(values);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    WeightFileException Missing(string full, Shape? shape) => new($"{source?.Name ?? "New weights"}: {full}{(shape is { } expected ? $" {expected}" : "")} is missing.");

    /// <summary>A parameter that starts at the given values.</summary>
    public Tensor Get(string name, in Shape shape, ReadOnlySpan<float> initial)
    {
        var tensor = Get(name, shape, Initial.Zeros);
        if (!Has(name) && report is null) tensor.Load(initial);
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

    static void Fill(Span<float> values, RandomStream random, Initial initial)
    {
        if (initial.Deviation != 0) random.Normal(values);
        else values.Clear();
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
