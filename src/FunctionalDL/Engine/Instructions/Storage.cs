namespace FunctionalDL.Engine;

/// <summary>
/// A value's elements while a plan runs: a virtual register, written by one instruction, that the allocator gives an address.
/// </summary>
/// <param name="slot">Its number in the plan, and its place in a workspace's table of addresses.</param>
/// <param name="dtype">The type of an element.</param>
/// <param name="count">The number of elements.</param>
/// <param name="within">The view on another storage that this one is, if it is no memory of its own.</param>
sealed class Storage(int slot, DType dtype, long count, View? within = null)
{
    public int Slot { get; } = slot;

    public DType DType { get; } = dtype;

    public long Count { get; } = count;

    public long Bytes => Count * DType.ByteSize();

    public View? Within { get; } = within;

    /// <summary>The memory it is or is part of.</summary>
    public Storage Memory => Within?.Storage ?? this;
}

/// <summary>Numbers the storages of a plan while it is made.</summary>
sealed class Storages
{
    readonly List<Storage> all = [];

    public Storage New(DType dtype, long count, View? within = null)
    {
        all.Add(new(all.Count, dtype, count, within));
        return all[^1];
    }

    /// <summary>A new storage as a row-major array.</summary>
    public View New(DType dtype, int[] sizes) => View.Of(New(dtype, View.CountOf(sizes)), sizes);

    /// <summary>All so far, each at its slot.</summary>
    public Storage[] All() => [.. all];
}
