using System.Numerics;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

/// <summary>
/// The product of the matrices of each batch: A's rows by B's rows, summed over their columns, of which both have as many.
/// </summary>
abstract unsafe class MatMulKernel : BlockKernel, IChunks
{
    protected readonly Matrix A, B;
    /// <summary>Whether B stays the same from run to run.</summary>
    protected readonly bool IsRepeated;

    /// <summary>What is written.</summary>
    protected readonly Product Memory;
    readonly Lazy<(int A, int B)> counts;
    readonly Lazy<Blocks> blocks;

    /// <param name="a">The left side.</param>
    /// <param name="b">The right side, its columns as rows.</param>
    /// <param name="memory">What is written.</param>
    /// <param name="isRepeated">Whether B stays the same from run to run.</param>
    protected MatMulKernel(Matrix a, Matrix b, Product memory, bool isRepeated)
    {
        (A, B, Memory, IsRepeated) = (a, b, memory, isRepeated);
        PacksBefore = isRepeated && PackedB.Count > 0;
        // Known when all of the kernel is made.
        counts = new(CountBlocks);
        blocks = new(CutBlocks);
    }

    /// <summary>The storages of a product and of its sides in the order the micro kernel reads them, as far as they are packed.</summary>
    public sealed record Product(Storage Output, Storage PackedA, Storage PackedB);

    /// <summary>Storages for a product.</summary>
    /// <param name="storages">Where storages are numbered.</param>
    /// <param name="a">The left side.</param>
    /// <param name="b">The right side, its columns as rows.</param>
    /// <param name="packedRows">The rows of each batch of A that are packed, with those that fill up panels.</param>
    /// <param name="packedColumns">Those of B.</param>
    protected static Product New(Storages storages, Matrix a, Matrix b, int packedRows, int packedColumns)
    {
        var (dtype, batches, k) = (a.View.Storage.DType, a.Batches.Length, (long)a.Columns.Length);
        return new(
            storages.New(dtype, (long)batches * a.Rows.Length * b.Rows.Length),
            storages.New(dtype, (a.IsShared ? 1 : batches) * packedRows * k),
            storages.New(dtype, (b.IsShared ? 1 : batches) * packedColumns * k));
    }

    /// <summary>B in the order the micro kernel reads it.</summary>
    public Storage PackedB => Memory.PackedB;

    protected Storage PackedA => Memory.PackedA;

    protected Storage Output => Memory.Output;

    /// <summary>Whether B is packed before the kernel runs, once for many runs.</summary>
    public bool PacksBefore { get; }

    protected int N => A.Rows.Length;

    protected int K => A.Columns.Length;

    protected int M => B.Rows.Length;

    protected int Batches => A.Batches.Length;

    protected int PackedBatchesA => A.IsShared ? 1 : Batches;

    protected int PackedBatchesB => B.IsShared ? 1 : Batches;

    public override Blocks Blocks => blocks.Value;

    Blocks CutBlocks() => new(
        Output,
        M,
        Enumerable.Range(0, BlocksA).Max(a => FirstRow(a + 1) - FirstRow(a)),
        Enumerable.Range(0, BlocksB).Max(b => FirstColumn(b + 1) - FirstColumn(b)),
        Batches * BlocksA * BlocksB,
        N);

    /// <summary>Into how many blocks the rows and the columns of each batch are split.</summary>
    protected abstract (int A, int B) CountBlocks();

    protected int BlocksA => counts.Value.A;

    protected int BlocksB => counts.Value.B;

    /// <summary>The first row of a block, of which the last is followed by the number of rows.</summary>
    protected abstract int FirstRow(int block);

    /// <inheritdoc cref="FirstRow"/>
    protected abstract int FirstColumn(int block);

    public override int Chunks => Blocks.Count;

    public override long Operations => 2L * Batches * N * K * M;

    public override string ToString() => $"matmul {(Batches > 1 ? $"{Batches} × " : "")}{N}×{K}×{M}";

    public override IEnumerable<Access> Reads => [A.Access.As(Output.DType), PacksBefore ? PackedB : B.Access.As(Output.DType)];

    public override IEnumerable<Access> Writes => PacksBefore ? [Output, PackedA] : [Output, PackedA, PackedB];

    /// <summary>The sides have equal columns and batches, and the blocks are the product, each within its size.</summary>
    public override IEnumerable<string> Faults()
    {
        if (A.Columns.Length != B.Columns.Length || A.Batches.Length != B.Batches.Length)
            yield return $"multiplies {A.Columns.Length} columns by {B.Columns.Length}, and {A.Batches.Length} batches by "
                + $"{B.Batches.Length}";
        if (FirstRow(0) != 0 || FirstRow(BlocksA) != N || FirstColumn(0) != 0 || FirstColumn(BlocksB) != M)
            yield return "has blocks that are not the whole product";
        if (!Enumerable.Range(0, BlocksA).All(b => FirstRow(b + 1) - FirstRow(b) is var rows && rows >= 0 && rows <= Blocks.Height))
            yield return $"has blocks higher than {Blocks.Height}";
        if (!Enumerable.Range(0, BlocksB).All(b => FirstColumn(b + 1) - FirstColumn(b) is var width && width >= 0 && width <= Blocks.Width))
            yield return $"has blocks wider than {Blocks.Width}";
    }

    /// <summary>A spare block, where the product is summed in shares.</summary>
    public override long ScratchBytes => NeedsSpare ? Blocks.Bytes : 0;

    /// <summary>Whether a block is the sum of several, so that memory for another is needed.</summary>
    protected virtual bool NeedsSpare => false;

    /// <summary>
    /// Computes a block into c, whose rows are so many elements apart, with memory for another as large.
    /// </summary>
    protected abstract void Multiply(Workspace workspace, in BlockBounds bounds, byte* c, int stride, byte* spare);

    /// <summary>The rows and columns of a batch that a block of the product is.</summary>
    protected readonly record struct BlockBounds(int Batch, int Row, int Column, int Rows, int Columns);

    /// <summary>A block of the product: a chunk each.</summary>
    public override void Chunk(Workspace workspace, int chunk, in BlockWriter writer)
    {
        var (batch, inBatch) = (chunk / (BlocksA * BlocksB), chunk % (BlocksA * BlocksB));
        var (a, b) = (inBatch / BlocksB, inBatch % BlocksB);
        int row = FirstRow(a), column = FirstColumn(b), rows = FirstRow(a + 1) - row, columns = FirstColumn(b + 1) - column;
        var (at, stride) = writer.Target(batch * N + row, column);
        Multiply(workspace, new(batch, row, column, rows, columns), (byte*)at, stride, writer.Scratch);
        writer.Finish(chunk, (byte*)at, batch * N + row, column, rows, columns);
    }

    /// <summary>The panels of all batches of A that are packed.</summary>
    protected abstract int PacksA { get; }

    /// <summary>The panels of all batches of B that are packed.</summary>
    public abstract int PacksB { get; }

    /// <summary>Brings a panel of A, some of its rows, into the order the micro kernel reads, filled up with zeros.</summary>
    protected abstract void PackA(byte* a, byte* packed, int panel);

    /// <summary>Brings a panel of B, some of its rows, into the order the micro kernel reads, filled up with zeros.</summary>
    protected abstract void PackB(byte* b, byte* packed, int panel);

    public void PackB(Workspace workspace, int panel) => PackB(workspace[B.View], workspace[PackedB], panel);

    public override void Prepare(Workspace workspace) =>
        workspace.Team.Run(this, workspace, PacksBefore ? PacksA : PacksA + PacksB, onOne: IsSmall);

    /// <summary>Packs a panel: first those of A, then those of B.</summary>
    public void Chunk(Workspace workspace, int chunk, int thread)
    {
        if (chunk < PacksA) PackA(workspace[A.View], workspace[PackedA], chunk);
        else PackB(workspace, chunk - PacksA);
    }

    /// <summary>The rows of B in a panel.</summary>
    protected abstract int PanelWidth { get; }

    /// <summary>A constant B packed, given the tensor it is a view on.</summary>
    public PinnedBuffer PackBefore(Tensor constant)
    {
        var offset = (long)B.View.Offset * PackedB.DType.ByteSize();
        return PackedConstants.Of(constant, $"{PanelWidth} of {B.Layout}", PackedB.Bytes, (from, to) =>
        {
            for (var panel = 0; panel < PacksB; panel++) PackB(from + offset, to, panel);
        });
    }

    /// <summary>What <see cref="PackStep"/> reads to pack B.</summary>
    public Access AccessToB => B.Access;

    /// <summary>B's rows and columns.</summary>
    public string SizesOfB => $"{M}×{K}";

    /// <summary>The product with the vectors this machine has.</summary>
    /// <param name="storages">Where storages are numbered.</param>
    /// <param name="a">The left side.</param>
    /// <param name="b">The right side, its columns as rows.</param>
    /// <param name="isRepeated">Whether B stays the same from run to run.</param>
    public static MatMulKernel Of(Storages storages, Matrix a, Matrix b, bool isRepeated = false) =>
        a.View.Storage.DType.VisitReals<Kernels, MatMulKernel>(new(storages, a, b, isRepeated));

    readonly struct Kernels(Storages storages, Matrix a, Matrix b, bool isRepeated) : IRealVisitor<MatMulKernel>
    {
        public MatMulKernel Visit<T>() where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T> => Of<T>(storages, a, b, isRepeated);
    }

    static MatMulKernel Of<T>(Storages storages, Matrix a, Matrix b, bool isRepeated) where T : unmanaged
    {
        if (Vector512.IsHardwareAccelerated) return Of<Simd512<T>, Vector512<T>, T>(storages, a, b, 12, isRepeated);
        if (Vector256.IsHardwareAccelerated) return Of<Simd256<T>, Vector256<T>, T>(storages, a, b, 6, isRepeated);
        return Of<Simd128<T>, Vector128<T>, T>(storages, a, b, 12, isRepeated);
    }

    static MatMulKernel Of<TSimd, TVector, T>(Storages storages, Matrix a, Matrix b, int panelRows, bool isRepeated)
        where TSimd : ISimd<TVector, T>
        where TVector : struct
        where T : unmanaged =>
        DirectMatMulKernel<TSimd, TVector, T>.Pays(a, b, isRepeated)
            ? DirectMatMulKernel<TSimd, TVector, T>.Create(storages, a, b, isRepeated)
            : PackedMatMulKernel<TSimd, TVector, T>.Create(storages, a, b, panelRows, isRepeated);
}

/// <summary>Packs the side of a product that is the same from run to run of a loop, before it.</summary>
sealed class PackStep(MatMulKernel product) : Step, IChunks
{
    public override IEnumerable<Access> Reads => [product.AccessToB];

    public override IEnumerable<Access> Writes => [product.PackedB];

    public override string ToString() => $"pack {product.SizesOfB}";

    public override void Run(Workspace workspace) => workspace.Team.Run(this, workspace, product.PacksB);

    public void Chunk(Workspace workspace, int chunk, int thread) => product.PackB(workspace, chunk);
}
