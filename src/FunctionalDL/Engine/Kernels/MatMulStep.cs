using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

/// <summary>The product of the matrices of each batch: A's rows by B's rows, summed over their columns, of which both have as many.</summary>
abstract class MatMulStep : Step
{
    protected readonly Matrix A, B;
    protected readonly Storage PackedA, PackedB;
    PackStep? packing;

    protected MatMulStep(Matrix a, Matrix b, int packedRows, int packedColumns)
    {
        (A, B) = (a, b);
        Level = LevelAfter(a.View, b.View);
        var dtype = a.View.Storage.DType;
        Output = new(dtype, checked(Batches * N * M)) { Producer = this };
        PackedA = new(dtype, checked(PackedBatchesA * packedRows * K));
        PackedB = new(dtype, checked(PackedBatchesB * packedColumns * K));
    }

    public Storage Output { get; }

    protected int N => A.Rows.Length;

    protected int K => A.Columns.Length;

    protected int M => B.Rows.Length;

    protected int Batches => A.Batches.Length;

    protected int PackedBatchesA => A.IsShared ? 1 : Batches;

    protected int PackedBatchesB => B.IsShared ? 1 : Batches;

    public override long Operations => 2L * Batches * N * K * M;

    public override string ToString() => $"matmul {(Batches > 1 ? $"{Batches} × " : "")}{N}×{K}×{M}";

    public override IEnumerable<Storage> Reads => [A.View.Storage, packing is null ? B.View.Storage : PackedB];

    public override IEnumerable<Storage> Writes => packing is null ? [Output, PackedA, PackedB] : [Output, PackedA];

    /// <summary>Brings B into the order the micro kernel reads.</summary>
    protected abstract void PackB(Workspace workspace);

    /// <summary>Whether a step of its own packs B.</summary>
    protected bool IsPackedBefore => packing is not null;

    sealed class PackStep(MatMulStep product) : Step
    {
        public override IEnumerable<Storage> Reads => [product.B.View.Storage];

        public override IEnumerable<Storage> Writes => [product.PackedB];

        public override string ToString() => $"pack {product.M}×{product.K}";

        public override void Run(Workspace workspace) => product.PackB(workspace);
    }

    /// <summary>The product with the vectors this machine has.</summary>
    /// <param name="a">The left side.</param>
    /// <param name="b">The right side, its columns as rows.</param>
    /// <param name="isRepeated">Whether B stays the same from run to run of a loop, so that it is packed by a step of its own, before.</param>
    public static MatMulStep Of(Matrix a, Matrix b, bool isRepeated = false)
    {
        var step = a.View.Storage.DType == DType.Float32 ? Of<float>(a, b, isRepeated) : Of<double>(a, b, isRepeated);
        if (isRepeated && step.PackedB.Count > 0) step.PackedB.Producer = step.packing = new(step);
        return step;
    }

    static MatMulStep Of<T>(Matrix a, Matrix b, bool isRepeated) where T : unmanaged =>
        Vector512.IsHardwareAccelerated ? Of<Simd512<T>, Vector512<T>, T>(a, b, 12, isRepeated)
        : Vector256.IsHardwareAccelerated ? Of<Simd256<T>, Vector256<T>, T>(a, b, 6, isRepeated)
        : Of<Simd128<T>, Vector128<T>, T>(a, b, 12, isRepeated);

    static MatMulStep Of<TSimd, TVector, T>(Matrix a, Matrix b, int panelRows, bool isRepeated) where TSimd : ISimd<TVector, T> where TVector : struct where T : unmanaged =>
        DirectMatMulStep<TSimd, TVector, T>.Pays(a, b, isRepeated) ? new DirectMatMulStep<TSimd, TVector, T>(a, b, isRepeated) : new MatMulStep<TSimd, TVector, T>(a, b, panelRows);
}

/// <summary>
/// The product by packed panels: A in panels of a few rows, B in panels two vectors wide, each in the order the micro kernel reads it, whatever the
/// order in memory. Every element is summed over k in one order, so that the split into blocks does not show in the bits.
/// </summary>
sealed unsafe class MatMulStep<TSimd, TVector, T>(Matrix a, Matrix b, int panelRows)
    : MatMulStep(a, b, PaddedRows(a.Rows.Length, panelRows), (b.Rows.Length + 2 * TSimd.Count - 1) / (2 * TSimd.Count) * 2 * TSimd.Count)
    where TSimd : ISimd<TVector, T> where TVector : struct where T : unmanaged
{
    /// <summary>The part of k taken at once: a panel of each side fits the caches near the core.</summary>
    const int LongestRun = 512;

    /// <summary>A block is so many panels of either side, or fewer where that would leave too few blocks to share among threads.</summary>
    const int MostBlockPanels = 8, FewestBlocks = 8;

    /// <summary>Below so many multiplications the product is left to the calling thread.</summary>
    const long Small = 1 << 17;

    static int PanelColumns => 2 * TSimd.Count;

    int PanelsA => (N + panelRows - 1) / panelRows;

    int PanelsB => (M + PanelColumns - 1) / PanelColumns;

    int BlockPanelsA => BlockPanels(PanelsA, Batches * BlocksB);

    int BlockPanelsB => BlockPanels(PanelsB, Batches * Blocks(PanelsA, MostBlockPanels));

    int BlocksA => Blocks(PanelsA, BlockPanelsA);

    int BlocksB => Blocks(PanelsB, BlockPanelsB);

    static int Blocks(int panels, int blockPanels) => (panels + blockPanels - 1) / blockPanels;

    static int BlockPanels(int panels, int others)
    {
        var size = MostBlockPanels;
        while (size > 1 && Blocks(panels, size) * others < FewestBlocks) size /= 2;
        return size;
    }

    /// <summary>The rows with the last panel filled up.</summary>
    static int PaddedRows(int rows, int panelRows) => rows / panelRows * panelRows + Height(rows % panelRows, panelRows);

    /// <summary>The height of a panel that holds so many rows: one the micro kernel knows.</summary>
    static int Height(int rows, int panelRows) => rows == 0 ? 0 : rows <= 4 ? 4 : rows <= 6 && panelRows == 6 ? 6 : rows <= 8 ? 8 : 12;

    int PacksA => PackedBatchesA * PanelsA;

    int PacksB => PackedBatchesB * PanelsB;

    protected override void PackB(Workspace workspace) => workspace.Team.Run(this, workspace, PacksA, PacksB);

    public override void Run(Workspace workspace)
    {
        var (packs, first, blocks) = (IsPackedBefore ? PacksA : PacksA + PacksB, PacksA + PacksB, Batches * BlocksA * BlocksB);
        if ((long)Batches * N * M * K < Small)
        {
            for (var chunk = 0; chunk < packs; chunk++) Chunk(workspace, chunk, 0);
            for (var chunk = 0; chunk < blocks; chunk++) Chunk(workspace, first + chunk, 0);
        }
        else
        {
            workspace.Team.Run(this, workspace, 0, packs);
            workspace.Team.Run(this, workspace, first, blocks);
        }
    }

    public override void Chunk(Workspace workspace, int chunk, int thread)
    {
        T* packedA = (T*)workspace[PackedA], packedB = (T*)workspace[PackedB];
        if (chunk < PacksA)
        {
            var (batch, panel) = (chunk / PanelsA, chunk % PanelsA);
            var rows = Math.Min(panelRows, N - panel * panelRows);
            Panel<T>.Pack((T*)workspace[A.View] + A.Batches[batch], A, panel * panelRows, rows,
                packedA + ((long)batch * PaddedRows(N, panelRows) + panel * panelRows) * K, Height(rows, panelRows));
            return;
        }
        chunk -= PacksA;
        if (chunk < PacksB)
        {
            var (batch, panel) = (chunk / PanelsB, chunk % PanelsB);
            Panel<T>.Pack((T*)workspace[B.View] + B.Batches[batch], B, panel * PanelColumns, Math.Min(PanelColumns, M - panel * PanelColumns),
                packedB + ((long)batch * PanelsB + panel) * PanelColumns * K, PanelColumns);
            return;
        }
        chunk -= PacksB;
        var block = chunk % (BlocksA * BlocksB);
        Multiply(packedA, packedB, (T*)workspace[Output], chunk / (BlocksA * BlocksB), block / BlocksB * BlockPanelsA, block % BlocksB * BlockPanelsB);
    }

    [SkipLocalsInit]
    void Multiply(T* packedA, T* packedB, T* output, int batch, int firstA, int firstB)
    {
        var edge = stackalloc T[panelRows * PanelColumns];
        var runs = Math.Max(1, (K + LongestRun - 1) / LongestRun);
        var longest = (K + runs - 1) / runs;
        if (!A.IsShared) packedA += (long)batch * PaddedRows(N, panelRows) * K;
        if (!B.IsShared) packedB += (long)batch * PanelsB * PanelColumns * K;
        output += (long)batch * N * M;
        for (var k = 0; k < K; k += longest)
        {
            var run = Math.Min(longest, K - k);
            for (var j = firstB; j < Math.Min(PanelsB, firstB + BlockPanelsB); j++)
            {
                var panelB = packedB + ((long)j * K + k) * PanelColumns;
                var columns = Math.Min(PanelColumns, M - j * PanelColumns);
                for (var i = firstA; i < Math.Min(PanelsA, firstA + BlockPanelsA); i++)
                {
                    var rows = Math.Min(panelRows, N - i * panelRows);
                    var height = Height(rows, panelRows);
                    var panelA = packedA + (long)i * panelRows * K + (long)k * height;
                    var c = output + (long)i * panelRows * M + j * PanelColumns;
                    if (rows == height && columns == PanelColumns)
                        MicroKernel<TSimd, TVector, T>.Run(height, panelA, panelB, run, c, M, k > 0);
                    else
                    {
                        if (k > 0) Copy(c, M, edge, PanelColumns, rows, columns);
                        MicroKernel<TSimd, TVector, T>.Run(height, panelA, panelB, run, edge, PanelColumns, k > 0);
                        Copy(edge, PanelColumns, c, M, rows, columns);
                    }
                }
            }
        }
    }

    static void Copy(T* from, int fromStride, T* to, int toStride, int rows, int columns)
    {
        for (var row = 0; row < rows; row++, from += fromStride, to += toStride) new ReadOnlySpan<T>(from, columns).CopyTo(new(to, columns));
    }
}
