namespace TalkingMachines.Tensors;

/// <summary>Another source's tensors under other names; those that are not named are left out. Owns the source.</summary>
public sealed class RenamedWeights : IWeightSource
{
    readonly IWeightSource inner;
    readonly IReadOnlyDictionary<string, string> originals;
    readonly Dictionary<string, StoredTensor> tensors = new(StringComparer.Ordinal);

    /// <param name="originals">The source's name of each tensor, by its new name.</param>
    public RenamedWeights(IWeightSource inner, IReadOnlyDictionary<string, string> originals)
    {
        this.inner = inner;
        this.originals = originals;
        foreach (var (name, original) in originals) tensors.Add(name, inner.Tensors[original] with { Name = name });
    }

    /// <summary>Gives each tensor the name that <paramref name="rename"/> makes of its own; null leaves it out.</summary>
    public static RenamedWeights By(IWeightSource inner, Func<string, string?> rename)
    {
        var originals = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string original in inner.Tensors.Keys)
            if (rename(original) is { } name && !originals.TryAdd(name, original))
                throw new WeightFileException($"{inner.Name}: {original} and {originals[name]} are both {name}.");
        return new RenamedWeights(inner, originals);
    }

    public string Name => inner.Name;

    public IReadOnlyDictionary<string, StoredTensor> Tensors => tensors;

    public void Read(string name, Span<float> target)
    {
        if (!originals.TryGetValue(name, out string? original)) throw new WeightFileException($"{Name} lacks {name}.");
        inner.Read(original, target);
    }

    public void Dispose() => inner.Dispose();
}
