using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace TalkingMachines.Tensors;

/// <summary>Little-endian numbers of weight files as f32.</summary>
internal static class StoredNumbers
{
    /// <summary>Widens as many numbers as <paramref name="target"/> has places; <paramref name="source"/> holds exactly their bytes, at any address.</summary>
    public static void Widen(DType type, ReadOnlySpan<byte> source, Span<float> target)
    {
        switch (type)
        {
            case DType.F32:
                source.CopyTo(MemoryMarshal.AsBytes(target));
                break;
            case DType.F16:
                for (int i = 0; i < target.Length; i++) target[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(source[(2 * i)..]);
                break;
            case DType.BF16:
                for (int i = 0; i < target.Length; i++) target[i] = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(source[(2 * i)..]) << 16);
                break;
            case DType.F64:
                for (int i = 0; i < target.Length; i++) target[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(source[(8 * i)..]);
                break;
            default:
                for (int i = 0; i < target.Length; i++) target[i] = Whole(type, source, i);
                break;
        }
    }

    static long Whole(DType type, ReadOnlySpan<byte> source, int index) => type switch
    {
        DType.U8 => source[index],
        DType.I8 => (sbyte)source[index],
        DType.I16 => BinaryPrimitives.ReadInt16LittleEndian(source[(2 * index)..]),
        DType.I32 => BinaryPrimitives.ReadInt32LittleEndian(source[(4 * index)..]),
        DType.I64 => BinaryPrimitives.ReadInt64LittleEndian(source[(8 * index)..]),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a type of whole numbers"),
    };
}
