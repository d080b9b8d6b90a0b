namespace TalkingMachines.Tensors;

/// <summary>One tensor made of others: their rows one after the other, as of queries, keys and values that another keeps as one matrix.</summary>
/// <param name="Rank">Axes that it has at least: those that its parts lack stand in front, of extent 1.</param>
/// <param name="Parts">Names of tensors that differ in their first extent only.</param>
public readonly record struct TensorStack(string Name, int Rank, params string[] Parts);

/// <summary>
/// Another source's tensors, some of them stacked; their parts are not among them any more. Stacks of which the source lacks a part, or
/// whose parts don't fit, are left alone. Owns the source.
/// </summary>
public sealed class StackedWeights : IWeightSource
{
    readonly IWeightSource inner;
    readonly Dictionary<string, TensorStack> stacks = new(StringComparer.Ordinal);
    readonly Dictionary<string, StoredTensor> tensors;

    public StackedWeights(IWeightSource inner, IEnumerable<TensorStack> stacks)
    {
        this.inner = inner;
        tensors = new(inner.Tensors, StringComparer.Ordinal);
        foreach (var stack in stacks) Add(stack);
    }

    void Add(TensorStack stack)
    {
        if (!Array.TrueForAll(stack.Parts, tensors.ContainsKey)) return;
        StoredTensor[] parts = [.. stack.Parts.Select(name => tensors[name])];
        int[] first = Extents(parts[0]);
        if (first.Length == 0 || Array.Exists(parts, part => part.Type != parts[0].Type || !Extents(part).Skip(1).SequenceEqual(first.Skip(1)))) return;
        if (parts.Sum(part => (double)part.Shape.Count) > int.MaxValue || parts.Sum(part => (long)part.Shape[0]) > int.MaxValue) return;
        int rows = parts.Sum(part => part.Shape[0]);
        int[] shape = [.. Enumerable.Repeat(1, Math.Max(0, stack.Rank - first.Length)), rows, .. first[1..]];
        foreach (string name in stack.Parts) tensors.Remove(name);
        if (!tensors.TryAdd(stack.Name, new StoredTensor(stack.Name, parts[0].Type, new Shape(shape)))) throw new WeightFileException($"{Name}: {stack.Name} is there whole and in parts.");
        stacks.Add(stack.Name, stack);
    }

    static int[] Extents(StoredTensor tensor) => [.. Enumerable.Range(0, tensor.Shape.Rank).Select(axis => tensor.Shape[axis])];

    public string Name => inner.Name;

    public IReadOnlyDictionary<string, StoredTensor> Tensors => tensors;

    public void Read(string name, Span<float> target)
    {
        if (!tensors.TryGetValue(name, out var stored)) throw new WeightFileException($"{Name} lacks {name}.");
        if (target.Length != stored.Shape.Count) throw new WeightFileException($"{Name}: {name} is {stored.Shape}, expected {target.Length} numbers.");
        if (!stacks.TryGetValue(name, out var stack))
        {
            inner.Read(name, target);
            return;
        }
        foreach (string part in stack.Parts)
        {
            int count = (int)inner.Tensors[part].Shape.Count;
            inner.Read(part, target[..count]);
            target = target[count..];
        }
    }

    public void Dispose() => inner.Dispose();
}
