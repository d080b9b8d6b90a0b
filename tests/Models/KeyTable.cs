using System.Text.Json;
using TalkingMachines.Tensors;

namespace TalkingMachines.Tests.Models;

/// <summary>Names and shapes of a published checkpoint without its numbers: tests/Golden/keys/NAME.json.</summary>
internal sealed class KeyTable : IWeightSource
{
    readonly Dictionary<string, StoredTensor> tensors = new(StringComparer.Ordinal);

    public KeyTable(string name)
    {
        Name = name;
        using var json = JsonDocument.Parse(File.ReadAllBytes(Checkout.File($"tests/Golden/keys/{name}.json")));
        foreach (var key in json.RootElement.GetProperty("keys").EnumerateObject())
            tensors.Add(key.Name, new StoredTensor(key.Name, DType.BF16, new Shape([.. key.Value.EnumerateArray().Select(extent => extent.GetInt32())])));
        Parameters = json.RootElement.GetProperty("parameters").GetInt64();
    }

    /// <summary>Other names and shapes.</summary>
    public KeyTable(string name, IEnumerable<(string Name, Shape Shape)> tensors)
    {
        Name = name;
        foreach (var (key, shape) in tensors) this.tensors.Add(key, new StoredTensor(key, DType.BF16, shape));
        Parameters = this.tensors.Values.Sum(tensor => tensor.Shape.Count);
    }

    public string Name { get; }

    /// <summary>Numbers in all tensors, as the table states it.</summary>
    public long Parameters { get; }

    public IReadOnlyDictionary<string, StoredTensor> Tensors => tensors;

    public void Read(string name, Span<float> target) => throw new InvalidOperationException($"{Name} has no numbers: {name} was read.");

    public void Dispose()
    {
    }
}
