using System.Runtime.InteropServices;

namespace TalkingMachines.Tensors.Cpu;

/// <summary>A piece of work cut into independent parts. Unmanaged: pointers and numbers only, so that handing it out allocates nothing.</summary>
internal interface IParallelJob
{
    /// <summary>Computes part <paramref name="part"/>. <paramref name="worker"/> (0-based) names the thread, for scratch memory.</summary>
    void Run(int part, int worker);
}

/// <summary>
/// Own threads, one for each core of a set, the caller being the first. Never the thread pool: kernels there delay timers
/// and pacing by tens of milliseconds. One caller at a time. Workers spin briefly between jobs, then sleep.
/// </summary>
internal sealed unsafe partial class WorkerTeam : IDisposable
{
    const int SpinsBeforeSleep = 1_000; // about 0.2 ms: longer than the gap between two ops of a block
    const int MaskWords = 16;           // of 64 cores each

    static readonly int[] allowed = AllowedCores();

    readonly Thread[] threads;
    readonly SemaphoreSlim[] wakes;
    readonly int[] sleeping;
    readonly int[] cores;
    readonly bool pinned;
    readonly void** scratch;
    long scratchBytes;
    readonly Lock caller = new();
    bool closed;

    // The job lies on the caller's stack: only who has claimed a part of it may look at these three.
    void* job;
    delegate*<void*, int, int, void> run;
    int parts;

    int unclaimed;
    int unfinished;
    bool stopping;
    Exception? failure;

    public WorkerTeam(int[] cores, bool pinned)
    {
        this.cores = cores;
        this.pinned = pinned;
        scratch = (void**)NativeMemory.AllocZeroed((nuint)cores.Length, (nuint)sizeof(void*));
        wakes = new SemaphoreSlim[cores.Length];
        sleeping = new int[cores.Length];
        threads = new Thread[cores.Length - 1];
        for (int i = 0; i < threads.Length; i++)
        {
            int worker = i + 1;
            wakes[worker] = new SemaphoreSlim(0);
            threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"tensor worker {cores[worker]}" };
            threads[i].Start();
        }
    }

    public int Count => cores.Length;

    /// <summary>One block of memory for each worker, by its number; filled and grown by <see cref="Run"/>. Content is garbage.</summary>
    public void** Scratch => scratch;

    /// <summary>
    /// Runs all parts on the team and returns when they are done, with <paramref name="scratchBytes"/> of own memory for each
    /// worker. Which thread takes which part is open; results must not depend on it.
    /// </summary>
    public void Run<TJob>(in TJob work, int parts, long scratchBytes = 0) where TJob : unmanaged, IParallelJob
    {
        TJob copy = work;
        lock (caller)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            Reserve(scratchBytes);
            using var flushed = FlushToZero.Begin();
            if (parts <= 1 || threads.Length == 0)
                for (int part = 0; part < parts; part++) copy.Run(part, 0);
            else Share(&copy, &Trampoline<TJob>, parts);
        }
    }

    void Reserve(long bytes)
    {
        if (bytes <= scratchBytes) return;
        scratchBytes = 0; // there may be no memory
        for (int worker = 0; worker < cores.Length; worker++)
        {
            NativeMemory.AlignedFree(scratch[worker]);
            scratch[worker] = null;
            scratch[worker] = NativeMemory.AlignedAlloc((nuint)bytes, MemoryPool.Alignment);
        }
        scratchBytes = bytes;
    }

    static void Trampoline<TJob>(void* job, int part, int worker) where TJob : unmanaged, IParallelJob => ((TJob*)job)->Run(part, worker);

    // Parts are counted, not workers: one that wakes late, its core being busy elsewhere, finds nothing and holds up nobody.
    void Share(void* job, delegate*<void*, int, int, void> run, int parts)
    {
        this.job = job;
        this.run = run;
        this.parts = parts;
        failure = null;
        unfinished = parts;
        Interlocked.Exchange(ref unclaimed, parts); // publishes what was written above
        for (int worker = 1; worker <= threads.Length; worker++)
            if (Volatile.Read(ref sleeping[worker]) == 1 && Interlocked.Exchange(ref sleeping[worker], 0) == 1) wakes[worker].Release();
        TakeParts(0);
        // No yield while a part is likely about to end: on a busy machine it would give away a whole slice of the scheduler.
        for (int spin = 0; spin < SpinsBeforeSleep && Volatile.Read(ref unfinished) > 0; spin++) Thread.SpinWait(8);
        var slow = new SpinWait();
        while (Volatile.Read(ref unfinished) > 0) slow.SpinOnce(sleep1Threshold: -1);
        if (failure is { } thrown) throw new InvalidOperationException($"A kernel failed: {thrown.Message}", thrown);
    }

    void TakeParts(int worker)
    {
        for (int left; (left = Claim()) > 0;)
        {
            try
            {
                run(job, parts - left, worker);
            }
            catch (Exception thrown)
            {
                failure = thrown; // for the caller to throw when every part has ended
            }
            Interlocked.Decrement(ref unfinished);
        }
    }

    /// <summary>Takes one of the parts left and returns how many there were with it; 0 if none.</summary>
    int Claim()
    {
        int left = Volatile.Read(ref unclaimed);
        while (left > 0)
        {
            int found = Interlocked.CompareExchange(ref unclaimed, left - 1, left);
            if (found == left) return left;
            left = found;
        }
        return 0;
    }

    void Work(int worker)
    {
        if (pinned) Pin(cores[worker]);
        using var flushed = FlushToZero.Begin();
        while (!Volatile.Read(ref stopping))
            if (AwaitJob(worker)) TakeParts(worker);
    }

    bool AwaitJob(int worker)
    {
        for (int spin = 0; spin < SpinsBeforeSleep; spin++)
        {
            if (Volatile.Read(ref unclaimed) > 0) return true;
            Thread.SpinWait(8);
        }
        Interlocked.Exchange(ref sleeping[worker], 1);
        // A job may have come between the last look and the flag: then take the flag back, unless the caller already did.
        bool late = Volatile.Read(ref unclaimed) > 0 || Volatile.Read(ref stopping);
        if (!late || Interlocked.Exchange(ref sleeping[worker], 0) == 0) wakes[worker].Wait();
        return Volatile.Read(ref unclaimed) > 0;
    }

    // Cores are numbered among those that this process may use (taskset, a container's set). Where a quota gives it less than all of them, none is its own.
    static void Pin(int core)
    {
        if (allowed.Length != Environment.ProcessorCount || core >= allowed.Length) return;
        ulong* mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        mask[allowed[core] / 64] = 1UL << (allowed[core] % 64);
        _ = SetAffinity(0, MaskWords * sizeof(ulong), mask); // best effort: a container may forbid it
    }

    static int[] AllowedCores()
    {
        if (!OperatingSystem.IsLinux()) return [];
        ulong* mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        if (GetAffinity(0, MaskWords * sizeof(ulong), mask) != 0) return [];
        var cores = new List<int>();
        for (int core = 0; core < 64 * MaskWords; core++)
            if ((mask[core / 64] >> (core % 64) & 1) != 0) cores.Add(core);
        return [.. cores];
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint bytes, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nuint bytes, ulong* mask);

    /// <summary>Waits for the job that runs; later ones are refused.</summary>
    public void Dispose()
    {
        lock (caller)
        {
            if (closed) return;
            closed = true;
            Volatile.Write(ref stopping, true);
            for (int worker = 1; worker <= threads.Length; worker++) wakes[worker].Release();
            foreach (var thread in threads) thread.Join();
            foreach (var wake in wakes) wake?.Dispose();
            for (int worker = 0; worker < cores.Length; worker++) NativeMemory.AlignedFree(scratch[worker]);
            NativeMemory.Free(scratch);
        }
    }
}
