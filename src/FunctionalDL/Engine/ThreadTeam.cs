using System.Runtime.ExceptionServices;

namespace FunctionalDL.Engine;

/// <summary>
/// Threads that stay alive between steps and share the chunks of one step at a time; the caller works too. Each starts with a range of its own, the same in
/// every run, so that it finds in its cache what it had there, and then helps with the others'. Which thread runs a chunk changes nothing: chunks write apart.
/// </summary>
sealed class ThreadTeam
{
    const int Spins = 2_000, Open = 1 << 30;

    /// <summary>The integers of a cache line: counters closer together would slow each other down.</summary>
    const int Apart = 16;

    static readonly Dictionary<int, ThreadTeam> Teams = [];

    readonly Lock busy = new();
    readonly int threads;
    readonly SemaphoreSlim[] wake;
    readonly int[] asleep;
    readonly int[] next;
    Step? step;
    Workspace? workspace;
    int first, chunks, generation;

    // The number of threads at work beside the caller, and whether more may join.
    int joined;
    ExceptionDispatchInfo? error;

    ThreadTeam(int threads)
    {
        this.threads = threads;
        wake = new SemaphoreSlim[threads];
        asleep = new int[threads];
        next = new int[threads * Apart];
        for (var thread = 1; thread < threads; thread++)
        {
            wake[thread] = new(0);
            var index = thread;
            new Thread(() => Serve(index)) { IsBackground = true, Name = $"FunctionalDL {index}" }.Start();
        }
    }

    /// <summary>The team of so many threads; equal numbers share one.</summary>
    public static ThreadTeam Of(int threads)
    {
        lock (Teams)
            return Teams.TryGetValue(threads, out var team) ? team : Teams[threads] = new(threads);
    }

    /// <summary>Runs so many chunks of a step, from <paramref name="first"/> on; where the team is busy with another caller's step, on the calling thread alone.</summary>
    public void Run(Step step, Workspace workspace, int first, int chunks)
    {
        if (threads == 1 || chunks <= 1 || !busy.TryEnter())
        {
            for (var chunk = 0; chunk < chunks; chunk++) step.Chunk(workspace, first + chunk, 0);
            return;
        }
        try
        {
            (this.step, this.workspace, this.first, this.chunks, error) = (step, workspace, first, chunks, null);
            for (var range = 0; range < threads; range++) next[range * Apart] = Start(range);
            Volatile.Write(ref joined, Open);
            Interlocked.Increment(ref generation);
            for (var thread = 1; thread < threads; thread++)
                if (Interlocked.Exchange(ref asleep[thread], 0) == 1) wake[thread].Release();
            Work(0);
            // A thread that wakes up too late is not waited for.
            Interlocked.And(ref joined, ~Open);
            for (var wait = new SpinWait(); Volatile.Read(ref joined) != 0;) wait.SpinOnce(sleep1Threshold: -1);
            (this.step, this.workspace) = (null, null);
            error?.Throw();
        }
        finally
        {
            busy.Exit();
        }
    }

    void Work(int thread)
    {
        try
        {
            for (var i = 0; i < threads; i++)
            {
                var range = (thread + i) % threads;
                for (int chunk, end = Start(range + 1); (chunk = Interlocked.Increment(ref next[range * Apart]) - 1) < end;) step!.Chunk(workspace!, chunk, thread);
            }
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref error, ExceptionDispatchInfo.Capture(e), null);
        }
    }

    /// <summary>The first chunk of a range.</summary>
    int Start(int range) => first + (int)((long)chunks * range / threads);

    void Serve(int thread)
    {
        for (int seen = 0, spin = 0; ; spin++)
        {
            if (Volatile.Read(ref generation) is var now && now != seen)
            {
                (seen, spin) = (now, 0);
                if (!TryJoin()) continue;
                Work(thread);
                Interlocked.Decrement(ref joined);
            }
            else if (spin < Spins) Thread.SpinWait(10);
            else
            {
                Interlocked.Exchange(ref asleep[thread], 1);
                // Where work came in between, the semaphore is released only if the caller saw this thread asleep.
                if (Volatile.Read(ref generation) == seen || Interlocked.Exchange(ref asleep[thread], 0) == 0) wake[thread].Wait();
                spin = 0;
            }
        }
    }

    bool TryJoin()
    {
        for (var now = Volatile.Read(ref joined); (now & Open) != 0;)
        {
            var before = Interlocked.CompareExchange(ref joined, now + 1, now);
            if (before == now) return true;
            now = before;
        }
        return false;
    }
}
