using System.Buffers;
using System.Runtime.InteropServices;

namespace TalkingMachines.Training.Data;

/// <summary>The bytes of an array in place, to read and write data files in one piece.</summary>
internal sealed class RawMemory<T>(T[] array) : MemoryManager<byte> where T : unmanaged
{
    public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(array.AsSpan());

    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException("Data files are read and written through spans.");

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}

internal static class RawMemory
{
    public static Memory<byte> Of<T>(T[] array) where T : unmanaged => new RawMemory<T>(array).Memory;
}
