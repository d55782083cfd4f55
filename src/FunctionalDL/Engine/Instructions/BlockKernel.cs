namespace FunctionalDL.Engine;

/// <summary>
/// A kernel that computes a matrix block by block, each in one chunk, so that more can be done with a block before it leaves the cache: a
/// matrix product or a convolution.
/// </summary>
abstract class BlockKernel : Instruction
{
    /// <summary>How the matrix comes in blocks.</summary>
    public abstract Blocks Blocks { get; }

    public abstract long Operations { get; }

    /// <summary>Bytes of memory of its own for each thread.</summary>
    public virtual long ScratchBytes => 0;

    /// <summary>What is wrong with the kernel by itself.</summary>
    public abstract IEnumerable<string> Faults();

    /// <summary>
    /// The kernel for blocks of whole rows, as reductions along rows need them; itself where they are, null where they cannot be.
    /// </summary>
    public virtual BlockKernel? WithWholeRows() => Blocks.Width == Blocks.Columns ? this : null;

    /// <summary>
    /// The kernel with operations on its rows done before it writes, which give another storage; null where it does none.
    /// </summary>
    public virtual BlockKernel? WithRowOps(IReadOnlyList<RowOp> ops, Storage output) => null;

    /// <summary>What is done before the first block, such as packing, on the workspace's threads where that pays.</summary>
    public abstract void Prepare(Workspace workspace);

    /// <summary>The chunks that the blocks are shared among, each one or more.</summary>
    public abstract int Chunks { get; }

    /// <summary>Whether there is so little to do that it is left to the calling thread.</summary>
    public abstract bool IsSmall { get; }

    /// <summary>Computes the blocks of a chunk.</summary>
    public abstract void Chunk(Workspace workspace, int chunk, in BlockWriter writer);
}

/// <summary>How a matrix comes block by block, each a part of the rows and columns.</summary>
/// <param name="Whole">The matrix, as rows of <paramref name="Columns"/>.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Height">The most rows of a block.</param>
/// <param name="Width">The most columns of a block.</param>
/// <param name="Count">The number of blocks.</param>
/// <param name="Period">No block has rows on both sides of a multiple of this, such as the rows of one example.</param>
/// <param name="InPlace">A result of the epilogue that takes the place of the matrix in its blocks, and lies nowhere else.</param>
sealed record Blocks(Storage Whole, int Columns, int Height, int Width, int Count, int Period, Storage? InPlace = null)
{
    public long Bytes => PinnedBuffer.RoundUp((long)Height * Width * Whole.DType.ByteSize());
}

/// <summary>A kernel and what is done with each of its blocks: its epilogue, and a pooling of what comes out of it.</summary>
/// <param name="kernel">The kernel.</param>
/// <param name="epilogue">Operations over the elements of its matrix.</param>
/// <param name="pool">A max pooling of the result.</param>
sealed class BlockGroup(BlockKernel kernel, TileGroup? epilogue = null, MaxPoolStep? pool = null) : Instruction
{
    public BlockKernel Kernel => kernel;

    public TileGroup? Epilogue => epilogue;

    public MaxPoolStep? Pool => pool;

    public override IEnumerable<Access> Reads =>
        [.. kernel.Reads, .. epilogue?.Reads.Where(a => a.Storage != kernel.Blocks.Whole) ?? []];

    public override IEnumerable<Access> Writes => [.. kernel.Writes, .. epilogue?.Writes ?? [], .. pool?.Writes ?? []];
}

/// <summary>An operation on a matrix with one number for each row, such as a channel's bias: y = x ⊕ number.</summary>
/// <param name="Code">The operation; its first operand is the matrix.</param>
/// <param name="Number">The numbers as a view with the matrix's elements.</param>
sealed record RowOp(Code Code, View Number);
