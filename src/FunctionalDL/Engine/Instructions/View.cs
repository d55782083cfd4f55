namespace FunctionalDL.Engine;

/// <summary>
/// A value as a strided view on a storage: element (i₀, i₁, …) is at Offset + Σ iₐ·Strides[a]. Reshapes, transposes, broadcasts
/// and slices change the view and move nothing.
/// </summary>
sealed class View
{
    public View(Storage storage, int offset, int[] sizes, int[] strides)
    {
        (Storage, Offset, Sizes, Strides) = (storage, offset, sizes, strides);
        Count = CountOf(sizes);
        (var lead, IsDense) = (1, true);
        for (var axis = sizes.Length - 1; axis >= 0; axis--)
        {
            IsDense &= sizes[axis] == 1 || strides[axis] == lead;
            lead *= sizes[axis];
        }
        IsDense |= Count == 0;
    }

    /// <summary>The elements of so many rows, columns, …</summary>
    /// <exception cref="ShapeException">They are more than an array can have.</exception>
    public static int CountOf(ReadOnlySpan<int> sizes)
    {
        if (sizes.Contains(0)) return 0;
        var count = 1L;
        foreach (var size in sizes)
            if ((count *= size) > Array.MaxLength)
                throw new ShapeException(
                    $"Engine: an array of [{string.Join(", ", sizes.ToArray())}] has more than the {Array.MaxLength} elements it can "
                        + "hold. Split an axis, such as the batch."
                );
        return (int)count;
    }

    public Storage Storage { get; }

    public int Offset { get; }

    public int[] Sizes { get; }

    public int[] Strides { get; }

    public int Count { get; }

    /// <summary>Whether the elements lie one after another in row-major order.</summary>
    public bool IsDense { get; }

    /// <summary>Whether the view is the whole storage in order.</summary>
    public bool IsWhole => IsDense && Offset == 0 && Count == Storage.Count;

    /// <summary>The places of the first element in memory and of the last; the last before the first where there is none.</summary>
    public (long First, long Last) Ends
    {
        get
        {
            if (Count == 0) return (Offset, Offset - 1L);
            var (first, last) = ((long)Offset, (long)Offset);
            for (var axis = 0; axis < Sizes.Length; axis++)
                if (Strides[axis] < 0) first += (Sizes[axis] - 1L) * Strides[axis];
                else last += (Sizes[axis] - 1L) * Strides[axis];
            return (first, last);
        }
    }

    /// <summary>A storage as a row-major array.</summary>
    public static View Of(Storage storage, int[] sizes) => Of(storage, 0, sizes);

    /// <summary>A row-major array in a storage, from an element on.</summary>
    public static View Of(Storage storage, int offset, int[] sizes) => new(storage, offset, sizes, RowMajor(sizes));

    /// <summary>The strides of a row-major array.</summary>
    public static int[] RowMajor(int[] sizes)
    {
        var strides = new int[sizes.Length];
        for (int axis = sizes.Length - 1, step = 1; axis >= 0; step *= sizes[axis], axis--) strides[axis] = step;
        return strides;
    }

    /// <summary>The sizes before, at and after an axis, as products: a dense view seen as [outer, size, inner].</summary>
    public (int Outer, int Size, int Inner) Around(int axis)
    {
        var (outer, inner) = (1, 1);
        for (var a = 0; a < axis; a++) outer *= Sizes[a];
        for (var a = axis + 1; a < Sizes.Length; a++) inner *= Sizes[a];
        return (outer, Sizes[axis], inner);
    }

    public View Broadcast(int[] sizes)
    {
        var strides = new int[sizes.Length];
        for (var i = 1; i <= Sizes.Length; i++) strides[^i] = Sizes[^i] == 1 ? 0 : Strides[^i];
        return new(Storage, Offset, sizes, strides);
    }

    public View Transpose(IReadOnlyList<int> order) =>
        new(Storage, Offset, [.. order.Select(axis => Sizes[axis])], [.. order.Select(axis => Strides[axis])]);

    public View Slice(int axis, int start, int size, int step)
    {
        int[] sizes = [.. Sizes], strides = [.. Strides];
        sizes[axis] = size;
        // A single element has no next, whatever the step.
        if (size > 1) strides[axis] *= step;
        return new(Storage, size == 0 ? Offset : Offset + start * Strides[axis], sizes, strides);
    }

    /// <summary>The view with other sizes over the same elements in the same order, or null where that needs a copy.</summary>
    public View? Reshape(int[] sizes)
    {
        if (Count == 0 || IsDense) return new(Storage, Offset, sizes, RowMajor(sizes));
        var (from, steps) = Collapsed();
        var strides = new int[sizes.Length];
        var axis = sizes.Length - 1;
        for (var f = from.Length - 1; f >= 0; f--)
        {
            var (left, step) = (from[f], steps[f]);
            while (axis >= 0 && left > 1 || axis >= 0 && sizes[axis] == 1)
            {
                if (left % sizes[axis] != 0) return null;
                (strides[axis], left, step) = (step, left / sizes[axis], step * sizes[axis]);
                axis--;
            }
            if (left != 1) return null;
        }
        return new(Storage, Offset, sizes, strides);
    }

    /// <summary>The same view with neighbouring axes merged wherever they are one run, and axes of size 1 left out.</summary>
    public (int[] Sizes, int[] Strides) Collapsed()
    {
        var (sizes, strides) = (new List<int>(), new List<int>());
        for (var axis = 0; axis < Sizes.Length; axis++)
        {
            if (Sizes[axis] == 1) continue;
            if (sizes.Count > 0 && strides[^1] == Strides[axis] * Sizes[axis])
                (sizes[^1], strides[^1]) = (sizes[^1] * Sizes[axis], Strides[axis]);
            else
            {
                sizes.Add(Sizes[axis]);
                strides.Add(Strides[axis]);
            }
        }
        return ([.. sizes], [.. strides]);
    }

    /// <summary>
    /// The strides of the view seen as a matrix of rows of <paramref name="columns"/> elements, or null where it is none.
    /// </summary>
    public (int Row, int Column)? AsMatrix(int columns)
    {
        var (sizes, strides) = Collapsed();
        return sizes.Length switch
        {
            0 => (0, 0),
            1 when columns == 1 => (strides[0], 0),
            1 when columns == Count => (0, strides[0]),
            1 => (strides[0] * columns, strides[0]),
            2 when sizes[1] == columns => (strides[0], strides[1]),
            _ => null,
        };
    }

    /// <summary>
    /// The strides of the view seen as a matrix, and the number of rows after which it begins again, 0 for never; null where it is none.
    /// </summary>
    /// <param name="columns">The elements of a row.</param>
    /// <param name="period">
    /// Rows are read in stretches without a multiple of this inside, so that beginning again there does no harm; 0 where they are not.
    /// </param>
    public (int Row, int Column, int Period)? AsMatrix(int columns, int period)
    {
        if (AsMatrix(columns) is var (row, column)) return (row, column, 0);
        if (period == 0 || AsRepeatedMatrix(columns) is not { } repeated) return null;
        return repeated.Period % period == 0 ? repeated : null;
    }

    /// <summary>
    /// The strides of the view seen as a matrix that is there again and again, such as a number for each channel in a batch of images,
    /// and after how many rows it begins again; null where it is none.
    /// </summary>
    (int Row, int Column, int Period)? AsRepeatedMatrix(int columns)
    {
        var (sizes, strides) = Collapsed();
        if (sizes.Length < 2 || strides[0] != 0) return null;
        return sizes.Length switch
        {
            2 when columns == 1 => (strides[1], 0, sizes[1]),
            2 when sizes[1] % columns == 0 => (strides[1] * columns, strides[1], sizes[1] / columns),
            3 when sizes[2] == columns => (strides[1], strides[2], sizes[1]),
            _ => null,
        };
    }
}
