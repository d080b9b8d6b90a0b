using System.Buffers.Binary;

namespace TalkingMachines.Models.Text;

/// <summary>Fields of a protocol buffer message, one after another. A damaged message ends with a <see cref="FormatException"/>.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    ReadOnlySpan<byte> rest = message;
    ulong number;
    ReadOnlySpan<byte> bytes;

    /// <summary>Number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>Goes to the next field; false at the end.</summary>
    public bool Next()
    {
        if (rest.IsEmpty) return false;
        ulong key = Varint();
        if (key >> 3 is 0 or > int.MaxValue) throw new FormatException($"a field has number {key >> 3}");
        (Field, number) = ((int)(key >> 3), 0);
        bytes = default;
        switch (key & 7)
        {
            case 0: number = Varint(); break;
            case 1: bytes = Take(8); break;
            case 2: bytes = Take(Varint()); break;
            case 5: bytes = Take(4); break;
            default: throw new FormatException($"field {Field} has unknown wire type {key & 7}");
        }
        return true;
    }

    public readonly long Integer => (long)number;

    public readonly bool Flag => number != 0;

    public readonly ReadOnlySpan<byte> Bytes => bytes;

    public readonly float Single => bytes.Length == 4 ? BinaryPrimitives.ReadSingleLittleEndian(bytes) : throw new FormatException($"field {Field} is no 32-bit number");

    ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
        throw new FormatException("a number has more than ten bytes");
    }

    ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)rest.Length) throw new FormatException("it is cut off");
        var taken = rest[..(int)count];
        rest = rest[(int)count..];
        return taken;
    }
}
