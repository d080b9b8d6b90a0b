using System.Runtime.InteropServices;

namespace TalkingMachines.Tensors;

/// <summary>
/// One block of native memory and the count of those who use it. Tensors, scopes and tapes each hold a count;
/// the last one gives the block back to its pool. The only counted thing in the engine.
/// </summary>
public sealed unsafe class Storage
{
    readonly MemoryPool pool;
    int count;

    internal Storage(MemoryPool pool, nuint capacity)
    {
        this.pool = pool;
        Capacity = capacity;
        Pointer = (nint)NativeMemory.AlignedAlloc(capacity, MemoryPool.Alignment);
    }

    internal nint Pointer { get; private set; }

    /// <summary>Bytes that the block can hold.</summary>
    internal nuint Capacity { get; }

    /// <summary>Whether one user alone holds it, who may then write in place.</summary>
    internal bool IsExclusive => Volatile.Read(ref count) == 1;

    internal void Retain()
    {
        if (Interlocked.Increment(ref count) <= 0) throw new InvalidOperationException("A freed storage was used again.");
    }

    internal void Release()
    {
        int left = Interlocked.Decrement(ref count);
        if (left == 0) pool.Return(this);
        else if (left < 0) throw new InvalidOperationException("A storage was released more often than retained.");
    }

    internal void Free()
    {
        NativeMemory.AlignedFree((void*)Pointer);
        Pointer = 0;
    }
}

/// <summary>Native blocks of a device by size class, reused so that a warm chunk asks the system for nothing.</summary>
public sealed class MemoryPool : IDisposable
{
    internal const int Alignment = 64; // one cache line, one Vector512

    readonly Lock gate = new();
    readonly Dictionary<nuint, Stack<Storage>> free = [];
    long liveBytes;
    long heldBytes;

    /// <summary>Storages handed out and not yet returned.</summary>
    public int LiveStorages { get; private set; }

    /// <summary>Bytes handed out and not yet returned.</summary>
    public long LiveBytes => Interlocked.Read(ref liveBytes);

    /// <summary>Largest value of <see cref="LiveBytes"/> since the pool was made or <see cref="ResetPeak"/> called.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>Bytes taken from the system, in use or kept for reuse.</summary>
    public long HeldBytes => Interlocked.Read(ref heldBytes);

    public void ResetPeak() => PeakBytes = LiveBytes;

    internal Storage Rent(long bytes)
    {
        nuint capacity = SizeClass(bytes);
        lock (gate)
        {
            Storage storage;
            if (free.TryGetValue(capacity, out var stack) && stack.Count > 0) storage = stack.Pop();
            else
            {
                storage = new Storage(this, capacity);
                heldBytes += (long)capacity;
            }
            storage.Retain();
            LiveStorages++;
            liveBytes += (long)capacity;
            PeakBytes = Math.Max(PeakBytes, liveBytes);
            return storage;
        }
    }

    internal void Return(Storage storage)
    {
        lock (gate)
        {
            LiveStorages--;
            liveBytes -= (long)storage.Capacity;
            if (!free.TryGetValue(storage.Capacity, out var stack)) free[storage.Capacity] = stack = new();
            stack.Push(storage);
        }
    }

    // Eight classes an octave: at most an eighth is wasted, and lengths that differ a little share blocks.
    static nuint SizeClass(long bytes)
    {
        long rounded = Math.Max(256, bytes);
        long step = Math.Max(64, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)rounded) / 16);
        return (nuint)((rounded + step - 1) / step * step);
    }

    /// <summary>Gives back to the system what is not in use.</summary>
    public void Trim()
    {
        lock (gate)
        {
            foreach (var stack in free.Values)
                while (stack.TryPop(out var storage))
                {
                    heldBytes -= (long)storage.Capacity;
                    storage.Free();
                }
            free.Clear();
        }
    }

    public void Dispose() => Trim();
}
