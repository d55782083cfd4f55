namespace FunctionalDL.Engine;

/// <summary>Where a value lives while a plan runs: so many elements of one dtype, written by one step.</summary>
sealed class Storage(DType dtype, long count)
{
    public DType DType { get; } = dtype;

    public long Count { get; } = count;

    public long Bytes => Count * DType.ByteSize();

    /// <summary>The step that writes it; null for variables and constants, which are there before the first step.</summary>
    public Step? Producer { get; set; }

    /// <summary>The window of another storage that this one is, if it is no memory of its own.</summary>
    public View? Within { get; init; }

    /// <summary>The memory it is or is part of.</summary>
    public Storage Memory => Within?.Storage ?? this;

    /// <summary>Whether it is in memory, not in registers only.</summary>
    public bool IsStored => Memory.Slot >= 0;

    /// <summary>The level below which every step is done when this value can be read.</summary>
    public int Level => Producer?.Level ?? 0;

    /// <summary>Its place in the workspace's table of addresses; −1 while it exists in registers only.</summary>
    public int Slot { get; set; } = -1;
}
