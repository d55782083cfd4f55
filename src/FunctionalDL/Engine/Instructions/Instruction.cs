namespace FunctionalDL.Engine;

/// <summary>
/// An instruction of the engine's intermediate representation, in single static assignment: it reads storages and writes others, each of
/// which no other instruction writes. Passes make new instructions of them; none is ever changed.
/// </summary>
abstract class Instruction
{
    /// <summary>All that it reads of what others write or the caller gives.</summary>
    public abstract IEnumerable<Access> Reads { get; }

    /// <summary>All that it writes, for others or for itself: nothing else does.</summary>
    public abstract IEnumerable<Access> Writes { get; }

    public IEnumerable<Storage> ReadStorages => Reads.Select(a => a.Storage).Distinct();

    public IEnumerable<Storage> WrittenStorages => Writes.Select(a => a.Storage).Distinct();
}
