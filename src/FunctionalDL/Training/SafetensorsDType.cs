using System.Runtime.InteropServices;

namespace FunctionalDL;

/// <summary>A dtype of the safetensors format: its size, and how the bytes of a stream become a tensor.</summary>
sealed record SafetensorsDType(int Bytes, Func<Shape, Stream, Tensor> Read)
{
    /// <summary>The elements that are read or written at once.</summary>
    public const int Part = 1 << 20;

    /// <summary>The dtype of a name, or null where the table of dtypes has none.</summary>
    public static SafetensorsDType? Of(string name) =>
        ElementType.Table.FirstOrDefault(row => row.SafetensorsCode == name) is { } row
            ? new(row.Size, row.Visit<Plain, Func<Shape, Stream, Tensor>>(new()))
            : null;

    readonly struct Plain : IElementVisitor<Func<Shape, Stream, Tensor>>
    {
        public Func<Shape, Stream, Tensor> Visit<T, TElement>() where T : unmanaged where TElement : IElement<T> => (shape, stream) =>
        {
            var elements = new T[shape.ElementCount];
            foreach (var part in Parts(elements))
            {
                var bytes = MemoryMarshal.AsBytes(part.Span);
                stream.ReadExactly(bytes);
                // A truth value of another byte than 0 and 1 is none that .NET knows.
                if (typeof(T) == typeof(bool))
                    foreach (ref var x in bytes) x = (byte)(x == 0 ? 0 : 1);
            }
            return Tensor<T>.Adopt(shape, elements);
        };
    }

    static IEnumerable<Memory<T>> Parts<T>(T[] elements)
    {
        for (var left = elements.AsMemory(); !left.IsEmpty; left = left[Math.Min(Part, left.Length)..])
            yield return left[..Math.Min(Part, left.Length)];
    }
}
