using System.Runtime.CompilerServices;

namespace FunctionalDL.Engine;

/// <summary>
/// The product by packed panels: A in panels of a few rows, B in panels two vectors wide, each in the order the micro kernel reads it,
/// whatever the order in memory. A side that few panels of the other are multiplied by stays where it is if it can be read there. Every
/// element is summed over k in one order, so that the split into blocks does not show in the bits: in runs, and sums of these that are
/// summed again, so that rounding errors stay small.
/// </summary>
sealed unsafe class PackedMatMulKernel<TSimd, TVector, T>(
    Matrix a, Matrix b, MatMulKernel.Product memory, int panelRows, bool isRepeated, bool hasWholeRows)
    : MatMulKernel(a, b, memory, isRepeated)
    where TSimd : ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged
{
    /// <summary>The part of k taken at once: a panel of each side fits the caches near the core.</summary>
    const int LongestRun = 512;

    /// <summary>The runs that are added up one after another.</summary>
    const int MostRuns = 64;

    /// <summary>
    /// A block is so many panels of either side, or fewer where that would leave too few blocks to share among threads, or too uneven a
    /// number.
    /// </summary>
    const int MostBlockPanels = 8, FewestBlocks = 8, Evenly = 4;

    /// <summary>Below so many multiplications the product is left to the calling thread.</summary>
    const long Small = 1 << 17;

    /// <summary>Packing a side pays if so many panels of the other, or more, are multiplied by it.</summary>
    const int ManyPanels = 24;

    /// <summary>Rows or columns a multiple of this apart would share few places in the first-level cache.</summary>
    const int PageBytes = 4096;

    static int PanelColumns => 2 * TSimd.Count;

    int PanelsA => (N + panelRows - 1) / panelRows;

    int PanelsB => (M + PanelColumns - 1) / PanelColumns;

    public static PackedMatMulKernel<TSimd, TVector, T> Create(Storages storages, Matrix a, Matrix b, int panelRows, bool isRepeated)
    {
        var rows = PaddedRows(a.Rows.Length - RowsInPlace(a, b, panelRows), panelRows);
        var columns = b.Rows.Length - ColumnsInPlace(a, b, panelRows, isRepeated);
        var panels = (columns + PanelColumns - 1) / PanelColumns;
        return new(a, b, New(storages, a, b, rows, panels * PanelColumns), panelRows, isRepeated, hasWholeRows: false);
    }

    public override BlockKernel? WithWholeRows()
    {
        if (BlocksB == 1) return this;
        return PanelsB > Tuning.WidestBlockPanels ? null
            : new PackedMatMulKernel<TSimd, TVector, T>(A, B, Memory, panelRows, IsRepeated, hasWholeRows: true);
    }

    protected override (int A, int B) CountBlocks() => hasWholeRows ? (CountBlocksOfRows(), 1) : CountBlocksOfBoth();

    /// <summary>As large as other blocks, or smaller where there would be too few.</summary>
    int CountBlocksOfRows()
    {
        var count = (PanelsA * PanelsB + MostBlockPanels * MostBlockPanels - 1) / (MostBlockPanels * MostBlockPanels);
        count = Math.Clamp(count, 1, PanelsA);
        while (Batches * count < FewestBlocks && count < PanelsA) count = Math.Min(2 * count, PanelsA);
        while (Batches * count % Evenly != 0 && count < PanelsA) count++;
        return count;
    }

    (int A, int B) CountBlocksOfBoth()
    {
        var (a, b) = (
            Math.Max(1, (PanelsA + MostBlockPanels - 1) / MostBlockPanels),
            Math.Max(1, (PanelsB + MostBlockPanels - 1) / MostBlockPanels));
        while (Batches * a * b < FewestBlocks && b < PanelsB)
            b = Math.Min(2 * b, PanelsB);
        while (Batches * a * b < FewestBlocks && a < PanelsA)
            a = Math.Min(2 * a, PanelsA);
        while (Batches * a * b % Evenly != 0 && a < PanelsA)
            a++;
        return (a, b);
    }

    protected override int FirstRow(int block) => (int)Math.Min(N, (long)PanelsA * block / BlocksA * panelRows);

    protected override int FirstColumn(int block) => (int)Math.Min(M, (long)PanelsB * block / BlocksB * PanelColumns);

    /// <summary>The rows with the last panel filled up.</summary>
    static int PaddedRows(int rows, int panelRows) => rows / panelRows * panelRows + Height(rows % panelRows, panelRows);

    /// <summary>The height of a panel that holds so many rows: one the micro kernel knows.</summary>
    static int Height(int rows, int panelRows) => rows == 0 ? 0 : rows <= 4 ? 4 : rows <= 6 && panelRows == 6 ? 6 : rows <= 8 ? 8 : 12;

    /// <summary>Whether a side, its rows and columns evenly apart, is read where it is.</summary>
    static bool StaysInPlace(Matrix side, Matrix other, int otherPanel) =>
        side is { RowStep: { } rowStep, ColumnStep: { } columnStep }
        && Math.Min(rowStep, columnStep) == 1
        && (long)Math.Max(rowStep, columnStep) * sizeof(T) % PageBytes != 0
        && other.Rows.Length < ManyPanels * otherPanel;

    /// <summary>The rows of A, in panels of heights the micro kernel knows, that are read where they are; those left are packed.</summary>
    static int RowsInPlace(Matrix a, Matrix b, int panelRows)
    {
        if (!StaysInPlace(a, b, PanelColumns)) return 0;
        var (rows, left) = (a.Rows.Length, a.Rows.Length % panelRows);
        return left > 0 && Height(left, panelRows) != left ? rows - left : rows;
    }

    /// <summary>The columns of the product, in whole panels, for which B is read where it is.</summary>
    static int ColumnsInPlace(Matrix a, Matrix b, int panelRows, bool isRepeated) =>
        isRepeated || b.RowStep != 1 || !StaysInPlace(b, a, panelRows) ? 0 : b.Rows.Length / PanelColumns * PanelColumns;

    readonly int rowsInPlace = RowsInPlace(a, b, panelRows), columnsInPlace = ColumnsInPlace(a, b, panelRows, isRepeated);

    /// <summary>The panels of a batch of A that are packed, after those that are not.</summary>
    int PackedPanelsA => PanelsA - (rowsInPlace + panelRows - 1) / panelRows;

    /// <inheritdoc cref="PackedPanelsA"/>
    int PackedPanelsB => PanelsB - columnsInPlace / PanelColumns;

    protected override int PacksA => PackedBatchesA * PackedPanelsA;

    public override int PacksB => PackedBatchesB * PackedPanelsB;

    protected override void PackA(byte* a, byte* packed, int panel)
    {
        var (batch, row) = (panel / PackedPanelsA, rowsInPlace + panel % PackedPanelsA * panelRows);
        var rows = Math.Min(panelRows, N - row);
        Panel<T>.Pack((T*)a + A.Batches[batch], A, row, rows, PackedRows((T*)packed, batch, row), Height(rows, panelRows));
    }

    protected override void PackB(byte* b, byte* packed, int panel)
    {
        var (batch, column) = (panel / PackedPanelsB, columnsInPlace + panel % PackedPanelsB * PanelColumns);
        Panel<T>.Pack(
            (T*)b + B.Batches[batch],
            B,
            column,
            Math.Min(PanelColumns, M - column),
            (T*)packed + (long)panel * PanelColumns * K,
            PanelColumns);
    }

    protected override int PanelWidth => PanelColumns;

    public override bool IsSmall => Operations / 2 < Tuning.SmallProduct;

    T* PackedRows(T* packed, int batch, int row) =>
        packed + ((A.IsShared ? 0 : (long)batch * PaddedRows(N - rowsInPlace, panelRows)) + row - rowsInPlace) * K;

    T* PackedColumns(Workspace workspace, int batch, int column) =>
        (T*)workspace[PackedB] + ((B.IsShared ? 0 : (long)batch * PackedPanelsB * PanelColumns) + column - columnsInPlace) * K;

    protected override bool NeedsSpare => K > MostRuns * LongestRun;

    protected override void Multiply(
        Workspace workspace,
        int batch,
        int row,
        int column,
        int rows,
        int columns,
        byte* c,
        int stride,
        byte* spare)
    {
        var runs = Math.Max(1, (K + LongestRun - 1) / LongestRun);
        var longest = (K + runs - 1) / runs;
        Multiply(workspace, batch, row, column, rows, columns, (T*)c, stride, 0, (int)Math.Min(K, (long)MostRuns * longest), longest);
        for (var from = (long)MostRuns * longest; from < K; from += MostRuns * longest)
        {
            Multiply(
                workspace,
                batch,
                row,
                column,
                rows,
                columns,
                (T*)spare,
                columns,
                (int)from,
                (int)Math.Min(K, from + MostRuns * longest),
                longest);
            for (var i = 0; i < rows; i++)
                DirectKernel<TSimd, TVector, T>.Add((T*)c + (long)i * stride, (T*)spare + (long)i * columns, columns);
        }
    }

    /// <summary>The part of the sum over k from one place to another.</summary>
    [SkipLocalsInit]
    void Multiply(
        Workspace workspace,
        int batch,
        int row,
        int column,
        int rows,
        int columns,
        T* c,
        int stride,
        int from,
        int to,
        int longest)
    {
        var x = (T*)workspace[A.View] + A.Batches[batch];
        var edge = stackalloc T[panelRows * PanelColumns];
        for (var k = from; k < to; k += longest)
        {
            var run = Math.Min(longest, to - k);
            for (var j = 0; j < columns; j += PanelColumns)
            {
                var isBInPlace = column + j < columnsInPlace;
                var stepB = isBInPlace ? B.ColumnStep!.Value : PanelColumns;
                var panelB =
                    (
                        isBInPlace
                            ? (T*)workspace[B.View] + B.Batches[batch] + B.Rows[column + j]
                            : PackedColumns(workspace, batch, column + j))
                    + (long)k * stepB;
                var width = Math.Min(PanelColumns, columns - j);
                for (var i = 0; i < rows; i += panelRows)
                {
                    var filled = Math.Min(panelRows, rows - i);
                    var height = Height(filled, panelRows);
                    var isAInPlace = row + i < rowsInPlace;
                    var (rowStep, columnStep) = isAInPlace ? (A.RowStep!.Value, A.ColumnStep!.Value) : (1, height);
                    var panelA = (isAInPlace ? x + A.Rows[row + i] : PackedRows((T*)workspace[PackedA], batch, row + i)) + (long)k * columnStep;
                    var at = c + (long)i * stride + j;
                    if (filled == height && width == PanelColumns)
                        MicroKernel<TSimd, TVector, T>.Run(height, panelA, rowStep, columnStep, panelB, stepB, run, at, stride, k > from);
                    else
                    {
                        if (k > from)
                            Copy(at, stride, edge, PanelColumns, filled, width);
                        MicroKernel<TSimd, TVector, T>.Run(
                            height,
                            panelA,
                            rowStep,
                            columnStep,
                            panelB,
                            stepB,
                            run,
                            edge,
                            PanelColumns,
                            k > from);
                        Copy(edge, PanelColumns, at, stride, filled, width);
                    }
                }
            }
        }
    }

    static void Copy(T* from, int fromStride, T* to, int toStride, int rows, int columns)
    {
        for (var row = 0; row < rows; row++, from += fromStride, to += toStride)
            new ReadOnlySpan<T>(from, columns).CopyTo(new(to, columns));
    }
}
