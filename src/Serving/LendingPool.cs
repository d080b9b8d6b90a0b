using System.Collections.Concurrent;

namespace TalkingMachines.Serving;

/// <summary>Arrays of one length that are lent and come back: as many exist as were ever out at once.</summary>
public sealed class LendingPool<T>(int length)
{
    readonly ConcurrentQueue<Loan<T>> home = new();

    /// <summary>Elements of each array.</summary>
    public int Length => length;

    /// <summary>An array whose content is garbage; disposing the loan brings it back.</summary>
    public Loan<T> Lend()
    {
        if (!home.TryDequeue(out var loan)) return new Loan<T>(this, length);
        loan.IsOut = true;
        return loan;
    }

    internal void Return(Loan<T> loan) => home.Enqueue(loan);
}

/// <summary>An array on loan. Travels inside a message; the last receiver disposes it.</summary>
public sealed class Loan<T> : IDisposable
{
    readonly LendingPool<T> pool;
    readonly T[] array;

    internal Loan(LendingPool<T> pool, int length)
    {
        this.pool = pool;
        array = new T[length];
        IsOut = true;
    }

    internal bool IsOut { get; set; }

    public T[] Array => IsOut ? array : throw new ObjectDisposedException(nameof(Loan<>), "A lent array was used after it went back.");

    public void Dispose()
    {
        if (!IsOut) return;
        IsOut = false;
        pool.Return(this);
    }
}
