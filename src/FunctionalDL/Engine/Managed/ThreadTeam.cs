using System.Runtime.ExceptionServices;

namespace FunctionalDL.Engine;

/// <summary>
/// The threads that share the chunks of one step at a time; the caller works too. Each starts with a range of its own, the same in every
/// run, so that it finds in its cache what it had there, and then helps with the others'. Which thread runs a chunk changes nothing:
/// chunks write apart. Threads begin when a step needs them, are there for the steps that follow, and end when none comes for a while.
/// </summary>
sealed class ThreadTeam
{
    const int Open = 1 << 30;

    /// <summary>The integers of a cache line: counters closer together would slow each other down (false sharing).</summary>
    const int Apart = Tuning.CacheLine / sizeof(int);

    /// <summary>A member's states.</summary>
    const int Gone = 0, Awake = 1, Asleep = 2;

    sealed class Member
    {
        public readonly SemaphoreSlim Wake = new(0);
        public int State;
    }

    readonly Lock busy = new();
    Member[] members = [new()];
    int[] next = [];
    IChunks? work;
    Workspace? workspace;
    int threads, chunks, generation;

    // The number of threads at work beside the caller, and whether more may join.
    int joined;
    ExceptionDispatchInfo? error;

    ThreadTeam() { }

    /// <summary>The one team of the process.</summary>
    public static ThreadTeam Shared { get; } = new();

    /// <summary>
    /// Runs so many chunks on as many threads as the workspace is for; where the team is busy with another caller's, on the calling thread
    /// alone.
    /// </summary>
    /// <param name="work">What is split into chunks.</param>
    /// <param name="workspace">The memory of the run.</param>
    /// <param name="chunks">How many there are.</param>
    /// <param name="onOne">Whether it is too little to be shared.</param>
    public void Run(IChunks work, Workspace workspace, int chunks, bool onOne = false)
    {
        if (onOne || workspace.Threads == 1 || chunks <= 1 || !busy.TryEnter())
        {
            for (var chunk = 0; chunk < chunks; chunk++) work.Chunk(workspace, chunk, 0);
            return;
        }
        try
        {
            (this.work, this.workspace, threads, this.chunks, error) = (work, workspace, workspace.Threads, chunks, null);
            Grow();
            for (var range = 0; range < threads; range++) next[range * Apart] = Start(range);
            Volatile.Write(ref joined, Open);
            Interlocked.Increment(ref generation);
            for (var thread = 1; thread < threads && Wake(thread); thread++) { }
            Work(0);
            // A thread that wakes up too late is not waited for.
            Interlocked.And(ref joined, ~Open);
            for (var wait = new SpinWait(); Volatile.Read(ref joined) != 0;) wait.SpinOnce(sleep1Threshold: -1);
            var thrown = error;
            (this.work, this.workspace, error) = (null, null, null);
            thrown?.Throw();
        }
        finally
        {
            busy.Exit();
        }
    }

    void Grow()
    {
        if (members.Length >= threads && next.Length >= threads * Apart) return;
        members = [.. members, .. Enumerable.Range(members.Length, threads - members.Length).Select(_ => new Member())];
        next = new int[threads * Apart];
    }

    /// <summary>
    /// Sees to it that a member takes part; false where the system gives no more threads, and those that are there do the work.
    /// </summary>
    bool Wake(int thread)
    {
        var member = members[thread];
        switch (Interlocked.Exchange(ref member.State, Awake))
        {
            case Asleep: member.Wake.Release(); return true;
            case Awake: return true;
            default: return TryBegin(thread, member);
        }
    }

    bool TryBegin(int thread, Member member)
    {
        try
        {
            new Thread(() => Serve(thread, member)) { IsBackground = true, Name = $"FunctionalDL {thread}" }.UnsafeStart();
            return true;
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            Volatile.Write(ref member.State, Gone);
            return false;
        }
    }

    void Work(int thread)
    {
        try
        {
            for (var i = 0; i < threads; i++)
            {
                var range = (thread + i) % threads;
                for (int chunk, end = Start(range + 1); (chunk = Interlocked.Increment(ref next[range * Apart]) - 1) < end;)
                    work!.Chunk(workspace!, chunk, thread);
            }
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref error, ExceptionDispatchInfo.Capture(e), null);
        }
    }

    /// <summary>The first chunk of a range.</summary>
    int Start(int range) => (int)((long)chunks * range / threads);

    void Serve(int thread, Member member)
    {
        for (int seen = 0, spin = 0; ; spin++)
        {
            if (Volatile.Read(ref generation) is var now && now != seen)
            {
                seen = now;
                if (thread < Volatile.Read(ref threads)) spin = 0;
                if (!TryJoin()) continue;
                if (thread < threads) Work(thread);
                Interlocked.Decrement(ref joined);
            }
            else if (spin < Tuning.Spins) Thread.SpinWait(10);
            else
            {
                Interlocked.Exchange(ref member.State, Asleep);
                // Where work came in between, the semaphore is released only if the caller saw this thread asleep.
                if (Volatile.Read(ref generation) == seen || Interlocked.CompareExchange(ref member.State, Awake, Asleep) != Asleep)
                    if (!IsWoken(member)) return;
                spin = 0;
            }
        }
    }

    /// <summary>Waits for work; false where none came and the thread ends.</summary>
    static bool IsWoken(Member member)
    {
        while (!member.Wake.Wait(Tuning.Patience))
            if (Interlocked.CompareExchange(ref member.State, Gone, Asleep) == Asleep) return false;
        return true;
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
