namespace FunctionalDL.Engine;

/// <summary>One instruction of a plan: reads and writes storages, split into chunks that may run in any order and on any thread.</summary>
abstract class Step
{
    /// <summary>Greater than the level of every step whose result is read: what makes the order of steps free of cycles.</summary>
    public int Level { get; init; }

    public abstract IEnumerable<Storage> Reads { get; }

    public abstract IEnumerable<Storage> Writes { get; }

    /// <summary>The arithmetic operations of a run, roughly.</summary>
    public virtual long Operations => 0;

    /// <summary>Bytes of memory of its own each thread needs while a chunk runs.</summary>
    public virtual int ScratchBytes => 0;

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
