namespace FunctionalDL;

/// <summary>Rows of tensors: their slices along the first axis.</summary>
static class TensorRows
{
    /// <summary>The rows at the given indices, in that order.</summary>
    public static Tensor Rows(this Tensor tensor, ReadOnlySpan<int> rows) => tensor.DType.Visit<Chosen, Tensor>(new(tensor, rows));

    readonly ref struct Chosen(Tensor tensor, ReadOnlySpan<int> rows) : IElementVisitor<Tensor>
    {
        readonly ReadOnlySpan<int> rows = rows;

        public Tensor Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            var shape = tensor.Shape.With(0, rows.Length);
            var result = new T[shape.ElementCount];
            tensor.As<T>().CopyRows(rows, result);
            return Tensor<T>.Adopt(shape, result);
        }
    }

    /// <summary>Copies the rows at the given indices one after another.</summary>
    public static void CopyRows<T>(this Tensor<T> source, ReadOnlySpan<int> rows, Span<T> to) where T : unmanaged
    {
        var size = source.Shape[0] == 0 ? 0 : source.Count / source.Shape[0].Size;
        for (var i = 0; i < rows.Length; i++) source.Span.Slice(rows[i] * size, size).CopyTo(to.Slice(i * size, size));
    }

    /// <summary>Tensors of one type as the rows of another.</summary>
    /// <exception cref="ShapeException">The types differ.</exception>
    public static Tensor Stack(Tensor[] rows)
    {
        var other = Array.FindIndex(rows, row => row.DType != rows[0].DType || row.Shape != rows[0].Shape);
        if (other >= 0)
            throw new ShapeException(
                $"Dataset: examples differ, {other} is {rows[other].Describe()} and those before it {rows[0].Describe()}. Give examples "
                    + "that are alike."
            );
        return rows[0].DType.Visit<Stacked, Tensor>(new(rows));
    }

    readonly struct Stacked(Tensor[] rows) : IElementVisitor<Tensor>
    {
        public Tensor Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            var shape = rows[0].Shape.Insert(0, rows.Length);
            var result = new T[shape.ElementCount];
            for (var i = 0; i < rows.Length; i++) rows[i].As<T>().Span.CopyTo(result.AsSpan(i * rows[0].Count));
            return Tensor<T>.Adopt(shape, result);
        }
    }

    /// <summary>
    /// Pieces of a length along the first axis, the i-th from row <c>first + i·step</c> on: <c>[count, length, …]</c>.
    /// </summary>
    public static Tensor Pieces(this Tensor tensor, int count, int first, int step, int length) =>
        tensor.DType.Visit<Cut, Tensor>(new(tensor, count, first, step, length));

    readonly struct Cut(Tensor source, int count, int first, int step, int length) : IElementVisitor<Tensor>
    {
        public Tensor Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            var shape = source.Shape.With(0, count).Insert(1, length);
            var result = new T[shape.ElementCount];
            var values = source.As<T>().Span;
            var size = source.Shape[0] == 0 ? 0 : source.Count / source.Shape[0].Size;
            for (var i = 0; i < count; i++) values.Slice((first + i * step) * size, length * size).CopyTo(result.AsSpan(i * length * size));
            return Tensor<T>.Adopt(shape, result);
        }
    }

    /// <summary>Makes the rows at the given indices the value of a variable in the next step, without a copy in between.</summary>
    public static void CopyRows(this Tensor tensor, ReadOnlySpan<int> rows, Loop loop, string variable) =>
        tensor.DType.Visit<Given, int>(new(tensor, rows, loop, variable));

    readonly ref struct Given(Tensor tensor, ReadOnlySpan<int> rows, Loop loop, string variable) : IElementVisitor<int>
    {
        readonly ReadOnlySpan<int> rows = rows;

        public int Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            tensor.As<T>().CopyRows(rows, loop.Input<T>(variable, tensor.Shape.With(0, rows.Length)));
            return rows.Length;
        }
    }
}
