using TalkingMachines.Tensors;
using Xunit;

namespace TalkingMachines.Tests.Tensors;

public class MemoryPoolTests
{
    [Fact]
    public void A_returned_block_serves_again()
    {
        using var pool = new MemoryPool();
        var first = pool.Rent(10_000);
        nint pointer = first.Pointer;
        long held = pool.HeldBytes;
        first.Release();
        Assert.Equal((0, 0L, held), (pool.LiveStorages, pool.LiveBytes, pool.HeldBytes));
        var second = pool.Rent(9_900); // of the same size class
        Assert.Equal((pointer, held), (second.Pointer, pool.HeldBytes));
        second.Release();
    }

    [Fact]
    public void A_block_returns_when_its_last_user_lets_go()
    {
        using var pool = new MemoryPool();
        var block = pool.Rent(100);
        Assert.True(block.IsExclusive);
        block.Retain();
        Assert.False(block.IsExclusive);
        block.Release();
        Assert.Equal(1, pool.LiveStorages);
        block.Release();
        Assert.Equal(0, pool.LiveStorages);
        Assert.Throws<InvalidOperationException>(block.Release);
    }

    [Fact]
    public void Blocks_are_aligned_and_waste_at_most_an_eighth()
    {
        using var pool = new MemoryPool();
        for (long bytes = 1; bytes < 3_000_000; bytes += 1 + (bytes / 3))
        {
            var block = pool.Rent(bytes);
            Assert.Equal(0, block.Pointer % MemoryPool.Alignment);
            Assert.InRange((long)block.Capacity, bytes, Math.Max(256, bytes + (bytes / 8) + 64));
            block.Release();
        }
    }

    [Fact]
    public void The_peak_is_the_most_that_lived_at_once()
    {
        using var pool = new MemoryPool();
        var (a, b) = (pool.Rent(4096), pool.Rent(8192));
        a.Release();
        b.Release();
        pool.Rent(4096).Release();
        Assert.Equal(12_288, pool.PeakBytes);
        pool.ResetPeak();
        Assert.Equal(0, pool.PeakBytes);
    }

    [Fact]
    public void Trimming_gives_back_what_is_free_and_leaves_what_lives()
    {
        using var pool = new MemoryPool();
        var (living, free) = (pool.Rent(4096), pool.Rent(8192));
        free.Release();
        pool.Trim();
        Assert.Equal((4096L, 4096L), (pool.HeldBytes, pool.LiveBytes));
        living.Release();
    }

    [Fact]
    public void Many_threads_may_rent_at_once()
    {
        using var pool = new MemoryPool();
        var threads = Enumerable.Range(0, 4).Select(n => new Thread(() =>
        {
            for (int i = 0; i < 500; i++) pool.Rent(256 * (1 + ((i + n) % 5))).Release();
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Equal((0, 0L), (pool.LiveStorages, pool.LiveBytes));
        Assert.InRange(pool.HeldBytes, 256, 4 * 15 * 256); // never more than each thread's largest set
    }

    [Fact]
    public void A_warm_loop_asks_the_system_for_nothing() => LeakCheck.On("reference", device =>
    {
        long held = 0;
        for (int chunk = 0; chunk < 5; chunk++)
        {
            using var scope = Tensor.Scope();
            var x = Tensor.Zeros(device, [8, 32]);
            _ = ((x + 1) * x).Sum();
            if (chunk == 0) held = device.Memory.HeldBytes;
            Assert.Equal(held, device.Memory.HeldBytes);
        }
    });
}
