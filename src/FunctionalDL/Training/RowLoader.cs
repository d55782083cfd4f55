namespace FunctionalDL;

/// <summary>Copies the examples of a batch into the engine's own input buffers.</summary>
static class RowLoader
{
    /// <summary>Makes the given rows of a tensor the next step's value of a variable.</summary>
    public static void CopyRows(this Tensor source, ReadOnlySpan<int> rows, Loop loop, string variable)
    {
        switch (source)
        {
            case Tensor<float> x: Copy(x, rows, loop, variable); break;
            case Tensor<double> x: Copy(x, rows, loop, variable); break;
            case Tensor<long> x: Copy(x, rows, loop, variable); break;
            case Tensor<bool> x: Copy(x, rows, loop, variable); break;
        }
    }

    static void Copy<T>(Tensor<T> source, ReadOnlySpan<int> rows, Loop loop, string variable) where T : unmanaged
    {
        var buffer = loop.Input<T>(variable, source.Shape.With(0, rows.Length));
        var size = source.Shape[0] == 0 ? 0 : source.Count / source.Shape[0].Size;
        for (var i = 0; i < rows.Length; i++) source.Span.Slice(rows[i] * size, size).CopyTo(buffer.Slice(i * size, size));
    }
}
