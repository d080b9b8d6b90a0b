using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using TalkingMachines.Tensors.Cpu;
using Xunit;

namespace TalkingMachines.Tests.Tensors;

public unsafe class WorkerTeamTests
{
    static readonly ConcurrentDictionary<Thread, int> Seen = [];

    readonly struct Count(int* counts) : IParallelJob
    {
        public void Run(int part, int worker) => Interlocked.Increment(ref counts[part]);
    }

    readonly struct Add(long* sum) : IParallelJob
    {
        public void Run(int part, int worker) => Interlocked.Add(ref *sum, part + 1);
    }

    /// <summary>Each part waits until all have begun, so that every worker takes one; then the named worker fails.</summary>
    readonly struct Fail(int* begun, int parts, int failing) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            Seen.TryAdd(Thread.CurrentThread, worker);
            Interlocked.Increment(ref *begun);
            while (Volatile.Read(ref *begun) < parts) Thread.SpinWait(20);
            if (worker == failing) throw new InvalidDataException("part of worker " + worker);
        }
    }

    /// <summary>Worker 0 fails at once, the other one works on for a while.</summary>
    readonly struct FailEarly(int* begun, int* finished) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            Interlocked.Increment(ref *begun);
            while (Volatile.Read(ref *begun) < 2) Thread.SpinWait(20);
            if (worker == 0) throw new InvalidDataException("early");
            for (int turn = 0; turn < 2000; turn++) Thread.SpinWait(100);
            Interlocked.Increment(ref *finished);
        }
    }

    readonly struct UseScratch(void** scratch, nint* blocks, int bytes) : IParallelJob
    {
        public void Run(int part, int worker)
        {
            NativeMemory.Fill(scratch[worker], (nuint)bytes, (byte)worker);
            blocks[worker] = (nint)scratch[worker];
        }
    }

    static WorkerTeam Team(int size) => new([.. Enumerable.Range(0, size)], pinned: false);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 9)]
    [InlineData(2, 1)]
    [InlineData(2, 0)]
    [InlineData(2, 1000)]
    [InlineData(3, 2)]
    [InlineData(4, 257)]
    public void Every_part_runs_once(int workers, int parts)
    {
        using var team = Team(workers);
        Assert.Equal(workers, team.Count);
        int[] counts = new int[parts + 1]; // the last must stay 0
        fixed (int* place = counts) team.Run(new Count(place), parts);
        Assert.Equal([.. Enumerable.Repeat(1, parts), 0], counts);
    }

    [Fact]
    public void Many_tiny_jobs_lose_nothing()
    {
        using var team = Team(2);
        long sum = 0;
        for (int job = 0; job < 20_000; job++) team.Run(new Add(&sum), 3);
        Assert.Equal(20_000 * 6, sum);
    }

    /// <summary>Far more workers than cores and parts: nearly all wake when their job has long ended and another one stands in its place.</summary>
    [Fact]
    public void A_late_worker_finds_only_parts_of_the_present_job()
    {
        using var team = Team(9);
        int* counts = stackalloc int[5];
        long sum = 0;
        for (int job = 1; job <= 4_000; job++)
        {
            int parts = 1 + (job % 4);
            new Span<int>(counts, 5).Clear();
            team.Run(new Count(counts), parts);
            for (int part = 0; part < 5; part++) Assert.Equal(part < parts ? 1 : 0, counts[part]);
            sum = 0;
            team.Run(new Add(&sum), parts);
            Assert.Equal(parts * (parts + 1) / 2, sum);
        }
    }

    [Fact]
    public void Jobs_after_a_sleep_still_run()
    {
        using var team = Team(2);
        long sum = 0;
        using var pause = new ManualResetEventSlim();
        for (int job = 0; job < 10; job++)
        {
            pause.Wait(5); // longer than the workers spin
            team.Run(new Add(&sum), 2);
        }
        Assert.Equal(30, sum);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_failure_surfaces_and_the_team_lives_on(int failing)
    {
        using var team = Team(2);
        var error = Assert.ThrowsAny<Exception>(() => RunFailing(team, failing));
        Assert.Contains($"part of worker {failing}", error.Message);
        long sum = 0;
        team.Run(new Add(&sum), 5);
        Assert.Equal(15, sum);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_team_that_is_ended_in_the_midst_of_work_finishes_its_job_and_takes_no_other(int workers)
    {
        var team = Team(workers);
        long jobs = 0;
        Exception? end = null;
        var caller = new Thread(() =>
        {
            try
            {
                for (long sum = 0; ; jobs++) team.Run(new Add(&sum), 64, scratchBytes: 1 << 16);
            }
            catch (Exception thrown)
            {
                end = thrown;
            }
        });
        caller.Start();
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref jobs) > 100, TimeSpan.FromSeconds(20)));
        team.Dispose();
        Assert.True(caller.Join(TimeSpan.FromSeconds(20)));
        Assert.IsType<ObjectDisposedException>(end);
        team.Dispose();
    }

    static void RunFailing(WorkerTeam team, int failing)
    {
        int begun = 0;
        team.Run(new Fail(&begun, 2, failing), 2);
    }

    [Fact]
    public void A_failed_job_returns_only_when_every_worker_has_let_go_of_it()
    {
        using var team = Team(2);
        Assert.Equal(1, FinishedAfterFailure(team));
    }

    static int FinishedAfterFailure(WorkerTeam team)
    {
        int begun = 0, finished = 0;
        try
        {
            team.Run(new FailEarly(&begun, &finished), 2);
        }
        catch (Exception error) when (error.Message.Contains("early", StringComparison.Ordinal))
        {
            return Volatile.Read(ref finished);
        }
        return -1;
    }

    [Fact]
    public void Callers_on_several_threads_take_turns()
    {
        using var team = Team(2);
        long sum = 0;
        long* place = &sum;
        var callers = Enumerable.Range(0, 3).Select(_ => new Thread(() => AddOften(team, place))).ToList();
        callers.ForEach(caller => caller.Start());
        callers.ForEach(caller => caller.Join());
        Assert.Equal(3 * 500 * 10, sum);
    }

    static void AddOften(WorkerTeam team, long* sum)
    {
        for (int job = 0; job < 500; job++) team.Run(new Add(sum), 4);
    }

    [Fact]
    public void Disposing_joins_the_threads()
    {
        using (var team = Team(2)) RunFailing(team, failing: -1);
        var workers = Seen.Where(entry => entry.Value > 0).Select(entry => entry.Key).ToList();
        Assert.NotEmpty(workers);
        Assert.All(workers, worker => Assert.False(worker.IsAlive));
        using var idle = Team(3); // disposed without ever having worked
    }

    [Fact]
    public void Scratch_memory_is_each_workers_own_and_aligned()
    {
        using var team = Team(2);
        nint* blocks = stackalloc nint[2];
        foreach (int bytes in new[] { 100, 10_000, 50 })
        {
            team.Run(new UseScratch(team.Scratch, blocks, bytes), 50, bytes);
            Assert.NotEqual((nint)team.Scratch[0], (nint)team.Scratch[1]);
            for (int worker = 0; worker < 2; worker++) Assert.Equal(0, (nint)team.Scratch[worker] % 64);
        }
    }
}
