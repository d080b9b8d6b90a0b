using System.Globalization;

namespace TalkingMachines.Tensors.Pickle;

/// <summary>The few calls of a pickle that make tensors, done without calling anything.</summary>
internal static class PickleRebuild
{
    /// <summary>A key of a dictionary as text; null where it is of no use as a name.</summary>
    public static string? Key(object? key) => key switch
    {
        string text => text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>('storage', class, key, location, count) and, in files before 2020, a view that must be None.</summary>
    public static PickleStorage Storage(object? id, string path)
    {
        if (id is not PickleTuple { Items: ["storage", PickleGlobal { IsStorage: true } type, string key, _, long count, .. var rest] } || rest.Any(each => each is not null) || count < 0)
            throw new WeightFileException($"{path}: the pickle refers to something that is no storage, expected ('storage', class, key, location, count).");
        return new PickleStorage(key, type.Element, count, type.IsForeignElement ? type : null);
    }

    public static object? Call(PickleGlobal function, PickleTuple arguments, string path) => (function.Name, arguments.Items) switch
    {
        ("OrderedDict", []) => new Dictionary<string, object?>(StringComparer.Ordinal),
        ("OrderedDict", [List<object?> pairs]) => Table(pairs, path),
        (_, [PickleStorage { Foreign: { } foreign }, ..]) => new PickleForeignTensor(foreign.ToString()),
        ("_rebuild_tensor_v3", [PickleStorage, long, PickleTuple, PickleTuple, _, _, PickleGlobal { IsForeignElement: true } foreign, ..]) => new PickleForeignTensor(foreign.ToString()),
        ("_rebuild_qtensor", [PickleStorage, ..]) => new PickleForeignTensor("a quantised one"),
        ("_rebuild_tensor", [PickleStorage storage, long offset, PickleTuple size, PickleTuple stride]) => Tensor(storage, null, offset, size, stride, path),
        ("_rebuild_tensor_v2", [PickleStorage storage, long offset, PickleTuple size, PickleTuple stride, ..]) => Tensor(storage, null, offset, size, stride, path),
        ("_rebuild_tensor_v3", [PickleStorage storage, long offset, PickleTuple size, PickleTuple stride, _, _, PickleGlobal type, ..]) => Tensor(storage, type.Element, offset, size, stride, path),
        ("_rebuild_parameter" or "_rebuild_parameter_with_state", [PickleTensor or PickleForeignTensor, ..]) => arguments.Items[0],
        ("Size", [PickleTuple size]) => size,
        ("device", [string, ..]) => null,
        _ => throw new WeightFileException($"{path}: the pickle calls {function} with {arguments.Items.Length} arguments of other kinds than expected."),
    };

    static Dictionary<string, object?> Table(List<object?> pairs, string path)
    {
        var table = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (object? pair in pairs)
        {
            object?[] items = pair switch
            {
                PickleTuple tuple => tuple.Items,
                List<object?> { Count: 2 } list => [.. list],
                _ => [],
            };
            if (items.Length != 2) throw new WeightFileException($"{path}: the pickle makes a dictionary of something other than pairs.");
            if (Key(items[0]) is { } key) table[key] = items[1];
        }
        return table;
    }

    /// <summary>A view, once every element of it is known to lie within the storage.</summary>
    static PickleTensor Tensor(PickleStorage storage, DType? stated, long offset, PickleTuple size, PickleTuple stride, string path)
    {
        var type = stated ?? storage.Type ?? throw new WeightFileException($"{path}: storage {storage.Key} has no element type.");
        if (size.Items.Length != stride.Items.Length || size.Items.Length > Shape.MaxRank)
            throw new WeightFileException($"{path}: a tensor of storage {storage.Key} has {size.Items.Length} axes and {stride.Items.Length} strides, expected as many, at most {Shape.MaxRank}.");
        int[] extents = [.. size.Items.Select(each => each is long and >= 0 and <= int.MaxValue ? (int)(long)each : throw Outside())];
        long[] strides = [.. stride.Items.Select(each => each is long and >= 0 ? (long)each : throw Outside())];
        long held = storage.Bytes / type.Bytes(), count = 1;
        Int128 last = offset;
        for (int axis = 0; axis < extents.Length; axis++)
        {
            last += (Int128)Math.Max(0, extents[axis] - 1) * strides[axis];
            count = checked(count * extents[axis]);
        }
        // An expanded view, with more elements than its storage, would let a small file ask for any amount of memory.
        if (offset < 0 || offset > held || count > held || (count > 0 && last >= held)) throw Outside();
        return new PickleTensor(storage, type, offset, new Shape(extents), strides);

        WeightFileException Outside() => new(
            $"{path}: a tensor [{string.Join(',', size.Items)}] with strides [{string.Join(',', stride.Items)}] from {offset} on is not within storage {storage.Key} of {storage.Count}.");
    }
}
