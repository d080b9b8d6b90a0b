using System.Globalization;

namespace TalkingMachines.Tensors.Pickle;

/// <summary>
/// Finds the tensors in a checkpoint's value and gives them names: keys joined by dots. A value may stand in many places, even
/// within itself; so what is visited is bounded, not only what is held.
/// </summary>
internal sealed class PickleTensors(string path, long fileBytes, Dictionary<string, PickleTensor> found)
{
    long visits = 1000 + fileBytes, letters = 100_000 + (fileBytes / 2);

    /// <summary>Adds every tensor within <paramref name="root"/>.</summary>
    public void Collect(object? root, int nesting) => Walk(root, "", nesting, (name, tensor) =>
    {
        if (!found.TryAdd(name, tensor)) throw new WeightFileException($"{path} holds {name} twice.");
    });

    /// <summary>Storages that tensors within <paramref name="root"/> use, by key.</summary>
    public Dictionary<string, PickleStorage> StoragesOf(object? root, int nesting)
    {
        var storages = new Dictionary<string, PickleStorage>(StringComparer.Ordinal);
        Walk(root, "", nesting, (_, tensor) =>
        {
            var storage = tensor.Storage;
            if (!storages.TryAdd(storage.Key, storage) && storages[storage.Key] != storage) throw new WeightFileException($"{path}: storage '{storage.Key}' is said to be of two sizes or types.");
        });
        return storages;
    }

    void Walk(object? value, string name, int nesting, Action<string, PickleTensor> see)
    {
        if (value is PickleTensor tensor && name.Length > 0)
        {
            see(name, tensor);
            return;
        }
        if (value is PickleForeignTensor foreign) throw new WeightFileException($"{path}: {(name.Length > 0 ? name : "its tensor")} has type {foreign.Type}, expected {StoredTensor.ReadableTypes}.");
        if (value is not (Dictionary<string, object?> or List<object?>)) return;
        if (nesting == 0) throw new WeightFileException($"{path} holds dictionaries in dictionaries without end.");
        if (value is Dictionary<string, object?> table)
            foreach (var (key, item) in table) Step(item, key);
        else if (value is List<object?> list)
            for (int i = 0; i < list.Count; i++) Step(list[i], i.ToString(CultureInfo.InvariantCulture));

        void Step(object? item, string key)
        {
            if (--visits < 0) throw new WeightFileException($"{path} refers to more than a file of {fileBytes} bytes holds.");
            if (item is not (PickleTensor or PickleForeignTensor or Dictionary<string, object?> or List<object?>)) return;
            letters -= name.Length + key.Length + 1;
            if (letters < 0) throw new WeightFileException($"{path} gives its tensors longer names than a file of {fileBytes} bytes has.");
            Walk(item, name.Length == 0 ? key : $"{name}.{key}", nesting - 1, see);
        }
    }
}
