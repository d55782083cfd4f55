namespace FunctionalDL.Engine;

/// <summary>Runs a kernel block by block, and its epilogue on each block while that is in the cache.</summary>
/// <param name="kernel">The kernel.</param>
/// <param name="epilogue">What is done with each block, if anything is.</param>
/// <param name="isStored">Whether the matrix itself is needed in memory.</param>
/// <param name="pool">A max pooling of the rows of each block, if there is one.</param>
sealed unsafe class BlockStep(BlockKernel kernel, TileStep? epilogue, bool isStored, MaxPoolStep? pool = null) : Step, IChunks
{
    readonly Blocks blocks = kernel.Blocks;

    // In a thread's scratch memory first the kernel's own, then a block, then the epilogue's.
    readonly long blockOffset = PinnedBuffer.RoundUp(kernel.ScratchBytes);
    readonly long epilogueOffset = PinnedBuffer.RoundUp(kernel.ScratchBytes) + (isStored ? 0 : kernel.Blocks.Bytes);

    public BlockKernel Kernel => kernel;

    public override IEnumerable<Access> Reads =>
        [.. kernel.Reads, .. epilogue?.Reads.Where(a => a.Storage != blocks.Whole) ?? []];

    public override IEnumerable<Access> Writes =>
        [.. kernel.Writes.Where(a => isStored || a.Storage != blocks.Whole), .. epilogue?.Writes ?? [], .. pool?.Writes ?? []];

    public override long Operations => kernel.Operations + (epilogue?.Operations ?? 0) + (pool?.Operations ?? 0);

    /// <summary>The kernel's own, a block, where only the epilogue reads it, and what that needs, or the pooling after it.</summary>
    public override long ScratchBytes => epilogueOffset + Math.Max(epilogue?.ScratchBytes ?? 0, pool?.ScratchBytes ?? 0);

    public override IEnumerable<string> Faults(IReadOnlyList<Storage> storages) =>
        [.. kernel.Faults(), .. epilogue?.Faults(storages) ?? [], .. pool?.Faults(storages) ?? []];

    public override string ToString() =>
        epilogue is null && pool is null
            ? kernel.ToString()!
            : $"{kernel} in {blocks.Count} blocks, then {string.Join(", ", [.. Names(epilogue?.Group.Names), .. Names(pool?.ToString())])}";

    static IEnumerable<string> Names(string? name) => name is null ? [] : [name];

    public override void Run(Workspace workspace)
    {
        kernel.Prepare(workspace);
        workspace.Team.Run(this, workspace, kernel.Chunks, onOne: kernel.IsSmall);
        epilogue?.Program.Finish(workspace);
    }

    public void Chunk(Workspace workspace, int chunk, int thread) => kernel.Chunk(workspace, chunk, new(this, workspace, thread));

    /// <summary>Where a kernel leaves a block, and the rows of it are so many elements apart.</summary>
    public (nint At, int Stride) Target(Workspace workspace, int thread, int row, int column) => isStored
        ? ((nint)(workspace[blocks.Whole] + ((long)row * blocks.Columns + column) * blocks.Whole.DType.ByteSize()), blocks.Columns)
        : ((nint)(workspace.Scratch(thread) + blockOffset), blocks.Width);

    /// <summary>Does with a block that is computed what remains to be done.</summary>
    public void Finish(Workspace workspace, int thread, int block, byte* at, int row, int column, int rows, int columns)
    {
        var scratch = workspace.Scratch(thread) + epilogueOffset;
        epilogue?.Program.RunBlock(workspace, block, at, scratch, row, column, rows, columns);
        pool?.Pool(workspace, at, row, rows, scratch);
    }
}

/// <summary>What a kernel leaves its blocks with.</summary>
readonly unsafe ref struct BlockWriter(BlockStep step, Workspace workspace, int thread)
{
    /// <summary>The kernel's own memory.</summary>
    public byte* Scratch => workspace.Scratch(thread);

    /// <inheritdoc cref="BlockStep.Target"/>
    public (nint At, int Stride) Target(int row, int column) => step.Target(workspace, thread, row, column);

    /// <summary>Hands a block over: its number, where it is, and what part of the matrix it is.</summary>
    public void Finish(int block, byte* at, int row, int column, int rows, int columns) =>
        step.Finish(workspace, thread, block, at, row, column, rows, columns);
}
