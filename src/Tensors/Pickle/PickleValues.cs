namespace TalkingMachines.Tensors.Pickle;

/// <summary>A function or class that a pickle names. It is only a name: nothing here is ever called.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    /// <summary>Beginnings of torch's names of types: 8-bit and 4-bit floats, complex and quantised numbers, unsigned and sub-byte integers.</summary>
    static readonly string[] ForeignElements = ["float8_", "float4_", "complex", "qint", "quint", "uint", "int1", "int2", "int3", "int4", "int5", "int7", "bits", "per_tensor_", "per_channel_"];

    /// <summary>What rebuilds tensors; every other name is refused.</summary>
    public bool IsKnown => (Module, Name) switch
    {
        ("collections", "OrderedDict") => true,
        ("torch._utils", "_rebuild_tensor" or "_rebuild_tensor_v2" or "_rebuild_tensor_v3" or "_rebuild_qtensor" or "_rebuild_parameter" or "_rebuild_parameter_with_state") => true,
        ("torch", "Size" or "device") => true,
        _ => IsStorage || Element is not null || IsForeignElement,
    };

    public bool IsStorage => IsOfTorch && Name.EndsWith("Storage", StringComparison.Ordinal);

    /// <summary>An element type that we don't read: known only so that the error can name the tensor that has it.</summary>
    public bool IsForeignElement => IsOfTorch && Element is null && (IsStorage ? Name is not "UntypedStorage" : Array.Exists(ForeignElements, start => Name.StartsWith(start, StringComparison.Ordinal)));

    bool IsOfTorch => Module is "torch" or "torch.storage";

    /// <summary>The element type that a storage class or a dtype stands for.</summary>
    public DType? Element => Module is not ("torch" or "torch.storage") ? null : Name switch
    {
        "FloatStorage" or "float32" or "float" => DType.F32,
        "HalfStorage" or "float16" or "half" => DType.F16,
        "BFloat16Storage" or "bfloat16" => DType.BF16,
        "DoubleStorage" or "float64" or "double" => DType.F64,
        "LongStorage" or "int64" or "long" => DType.I64,
        "IntStorage" or "int32" or "int" => DType.I32,
        "ShortStorage" or "int16" or "short" => DType.I16,
        "CharStorage" or "int8" => DType.I8,
        "ByteStorage" or "BoolStorage" or "uint8" or "bool" => DType.U8,
        _ => null,
    };

    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>A tuple: finished when made, unlike a list.</summary>
internal sealed class PickleTuple(object?[] items)
{
    public static PickleTuple Empty { get; } = new([]);

    public object?[] Items => items;
}

/// <summary>Numbers beside the pickle, by key.</summary>
/// <param name="Type">Element type; null where the tensor says it (untyped storages count bytes).</param>
/// <param name="Count">Elements, or bytes where there is no type.</param>
/// <param name="Foreign">The class of a storage whose elements we don't read.</param>
internal sealed record PickleStorage(string Key, DType? Type, long Count, PickleGlobal? Foreign = null)
{
    public long Bytes => checked(Count * (Type?.Bytes() ?? 1));
}

/// <summary>A tensor of a type that we don't read, which nobody has named yet: refused once it has a name.</summary>
internal sealed record PickleForeignTensor(string Type);

/// <summary>A view of a storage. Offset and strides count elements.</summary>
internal sealed record PickleTensor(PickleStorage Storage, DType Type, long Offset, Shape Shape, long[] Strides)
{
    /// <summary>Whether its elements follow each other in row-major order.</summary>
    public bool IsContiguous
    {
        get
        {
            long expected = 1;
            for (int axis = Shape.Rank - 1; axis >= 0; axis--)
            {
                if (Shape[axis] != 1 && Strides[axis] != expected) return false;
                expected *= Shape[axis];
            }
            return true;
        }
    }
}
