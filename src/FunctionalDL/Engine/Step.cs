namespace FunctionalDL.Engine;

/// <summary>One instruction of a plan: reads and writes storages, split into chunks that may run in any order and on any thread.</summary>
abstract class Step
{
    /// <summary>Greater than the level of every step whose result is read: what makes the order of steps free of cycles.</summary>
    public int Level { get; init; }

    /// <summary>All that the step reads of what others write or the caller gives.</summary>
    public abstract IEnumerable<Access> Reads { get; }

    /// <summary>All that the step writes, for others or for itself: nothing else does.</summary>
    public abstract IEnumerable<Access> Writes { get; }

    public IEnumerable<Storage> ReadStorages => Reads.Select(a => a.Storage).Distinct();

    public IEnumerable<Storage> WrittenStorages => Writes.Select(a => a.Storage).Distinct();

    /// <summary>
    /// What is wrong with the step by itself, once it is sealed and its storages have slots: where it goes beyond memory of its own, or
    /// its parts do not fit together.
    /// </summary>
    public virtual IEnumerable<string> Faults(IReadOnlyList<Storage> slots) => [];

    /// <summary>The arithmetic operations of a run, roughly.</summary>
    public virtual long Operations => 0;

    /// <summary>Bytes of memory of its own each thread needs while a chunk runs.</summary>
    public virtual long ScratchBytes => 0;

    /// <summary>Bytes of memory for plans of its own, on so many threads.</summary>
    public virtual long InnerBytes(int threads) => 0;

    /// <summary>Makes the step ready, once it is known which storages other steps need: those with a slot.</summary>
    public virtual void Seal() { }

    /// <summary>Runs the whole step, on the workspace's threads where that pays.</summary>
    public abstract void Run(Workspace workspace);

    /// <summary>One part of the work. Parts depend on shapes only, never on the number of threads.</summary>
    public virtual void Chunk(Workspace workspace, int chunk, int thread) { }

    /// <summary>The level of a step that reads these.</summary>
    public static int LevelAfter(params ReadOnlySpan<View> inputs)
    {
        var level = 0;
        foreach (var x in inputs) level = Math.Max(level, x.Storage.Level);
        return level + 1;
    }
}
