using System.Runtime.CompilerServices;

namespace FunctionalDL.Engine;

/// <summary>
/// The product by packed panels (GEMM after Goto, van de Geijn 2008): A in panels of a few rows, B in panels two vectors wide, each in the
/// order the micro kernel reads it, whatever the order in memory. A side that few panels of the other are multiplied by stays where it is
/// if it can be read there. Every element is summed over k in one order, so that the split into blocks does not show in the bits: in runs,
/// and sums of these that are summed again, so that rounding errors stay small.
/// </summary>
sealed unsafe class PackedMatMulKernel<TSimd, TVector, T>(
    Matrix a, Matrix b, MatMulKernel.Product memory, int panelRows, bool isRepeated, bool hasWholeRows)
    : MatMulKernel(a, b, memory, isRepeated)
    where TSimd : ISimd<TVector, T>
    where TVector : struct
    where T : unmanaged
{
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
        var count = (PanelsA * PanelsB + Tuning.BlockPanels * Tuning.BlockPanels - 1) / (Tuning.BlockPanels * Tuning.BlockPanels);
        count = Math.Clamp(count, 1, PanelsA);
        while (Batches * count < Tuning.FewestBlocks && count < PanelsA) count = Math.Min(2 * count, PanelsA);
        while (Batches * count % Tuning.EvenBlocks != 0 && count < PanelsA) count++;
        return count;
    }

    (int A, int B) CountBlocksOfBoth()
    {
        var (a, b) = (
            Math.Max(1, (PanelsA + Tuning.BlockPanels - 1) / Tuning.BlockPanels),
            Math.Max(1, (PanelsB + Tuning.BlockPanels - 1) / Tuning.BlockPanels));
        while (Batches * a * b < Tuning.FewestBlocks && b < PanelsB)
            b = Math.Min(2 * b, PanelsB);
        while (Batches * a * b < Tuning.FewestBlocks && a < PanelsA)
            a = Math.Min(2 * a, PanelsA);
        while (Batches * a * b % Tuning.EvenBlocks != 0 && a < PanelsA)
            a++;
        return (a, b);
    }

    protected override int FirstRow(int block) => (int)Math.Min(N, (long)PanelsA * block / BlocksA * panelRows);

    protected override int FirstColumn(int block) => (int)Math.Min(M, (long)PanelsB * block / BlocksB * PanelColumns);

    /// <summary>The rows with the last panel filled up.</summary>
    static int PaddedRows(int rows, int panelRows) => rows / panelRows * panelRows + Height(rows % panelRows, panelRows);

    /// <summary>The height of a panel that holds so many rows: one the micro kernel knows.</summary>
    static int Height(int rows, int panelRows) => rows switch
    {
        0 => 0,
        <= 4 => 4,
        <= 6 when panelRows == 6 => 6,
        <= 8 => 8,
        _ => 12,
    };

    /// <summary>Whether a side, its rows and columns evenly apart, is read where it is.</summary>
    static bool StaysInPlace(Matrix side, Matrix other, int otherPanel) =>
        side is { RowStride: { } rowStride, ColumnStride: { } columnStride }
        && Math.Min(rowStride, columnStride) == 1
        && (long)Math.Max(rowStride, columnStride) * sizeof(T) % Tuning.PageBytes != 0
        && other.Rows.Length < Tuning.ManyPanels * otherPanel;

    /// <summary>The rows of A, in panels of heights the micro kernel knows, that are read where they are; those left are packed.</summary>
    static int RowsInPlace(Matrix a, Matrix b, int panelRows)
    {
        if (!StaysInPlace(a, b, PanelColumns)) return 0;
        var (rows, left) = (a.Rows.Length, a.Rows.Length % panelRows);
        return left > 0 && Height(left, panelRows) != left ? rows - left : rows;
    }

    /// <summary>The columns of the product, in whole panels, for which B is read where it is.</summary>
    static int ColumnsInPlace(Matrix a, Matrix b, int panelRows, bool isRepeated) =>
        isRepeated || b.RowStride != 1 || !StaysInPlace(b, a, panelRows) ? 0 : b.Rows.Length / PanelColumns * PanelColumns;

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
        Panel<T>.PackBatch((T*)b, B, batch, column, (T*)packed + (long)panel * PanelColumns * K, PanelColumns);
    }

    protected override int PanelWidth => PanelColumns;

    public override bool IsSmall => Operations / 2 < Tuning.SmallProduct;

    T* PackedRows(T* packed, int batch, int row) =>
        packed + ((A.IsShared ? 0 : (long)batch * PaddedRows(N - rowsInPlace, panelRows)) + row - rowsInPlace) * K;

    T* PackedColumns(Workspace workspace, int batch, int column) =>
        (T*)workspace[PackedB] + ((B.IsShared ? 0 : (long)batch * PackedPanelsB * PanelColumns) + column - columnsInPlace) * K;

    protected override bool NeedsSpare => K > Tuning.MostRuns * Tuning.ProductRun;

    protected override void Multiply(Workspace workspace, in BlockBounds bounds, byte* c, int stride, byte* spare)
    {
        var runs = Math.Max(1, (K + Tuning.ProductRun - 1) / Tuning.ProductRun);
        var longest = (K + runs - 1) / runs;
        var share = (long)Tuning.MostRuns * longest;
        Multiply(workspace, bounds, (T*)c, stride, 0, (int)Math.Min(K, share), longest);
        for (var from = share; from < K; from += share)
        {
            var to = (int)Math.Min(K, from + share);
            Multiply(workspace, bounds, (T*)spare, bounds.Columns, (int)from, to, longest);
            for (var i = 0; i < bounds.Rows; i++)
                DirectKernel<TSimd, TVector, T>.Add((T*)c + (long)i * stride, (T*)spare + (long)i * bounds.Columns, bounds.Columns);
        }
    }

    /// <summary>The share of the sum over k from one place to another, in runs.</summary>
    void Multiply(Workspace workspace, in BlockBounds bounds, T* c, int stride, int from, int to, int longest)
    {
        var (batch, row, column, rows, columns) = bounds;
        for (var k = from; k < to; k += longest)
        {
            var run = Math.Min(longest, to - k);
            for (var j = 0; j < columns; j += PanelColumns)
            {
                var b = SideB(workspace, batch, column + j, k);
                var width = Math.Min(PanelColumns, columns - j);
                for (var i = 0; i < rows; i += panelRows)
                {
                    var filled = Math.Min(panelRows, rows - i);
                    var height = Height(filled, panelRows);
                    var a = SideA(workspace, batch, row + i, k, height);
                    var at = c + (long)i * stride + j;
                    if (filled == height && width == PanelColumns)
                        MicroKernel<TSimd, TVector, T>.Run(
                            height, a.At, a.RowStride, a.ColumnStride, b.At, b.ColumnStride, run, at, stride, k > from);
                    else MultiplyEdge(a, b, run, at, stride, filled, width, adds: k > from);
                }
            }
        }
    }

    /// <summary>A panel of one side, packed or where it is, from some k on.</summary>
    readonly ref struct Side(T* at, int rowStride, int columnStride)
    {
        public readonly T* At = at;
        public readonly int RowStride = rowStride, ColumnStride = columnStride;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    Side SideA(Workspace workspace, int batch, int row, int k, int height)
    {
        if (row >= rowsInPlace) return new(PackedRows((T*)workspace[PackedA], batch, row) + (long)k * height, 1, height);
        var (rowStride, columnStride) = (A.RowStride!.Value, A.ColumnStride!.Value);
        return new((T*)workspace[A.View] + A.Batches[batch] + A.Rows[row] + (long)k * columnStride, rowStride, columnStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    Side SideB(Workspace workspace, int batch, int column, int k)
    {
        if (column >= columnsInPlace) return new(PackedColumns(workspace, batch, column) + (long)k * PanelColumns, 1, PanelColumns);
        var stride = B.ColumnStride!.Value;
        return new((T*)workspace[B.View] + B.Batches[batch] + B.Rows[column] + (long)k * stride, 1, stride);
    }

    /// <summary>A panel of A times one of B into c, or added to it, by way of a whole tile: at the edges of the product.</summary>
    [SkipLocalsInit]
    void MultiplyEdge(Side a, Side b, int run, T* c, int stride, int filled, int width, bool adds)
    {
        var edge = stackalloc T[panelRows * PanelColumns];
        if (adds) Copy(c, stride, edge, PanelColumns, filled, width);
        MicroKernel<TSimd, TVector, T>.Run(
            Height(filled, panelRows), a.At, a.RowStride, a.ColumnStride, b.At, b.ColumnStride, run, edge, PanelColumns, adds);
        Copy(edge, PanelColumns, c, stride, filled, width);
    }

    static void Copy(T* from, int fromStride, T* to, int toStride, int rows, int columns)
    {
        for (var row = 0; row < rows; row++, from += fromStride, to += toStride)
            new ReadOnlySpan<T>(from, columns).CopyTo(new(to, columns));
    }
}
