using System.Runtime.CompilerServices;

namespace FunctionalDL.Engine;

/// <summary>
/// The product where packing would cost more than it saves, because it is small or A has few rows: A is read where it is, and B too where
/// its rows lie next to each other; or where B is packed once for many products. Every element is summed over k in one order: long sums
/// by halves, so that rounding errors grow with the logarithm of k.
/// </summary>
sealed unsafe class DirectMatMulKernel<TSimd, TVector, T>(Matrix a, Matrix b, MatMulKernel.Product memory, bool isRepeated)
    : MatMulKernel(a, b, memory, isRepeated)
    where TSimd : ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged
{
    static int PanelColumns => 2 * TSimd.Count;

    static int StripColumns => 8 * TSimd.Count;

    public static bool Pays(Matrix a, Matrix b, bool isRepeated)
    {
        long n = a.Rows.Length, k = a.Columns.Length, m = b.Rows.Length;
        if (a.ColumnStride is null) return false;
        return n * k * m <= Tuning.DirectProduct || n <= Tuning.FewRows && (isRepeated || IsInPlace(b, false));
    }

    public static DirectMatMulKernel<TSimd, TVector, T> Create(Storages storages, Matrix a, Matrix b, bool isRepeated) =>
        new(a, b, New(storages, a, b, 0, IsInPlace(b, isRepeated) ? 0 : Padded(b.Rows.Length)), isRepeated);

    /// <summary>B in its place is read from all over memory, which is dear if it is done again and again.</summary>
    static bool IsInPlace(Matrix b, bool isRepeated) =>
        b.RowStride == 1 && b.ColumnStride is not null && (!isRepeated || b.ColumnStride <= PanelColumns);

    bool IsBInPlace => IsInPlace(B, IsRepeated);

    static int Padded(int columns) => (columns + PanelColumns - 1) / PanelColumns * PanelColumns;

    protected override (int A, int B) CountBlocks() => (1, (M + StripColumns - 1) / StripColumns);

    protected override int FirstRow(int block) => block * N;

    protected override int FirstColumn(int block) => Math.Min(M, block * StripColumns);

    public override bool IsSmall => Operations / 2 < Tuning.SmallProduct;

    protected override int PanelWidth => PanelColumns;

    protected override int PacksA => 0;

    public override int PacksB => IsBInPlace ? 0 : PackedBatchesB * PanelsB;

    int PanelsB => Padded(M) / PanelColumns;

    protected override void PackA(byte* a, byte* packed, int panel) => throw new NotSupportedException("A is read where it is");

    protected override void PackB(byte* b, byte* packed, int panel)
    {
        var (batch, column) = (panel / PanelsB, panel % PanelsB * PanelColumns);
        Panel<T>.PackBatch((T*)b, B, batch, column, (T*)packed + (long)panel * PanelColumns * K, PanelColumns);
    }

    protected override void Multiply(Workspace workspace, in BlockBounds bounds, byte* c, int stride, byte* spare)
    {
        var (batch, _, first, _, columns) = bounds;
        var x = (T*)workspace[A.View] + A.Batches[batch];
        var y = IsBInPlace
            ? (T*)workspace[B.View] + B.Batches[batch]
            : (T*)workspace[PackedB] + (B.IsShared ? 0 : (long)batch * Padded(M) * K);
        var (strideX, strideY, panelStride) = (
            A.ColumnStride!.Value,
            IsBInPlace ? B.ColumnStride!.Value : PanelColumns,
            IsBInPlace ? PanelColumns : (long)PanelColumns * K);

        if (N == 1 && columns == StripColumns && IsBInPlace)
        {
            Tile(x, A.Rows, strideX, y + first, strideY, K, (T*)c, stride, columns);
            return;
        }
        for (var j = 0; j < columns; j += PanelColumns)
            for (var i = 0; i < N; i += 4)
                Tile(x, A.Rows.AsSpan(i, Math.Min(4, N - i)), strideX, y + (first + j) / PanelColumns * panelStride, strideY, K,
                    (T*)c + (long)i * stride + j, stride, Math.Min(PanelColumns, columns - j));
    }

    /// <summary>Up to four rows times a panel's columns, or one row times a strip's.</summary>
    [SkipLocalsInit]
    static void Tile(T* a, ReadOnlySpan<int> rows, int strideA, T* b, int strideB, int k, T* c, int stride, int width)
    {
        if (k > Tuning.ProductRun)
        {
            var half = (k / 2 + Tuning.ProductRun - 1) / Tuning.ProductRun * Tuning.ProductRun;
            var rest = stackalloc T[StripColumns];
            Tile(a, rows, strideA, b, strideB, half, c, stride, width);
            Tile(a + (long)half * strideA, rows, strideA, b + (long)half * strideB, strideB, k - half, rest, width, width);
            for (var row = 0; row < rows.Length; row++)
                DirectKernel<TSimd, TVector, T>.Add(c + (long)row * stride, rest + row * width, width);
        }
        else if (width == StripColumns) DirectKernel<TSimd, TVector, T>.Row(a + rows[0], strideA, b, strideB, k, c);
        else DirectKernel<TSimd, TVector, T>.Rows(a, rows, strideA, b, strideB, k, c, stride, width);
    }
}
