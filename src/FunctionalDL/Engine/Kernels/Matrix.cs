namespace FunctionalDL.Engine;

/// <summary>
/// One side of a matrix product: element (row, column) of a batch lies at Batches[batch] + Rows[row] + Columns[column] from the start of
/// the view. Each may be made of several axes, so that transposes, slices, and the windows of a convolution are matrices without being
/// copied.
/// </summary>
sealed class Matrix
{
    public Matrix(
        View view,
        int offset,
        ReadOnlySpan<(int Size, int Stride)> batches,
        ReadOnlySpan<(int Size, int Stride)> rows,
        ReadOnlySpan<(int Size, int Stride)> columns)
    {
        (View, Batches, Rows, Columns) = (view, Offsets(batches), Offsets(rows), Offsets(columns));
        Layout = $"{view.Offset + offset}: {Text(batches)} | {Text(rows)} | {Text(columns)}";
        foreach (ref var batch in Batches.AsSpan()) batch += offset;
        IsShared = Batches.All(b => b == Batches[0]);
        (RowStride, ColumnStride) = (Stride(Rows), Stride(Columns));
    }

    /// <summary>The last two axes of a view as rows and columns, or the other way round.</summary>
    public Matrix(View view, bool transposed) : this(view, 0, Axes(view, 0, view.Sizes.Length - 2),
        Axes(view, view.Sizes.Length - (transposed ? 1 : 2), 1), Axes(view, view.Sizes.Length - (transposed ? 2 : 1), 1))
    { }

    public View View { get; }

    public int[] Batches { get; }

    public int[] Rows { get; }

    public int[] Columns { get; }

    /// <summary>The elements from one row to the next, where they are the same everywhere.</summary>
    public int? RowStride { get; }

    /// <summary>The elements from one column to the next, where they are the same everywhere.</summary>
    public int? ColumnStride { get; }

    /// <summary>Whether every batch has the same matrix.</summary>
    public bool IsShared { get; }

    /// <summary>The elements of all batches.</summary>
    public Access Access =>
        Batches.Length == 0 || Rows.Length == 0 || Columns.Length == 0
            ? (Access)View
            : new(
                View.Storage,
                null,
                (long)View.Offset + Batches.Min() + Rows.Min() + Columns.Min(),
                (long)View.Offset + Batches.Max() + Rows.Max() + Columns.Max(),
                View.Storage.DType);

    /// <summary>The elements as text: equal for the same elements of a storage in the same order.</summary>
    public string Layout { get; }

    static string Text(ReadOnlySpan<(int Size, int Stride)> axes) => string.Join(' ', axes.ToArray());

    /// <summary>Some axes of a view, with sizes and strides.</summary>
    public static (int Size, int Stride)[] Axes(View view, int first, int count) =>
        [.. view.Sizes.Zip(view.Strides).Skip(first).Take(count)];

    static int? Stride(int[] offsets)
    {
        var stride = offsets.Length == 1 ? 1 : offsets[1] - offsets[0];
        for (var i = 1; i < offsets.Length; i++)
            if (offsets[i] - offsets[i - 1] != stride) return null;
        return stride;
    }

    static int[] Offsets(ReadOnlySpan<(int Size, int Stride)> axes)
    {
        int[] offsets = [0];
        foreach (var (size, stride) in axes)
            offsets = [.. offsets.SelectMany(o => Enumerable.Range(0, size).Select(i => o + i * stride))];
        return offsets;
    }
}
