namespace FunctionalDL.Engine;

/// <summary>An instruction that runs: a kernel with all that it needs.</summary>
abstract class Step : Instruction
{
    /// <summary>What is wrong with the step by itself: where it goes beyond memory of its own, or its parts do not fit together.</summary>
    public virtual IEnumerable<string> Faults(IReadOnlyList<Storage> storages) => [];

    /// <summary>The arithmetic operations of a run, roughly.</summary>
    public virtual long Operations => 0;

    /// <summary>Bytes of memory of its own each thread needs while a chunk runs.</summary>
    public virtual long ScratchBytes => 0;

    /// <summary>Bytes of memory for plans of its own, on so many threads.</summary>
    public virtual long InnerBytes(int threads) => 0;

    /// <summary>Runs the whole step, on the workspace's threads where that pays.</summary>
    public abstract void Run(Workspace workspace);
}

/// <summary>
/// Work split into chunks that may run in any order and on any thread. Chunks depend on shapes only, never on the threads.
/// </summary>
interface IChunks
{
    /// <summary>Runs one of them.</summary>
    void Chunk(Workspace workspace, int chunk, int thread);
}
