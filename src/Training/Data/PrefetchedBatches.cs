using System.Runtime.ExceptionServices;

namespace TalkingMachines.Training.Data;

/// <summary>
/// Batches made ahead on own threads while the device computes (never the pool: see WorkerTeam). Batch n is a function of n
/// alone, so which thread makes it is open and a resumed run sees the same batches. A batch not taken is disposed if it can be.
/// </summary>
public sealed class PrefetchedBatches<T> : IDisposable
{
    readonly record struct Batch(T? Value, ExceptionDispatchInfo? Failure);

    readonly Func<int, T> make;
    readonly int capacity;
    readonly Thread[] threads;
    readonly object gate = new(); // a Monitor: takers and makers wait on it
    readonly Dictionary<int, Batch> made = [];
    int? wanted;    // the step to be taken next; null until the first is asked for
    int unclaimed;  // the first step that no thread makes
    bool stopping;

    /// <param name="make">Makes the batch of a step; must be safe on several threads if <paramref name="threads"/> is more than 1.</param>
    /// <param name="capacity">Batches made or being made ahead.</param>
    /// <param name="threads">Makers.</param>
    public PrefetchedBatches(Func<int, T> make, int capacity = 2, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        this.make = make;
        this.capacity = capacity;
        this.threads = new Thread[threads];
        for (int i = 0; i < threads; i++)
        {
            this.threads[i] = new Thread(Work) { IsBackground = true, Name = $"batches {i}" };
            this.threads[i].Start();
        }
    }

    /// <summary>The batch of a step, now the caller's. The first call may name any step, the others the next one. A failure to make it is thrown here.</summary>
    public T Take(int step)
    {
        Batch batch;
        lock (gate)
        {
            if (wanted is null) wanted = unclaimed = step;
            else if (step != wanted) throw new InvalidOperationException($"The batch of step {step} was asked for, expected step {wanted}.");
            Monitor.PulseAll(gate);
            while (!made.Remove(step, out batch))
            {
                ObjectDisposedException.ThrowIf(stopping, this);
                Monitor.Wait(gate);
            }
            wanted++;
            Monitor.PulseAll(gate);
        }
        batch.Failure?.Throw();
        return batch.Value!;
    }

    void Work()
    {
        while (Claim() is { } step)
        {
            Batch batch;
            try
            {
                batch = new Batch(make(step), null);
            }
            catch (Exception thrown)
            {
                batch = new Batch(default, ExceptionDispatchInfo.Capture(thrown)); // for the taker; a thread must not die of it
            }
            lock (gate)
            {
                made.Add(step, batch);
                Monitor.PulseAll(gate);
            }
        }
    }

    int? Claim()
    {
        lock (gate)
        {
            while (!stopping && (wanted is null || unclaimed >= wanted + capacity)) Monitor.Wait(gate);
            return stopping ? null : unclaimed++;
        }
    }

    /// <summary>Waits for batches in the making, then drops what was not taken.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            stopping = true;
            Monitor.PulseAll(gate);
        }
        foreach (var thread in threads) thread.Join();
        foreach (var batch in made.Values) (batch.Value as IDisposable)?.Dispose();
        made.Clear();
    }
}
