namespace TalkingMachines.Tensors;

/// <summary>Element type of a storage. Computation is f32 on the CPU and f64 on the reference device; the rest are file formats.</summary>
public enum DType : byte
{
    F16,
    BF16,
    F32,
    F64,
    I32,
    I64,
    U8,
    I8,
    I16,
}

public static class DTypeSizes
{
    /// <summary>Bytes of one element.</summary>
    public static int Bytes(this DType type) => type switch
    {
        DType.U8 or DType.I8 => 1,
        DType.F16 or DType.BF16 or DType.I16 => 2,
        DType.F32 or DType.I32 => 4,
        DType.F64 or DType.I64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "unknown element type"),
    };
}
