using System.Runtime.Intrinsics;

namespace FunctionalDL.Engine;

/// <summary>The matrix product of two windows: <c>[b…, n, k] × [b…, k, m] → [b…, n, m]</c>.</summary>
abstract class MatMulStep : Step
{
    protected readonly View A, B;
    protected readonly Storage PackedA, PackedB;

    protected MatMulStep(View a, View b, int packedRows, int packedColumns)
    {
        (A, B) = (a, b);
        Level = LevelAfter(a, b);
        (N, K, M) = (a.Sizes[^2], a.Sizes[^1], b.Sizes[^1]);
        Batches = a.Count / (N * K);
        Output = new(a.Storage.DType, Batches * N * M) { Producer = this };
        PackedA = new(Output.DType, checked(Batches * packedRows * K));
        PackedB = new(Output.DType, checked(Batches * packedColumns * K));
    }

    public Storage Output { get; }

    protected int N { get; }

    protected int K { get; }

    protected int M { get; }

    protected int Batches { get; }

    public override long Operations => 2L * Batches * N * K * M;

    public override string ToString() => $"matmul {(Batches > 1 ? $"{Batches} × " : "")}{N}×{K}×{M}";

    public override IEnumerable<Storage> Reads => [A.Storage, B.Storage];

    public override IEnumerable<Storage> Writes => [Output, PackedA, PackedB];

    /// <summary>The product with the vectors this machine has.</summary>
    public static MatMulStep Of(View a, View b) => a.Storage.DType == DType.Float32 ? Of<float>(a, b) : Of<double>(a, b);

    static MatMulStep Of<T>(View a, View b) where T : unmanaged =>
        Vector512.IsHardwareAccelerated ? new MatMulStep<Simd512<T>, Vector512<T>, T>(a, b, 12)
        : Vector256.IsHardwareAccelerated ? new MatMulStep<Simd256<T>, Vector256<T>, T>(a, b, 6)
        : new MatMulStep<Simd128<T>, Vector128<T>, T>(a, b, 12);

    /// <summary>The offset of a batch's matrix in a window.</summary>
    protected static long BatchOffset(View x, int batch)
    {
        long offset = 0;
        for (var axis = x.Sizes.Length - 3; axis >= 0; axis--)
        {
            offset += batch % x.Sizes[axis] * (long)x.Strides[axis];
            batch /= x.Sizes[axis];
        }
        return offset;
    }
}

/// <summary>
/// The product by packed panels: A in panels of a few rows, B in panels two vectors wide, each in the order the micro kernel reads it, whatever the
/// order in memory. Every element is summed over k in one order, so that the split into blocks does not show in the bits.
/// </summary>
sealed unsafe class MatMulStep<TSimd, TVector, T>(View a, View b, int panelRows)
    : MatMulStep(a, b, PaddedRows(a.Sizes[^2], panelRows), (b.Sizes[^1] + 2 * TSimd.Count - 1) / (2 * TSimd.Count) * 2 * TSimd.Count)
    where TSimd : ISimd<TVector, T> where TVector : struct where T : unmanaged
{
    /// <summary>The part of k taken at once: a panel of each side fits the caches near the core.</summary>
    const int LongestRun = 512;
    const int BlockPanelsA = 8, BlockPanelsB = 8;

    /// <summary>Below so many multiplications the product is left to the calling thread.</summary>
    const long Small = 1 << 17;

    static int PanelColumns => 2 * TSimd.Count;

    int PanelsA => (N + panelRows - 1) / panelRows;

    int PanelsB => (M + PanelColumns - 1) / PanelColumns;

    int BlocksA => (PanelsA + BlockPanelsA - 1) / BlockPanelsA;

    int BlocksB => (PanelsB + BlockPanelsB - 1) / BlockPanelsB;

    /// <summary>The rows with the last panel filled up.</summary>
    static int PaddedRows(int rows, int panelRows) => rows / panelRows * panelRows + Height(rows % panelRows, panelRows);

    /// <summary>The height of a panel that holds so many rows: one the micro kernel knows.</summary>
    static int Height(int rows, int panelRows) => rows == 0 ? 0 : rows <= 4 ? 4 : rows <= 6 && panelRows == 6 ? 6 : rows <= 8 ? 8 : 12;

    public override void Run(Workspace workspace)
    {
        var (packs, blocks) = (Batches * (PanelsA + PanelsB), Batches * BlocksA * BlocksB);
        if ((long)Batches * N * M * K < Small)
            for (var chunk = 0; chunk < packs + blocks; chunk++) Chunk(workspace, chunk, 0);
        else
        {
            workspace.Team.Run(this, workspace, 0, packs);
            workspace.Team.Run(this, workspace, packs, blocks);
        }
    }

    public override void Chunk(Workspace workspace, int chunk, int thread)
    {
        T* packedA = (T*)workspace[PackedA], packedB = (T*)workspace[PackedB];
        if (chunk < Batches * PanelsA)
        {
            var (batch, panel) = (chunk / PanelsA, chunk % PanelsA);
            var rows = Math.Min(panelRows, N - panel * panelRows);
            var (step, along) = (A.Strides[^2], A.Strides[^1]);
            Pack((T*)workspace[A] + BatchOffset(A, batch) + (long)panel * panelRows * step, rows, step, along,
                packedA + ((long)batch * PaddedRows(N, panelRows) + panel * panelRows) * K, Height(rows, panelRows));
            return;
        }
        chunk -= Batches * PanelsA;
        if (chunk < Batches * PanelsB)
        {
            var (batch, panel) = (chunk / PanelsB, chunk % PanelsB);
            var (along, step) = (B.Strides[^2], B.Strides[^1]);
            Pack((T*)workspace[B] + BatchOffset(B, batch) + (long)panel * PanelColumns * step, Math.Min(PanelColumns, M - panel * PanelColumns), step, along,
                packedB + ((long)batch * PanelsB + panel) * PanelColumns * K, PanelColumns);
            return;
        }
        chunk -= Batches * PanelsB;
        var block = chunk % (BlocksA * BlocksB);
        Multiply(packedA, packedB, (T*)workspace[Output], chunk / (BlocksA * BlocksB), block / BlocksB * BlockPanelsA, block % BlocksB * BlockPanelsB);
    }

    /// <summary>Packs <paramref name="width"/> rows or columns, filled up with zeros to <paramref name="full"/>, so that those of one k lie together.</summary>
    void Pack(T* x, int width, int step, int along, T* to, int full)
    {
        if (step == 1)
            for (var k = 0; k < K; k++, x += along, to += full)
            {
                new ReadOnlySpan<T>(x, width).CopyTo(new(to, width));
                new Span<T>(to + width, full - width).Clear();
            }
        else
            for (var i = 0; i < full; i++)
            {
                T* from = x + (long)i * step, at = to + i;
                if (i < width)
                    for (var k = 0; k < K; k++, from += along, at += full) *at = *from;
                else
                    for (var k = 0; k < K; k++, at += full) *at = default;
            }
    }

    void Multiply(T* packedA, T* packedB, T* output, int batch, int firstA, int firstB)
    {
        var edge = stackalloc T[panelRows * PanelColumns];
        var runs = Math.Max(1, (K + LongestRun - 1) / LongestRun);
        var longest = (K + runs - 1) / runs;
        packedA += (long)batch * PaddedRows(N, panelRows) * K;
        packedB += (long)batch * PanelsB * PanelColumns * K;
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
