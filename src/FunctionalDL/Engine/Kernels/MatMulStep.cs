using System.Numerics;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

/// <summary>
/// The product of the matrices of each batch: A's rows by B's rows, summed over their columns, of which both have as many.
/// </summary>
abstract class MatMulStep : Step
{
    protected readonly Matrix A, B;
    protected readonly Storage PackedA, PackedB;
    PackStep? packing;
    bool isConstant;
    Blocks? blocks;
    (int A, int B)? blockCounts;
    long blockBytes, spareBytes;

    protected MatMulStep(Matrix a, Matrix b, int packedRows, int packedColumns)
    {
        (A, B) = (a, b);
        Level = LevelAfter(a.View, b.View);
        var dtype = a.View.Storage.DType;
        Output = new(dtype, (long)Batches * N * M) { Producer = this };
        PackedA = new(dtype, (long)PackedBatchesA * packedRows * K);
        PackedB = new(dtype, (long)PackedBatchesB * packedColumns * K);
    }

    public Storage Output { get; }

    protected int N => A.Rows.Length;

    protected int K => A.Columns.Length;

    protected int M => B.Rows.Length;

    protected int Batches => A.Batches.Length;

    protected int PackedBatchesA => A.IsShared ? 1 : Batches;

    protected int PackedBatchesB => B.IsShared ? 1 : Batches;

    /// <summary>What is done with every block before it leaves the cache.</summary>
    public TileStep? Epilogue { get; set; }

    /// <summary>The product block by block, as it is computed.</summary>
    public Blocks Blocks =>
        blocks ??= new(Output, M, Enumerable.Range(0, BlocksB).Max(b => FirstColumn(b + 1) - FirstColumn(b)), Batches * BlocksA * BlocksB);

    /// <summary>Into how many blocks the rows and the columns of each batch are split.</summary>
    protected abstract (int A, int B) CountBlocks();

    protected int BlocksA => (blockCounts ??= CountBlocks()).A;

    protected int BlocksB => (blockCounts ??= CountBlocks()).B;

    /// <summary>The first row of a block, of which the last is followed by the number of rows.</summary>
    protected abstract int FirstRow(int block);

    /// <inheritdoc cref="FirstRow"/>
    protected abstract int FirstColumn(int block);

    public override long Operations => 2L * Batches * N * K * M + (Epilogue?.Operations ?? 0);

    public override string ToString() =>
        $"matmul {(Batches > 1 ? $"{Batches} × " : "")}{N}×{K}×{M}"
            + (Epilogue is null ? "" : $" in {Blocks.Count} blocks, then {Epilogue.Names}");

    public override IEnumerable<Access> Reads =>
        [
            A.Access.As(Output.DType),
            IsPackedBefore ? PackedB : B.Access.As(Output.DType),
            .. Epilogue?.Reads.Where(a => a.Storage != Output) ?? [],
        ];

    public override IEnumerable<Access> Writes =>
        [
            .. Epilogue is null || Output.IsStored ? [Output] : Array.Empty<Access>(),
            PackedA,
            .. IsPackedBefore ? [] : new Access[] { PackedB },
            .. Epilogue?.Writes ?? [],
        ];

    /// <summary>The sides have equal columns and batches, and the blocks are the product, each within its width.</summary>
    public override IEnumerable<string> Faults(IReadOnlyList<Storage> slots)
    {
        if (A.Columns.Length != B.Columns.Length || A.Batches.Length != B.Batches.Length)
            yield return $"multiplies {A.Columns.Length} columns by {B.Columns.Length}, and {A.Batches.Length} batches by "
                + $"{B.Batches.Length}";
        if (FirstRow(0) != 0 || FirstRow(BlocksA) != N || FirstColumn(0) != 0 || FirstColumn(BlocksB) != M)
            yield return "has blocks that are not the whole product";
        if (
            Enumerable.Range(0, BlocksA).Any(b => FirstRow(b) > FirstRow(b + 1))
            || Enumerable
                .Range(0, BlocksB)
                .Any(b => FirstColumn(b + 1) - FirstColumn(b) is var width && (width < 0 || width > Blocks.Width)))
            yield return $"has blocks wider than {Blocks.Width}";
        foreach (var fault in Epilogue?.Faults(slots) ?? []) yield return fault;
    }

    public override void Seal()
    {
        // Counted here at the latest, before threads that share the plan ask.
        var blocks = Blocks;
        Epilogue?.Seal(blocks);
        var bytes = Block.RoundUp(
            Enumerable.Range(0, BlocksA).Max(a => FirstRow(a + 1) - FirstRow(a)) * (long)blocks.Width * Output.DType.ByteSize());
        if (Epilogue is not null && !Output.IsStored)
            blockBytes = bytes;
        if (NeedsSpare)
            spareBytes = bytes;
    }

    /// <summary>A block, where only the epilogue reads it, a spare one, where it is summed in parts, and what the epilogue needs.</summary>
    public override long ScratchBytes => blockBytes + spareBytes + (Epilogue?.ScratchBytes ?? 0);

    /// <summary>Whether a block is the sum of several, so that memory for another is needed.</summary>
    protected virtual bool NeedsSpare => false;

    /// <summary>
    /// Computes the rows and columns of a batch from some on into c, whose rows are so many elements apart, with memory for another block
    /// of them.
    /// </summary>
    protected abstract unsafe void Multiply(
        Workspace workspace,
        int batch,
        int row,
        int column,
        int rows,
        int columns,
        byte* c,
        int stride,
        byte* spare);

    /// <summary>A block of the product, and what is done with it.</summary>
    protected unsafe void RunBlock(Workspace workspace, int block, int thread)
    {
        var (batch, inBatch) = (block / (BlocksA * BlocksB), block % (BlocksA * BlocksB));
        var (a, b) = (inBatch / BlocksB, inBatch % BlocksB);
        int row = FirstRow(a), column = FirstColumn(b), rows = FirstRow(a + 1) - row, columns = FirstColumn(b + 1) - column;
        var scratch = workspace.Scratch(thread);
        var isStored = Epilogue is null || Output.IsStored;
        var at = isStored ? workspace[Output] + (((long)batch * N + row) * M + column) * Output.DType.ByteSize() : scratch;
        Multiply(workspace, batch, row, column, rows, columns, at, isStored ? M : Blocks.Width, scratch + blockBytes);
        Epilogue?.RunBlock(workspace, block, at, scratch + blockBytes + spareBytes, batch * N + row, column, rows, columns);
    }

    /// <summary>Brings B into the order the micro kernel reads, on the workspace's threads where that pays.</summary>
    protected virtual unsafe void PackB(Workspace workspace) => PackB(workspace[B.View], workspace[PackedB]);

    /// <summary>Brings B into the order the micro kernel reads: panels of its rows, filled up with zeros.</summary>
    protected abstract unsafe void PackB(byte* b, byte* packed);

    /// <summary>The rows of B in a panel.</summary>
    protected abstract int PanelWidth { get; }

    /// <summary>Whether B is packed when the step begins: it is constant, or a step of its own packs it.</summary>
    protected bool IsPackedBefore => isConstant || packing is not null;

    /// <summary>Packs a B that never changes, given the tensor it is a window on; null where it stays as it is.</summary>
    public unsafe (Storage Packed, Block Value)? PackBefore(Tensor constant)
    {
        if (PackedB.Count == 0) return null;
        isConstant = true;
        var offset = (long)B.View.Offset * PackedB.DType.ByteSize();
        return (
            PackedB,
            PackedConstants.Of(constant, $"{PanelWidth} of {B.Layout}", PackedB.Bytes, (from, to) => PackB(from + offset, to)));
    }

    /// <summary>Packs a B that is the same from run to run of a loop by a step of its own, before.</summary>
    public void PackByStep()
    {
        if (PackedB.Count > 0) PackedB.Producer = packing = new(this);
    }

    sealed class PackStep(MatMulStep product) : Step
    {
        public override IEnumerable<Access> Reads => [product.B.Access];

        public override IEnumerable<Access> Writes => [product.PackedB];

        public override string ToString() => $"pack {product.M}×{product.K}";

        public override void Run(Workspace workspace) => product.PackB(workspace);
    }

    /// <summary>The product with the vectors this machine has.</summary>
    /// <param name="a">The left side.</param>
    /// <param name="b">The right side, its columns as rows.</param>
    /// <param name="isRepeated">Whether B stays the same from run to run, so that it will be packed before.</param>
    public static MatMulStep Of(Matrix a, Matrix b, bool isRepeated = false) =>
        a.View.Storage.DType.VisitReals<Kernels, MatMulStep>(new(a, b, isRepeated));

    readonly struct Kernels(Matrix a, Matrix b, bool isRepeated) : IRealVisitor<MatMulStep>
    {
        public MatMulStep Visit<T>() where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T> => Of<T>(a, b, isRepeated);
    }

    static MatMulStep Of<T>(Matrix a, Matrix b, bool isRepeated) where T : unmanaged =>
        Vector512.IsHardwareAccelerated ? Of<Simd512<T>, Vector512<T>, T>(a, b, 12, isRepeated)
        : Vector256.IsHardwareAccelerated ? Of<Simd256<T>, Vector256<T>, T>(a, b, 6, isRepeated)
        : Of<Simd128<T>, Vector128<T>, T>(a, b, 12, isRepeated);

    static MatMulStep Of<TSimd, TVector, T>(Matrix a, Matrix b, int panelRows, bool isRepeated)
        where TSimd : ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged =>
        DirectMatMulStep<TSimd, TVector, T>.Pays(a, b, isRepeated)
            ? new DirectMatMulStep<TSimd, TVector, T>(a, b, isRepeated)
            : new PackedMatMulStep<TSimd, TVector, T>(a, b, panelRows, isRepeated);
}
