using System.Collections.Concurrent;
using TalkingMachines.Training.Data;
using Xunit;

namespace TalkingMachines.Tests.Training;

public class PrefetchedBatchesTests
{
    sealed class Counted(int step, ConcurrentBag<int> disposed) : IDisposable
    {
        public int Step { get; } = step;

        public void Dispose() => disposed.Add(Step);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Batches_come_in_order_from_any_first_step(int threads)
    {
        using var batches = new PrefetchedBatches<int>(step => step * 10, capacity: 3, threads);
        for (int step = 41; step < 60; step++) Assert.Equal(step * 10, batches.Take(step));
    }

    [Fact]
    public void No_more_than_the_capacity_is_made_ahead()
    {
        var made = new ConcurrentBag<int>();
        using var third = new ManualResetEventSlim();
        using (var batches = new PrefetchedBatches<int>(Made, capacity: 2, threads: 4))
        {
            batches.Take(1);
            third.Wait();
        }
        Assert.Equal([1, 2, 3], made.Order());

        int Made(int step)
        {
            made.Add(step);
            if (step == 3) third.Set();
            return step;
        }
    }

    [Fact]
    public void Failure_to_make_a_batch_is_thrown_where_it_is_taken()
    {
        using var batches = new PrefetchedBatches<int>(step => step == 3 ? throw new TimeoutException("no clip") : step);
        Assert.Equal(2, batches.Take(2));
        Assert.Equal("no clip", Assert.Throws<TimeoutException>(() => batches.Take(3)).Message);
    }

    [Fact]
    public void Step_out_of_turn_is_refused()
    {
        using var batches = new PrefetchedBatches<int>(step => step);
        batches.Take(5);
        Assert.Equal("The batch of step 5 was asked for, expected step 6.", Assert.Throws<InvalidOperationException>(() => batches.Take(5)).Message);
    }

    [Fact]
    public void Batches_not_taken_are_disposed()
    {
        var disposed = new ConcurrentBag<int>();
        using var made = new CountdownEvent(3);
        using (var batches = new PrefetchedBatches<Counted>(step => { made.Signal(); return new Counted(step, disposed); }))
        {
            Assert.Equal(1, batches.Take(1).Step);
            made.Wait();
        }
        Assert.Equal([2, 3], disposed.Order());
    }

    [Fact]
    public void Closed_before_the_first_is_taken_nothing_is_made()
    {
        var batches = new PrefetchedBatches<int>(_ => throw new TimeoutException());
        batches.Dispose();
        Assert.Throws<ObjectDisposedException>(() => batches.Take(1));
    }
}
