namespace FunctionalDL;

/// <summary>Rows of tensors: their slices along the first axis.</summary>
static class TensorRows
{
    /// <summary>The rows at the given indices, in that order.</summary>
    public static Tensor Rows(this Tensor tensor, ReadOnlySpan<int> rows) => tensor switch
    {
        Tensor<float> x => Copy(x, rows),
        Tensor<double> x => Copy(x, rows),
        Tensor<long> x => Copy(x, rows),
        _ => Copy(tensor.As<bool>(), rows),
    };

    static Tensor<T> Copy<T>(Tensor<T> source, ReadOnlySpan<int> rows) where T : unmanaged
    {
        var shape = source.Shape.With(0, rows.Length);
        var result = new T[shape.ElementCount];
        source.CopyRows(rows, result);
        return Tensor<T>.Adopt(shape, result);
    }

    /// <summary>Copies the rows at the given indices one after another.</summary>
    public static void CopyRows<T>(this Tensor<T> source, ReadOnlySpan<int> rows, Span<T> to) where T : unmanaged
    {
        var size = source.Shape[0] == 0 ? 0 : source.Count / source.Shape[0].Size;
        for (var i = 0; i < rows.Length; i++) source.Span.Slice(rows[i] * size, size).CopyTo(to.Slice(i * size, size));
    }

    /// <summary>Makes the rows at the given indices the value of a variable in the next step, without a copy in between.</summary>
    public static void CopyRows(this Tensor tensor, ReadOnlySpan<int> rows, Loop loop, string variable)
    {
        var shape = tensor.Shape.With(0, rows.Length);
        switch (tensor)
        {
            case Tensor<float> x: x.CopyRows(rows, loop.Input<float>(variable, shape)); break;
            case Tensor<double> x: x.CopyRows(rows, loop.Input<double>(variable, shape)); break;
            case Tensor<long> x: x.CopyRows(rows, loop.Input<long>(variable, shape)); break;
            default: tensor.As<bool>().CopyRows(rows, loop.Input<bool>(variable, shape)); break;
        }
    }
}
