namespace FunctionalDL.Ops;

/// <summary>Moves elements by their indices: what the evaluation of every structural op comes down to.</summary>
static class Layout
{
    /// <summary>
    /// A tensor of the given shape whose element at index i is the element of x at offset <paramref name="source"/>(i),
    /// or <paramref name="fill"/> where that is negative.
    /// </summary>
    public static Tensor Pick(Tensor x, Shape shape, Func<int[], int> source, double fill = 0) =>
        x.DType.Visit<Picked, Tensor>(new(x, shape, source, fill));

    readonly struct Picked(Tensor x, Shape shape, Func<int[], int> source, double fill) : IElementVisitor<Tensor>
    {
        public Tensor Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            var (result, other) = (new T[shape.ElementCount], TElement.Of(fill));
            var values = x.As<T>().Span;
            foreach (var (index, offset) in Indices(shape))
                result[offset] = source(index) is >= 0 and var from ? values[from] : other;
            return Tensor<T>.Adopt(shape, result);
        }
    }

    /// <summary>Every index of a shape in row-major order, with its offset. The index array is reused.</summary>
    public static IEnumerable<(int[] Index, int Offset)> Indices(Shape shape)
    {
        var sizes = shape.ToSizes();
        var index = new int[sizes.Length];
        var count = shape.ElementCount;
        for (var offset = 0; offset < count; offset++)
        {
            yield return (index, offset);
            for (var axis = sizes.Length - 1; axis >= 0 && ++index[axis] == sizes[axis]; axis--) index[axis] = 0;
        }
    }

    /// <summary>The offset of an index in an array with the given strides.</summary>
    public static int Offset(ReadOnlySpan<int> index, ReadOnlySpan<int> strides)
    {
        var offset = 0;
        for (var i = 0; i < index.Length; i++) offset += index[i] * strides[i];
        return offset;
    }

    /// <summary>The sizes before, at and after an axis, as products: any tensor seen as [outer, n, inner].</summary>
    public static (int Outer, int Size, int Inner) Around(this Shape shape, int axis) =>
        (shape.Slice(0, axis).ElementCount, shape[axis].Size, shape.Slice(axis + 1, shape.Rank).ElementCount);
}
