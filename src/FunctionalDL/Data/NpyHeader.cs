using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace FunctionalDL;

/// <summary>The header of a file of NumPy: how its elements are written, in which order, and their shape.</summary>
/// <param name="Path">The file, for messages.</param>
/// <param name="Description">The dtype as NumPy writes it: byte order, kind and size, such as <c>&lt;f4</c>.</param>
/// <param name="IsColumnMajor">Whether the first index runs fastest.</param>
/// <param name="Sizes">The shape.</param>
sealed partial record NpyHeader(string Path, string Description, bool IsColumnMajor, int[] Sizes)
{
    /// <summary>The header of a tensor in row-major order.</summary>
    /// <exception cref="DataException">NumPy has none of its dtype.</exception>
    public static NpyHeader Of(Tensor tensor)
    {
        if (Code(tensor.DType.Row()) is not { } code)
            throw new DataException($"NPY: NumPy has no {tensor.DType.Name()}. Write tensor.Cast(DType.Float32).");
        var order = tensor.DType.ByteSize() == 1 ? "|" : "<";
        return new("", order + code, false, tensor.Shape.ToSizes());
    }

    /// <summary>The kind and size of a dtype; null where NumPy has none of it.</summary>
    static string? Code(ElementType row)
    {
        if (row.Type == typeof(BFloat16)) return null;
        var kind = row.Kind switch
        {
            ElementKind.Float => 'f',
            ElementKind.Truth => 'b',
            _ => row.DType.IsUnsigned() ? 'u' : 'i',
        };
        return $"{kind}{row.Size}";
    }

    /// <summary>The bytes of an element.</summary>
    public int Size => Description[^1] - '0';

    /// <summary>The elements, of which there may be more than fit.</summary>
    public double Count => Sizes.Aggregate(1.0, (product, size) => product * size);

    public override string ToString()
    {
        var shape = string.Join(", ", Sizes) + (Sizes.Length == 1 ? "," : "");
        return $"{{'descr': '{Description}', 'fortran_order': {(IsColumnMajor ? "True" : "False")}, 'shape': ({shape}), }}";
    }

    /// <exception cref="DataException">The text is no such header, or names a dtype that this library has not.</exception>
    public static NpyHeader Parse(string path, string text)
    {
        var entries = Entry().Matches(text);
        var rest = Entry().Replace(text, "").Trim();
        var values = entries.GroupBy(e => e.Groups["key"].Value).ToDictionary(g => g.Key, g => g.Last().Groups["value"].Value);
        if (rest != "{}" || values.Count != 3 || entries.Count != 3)
            throw new DataException($"NPY: {path} has the header {Cut(text)}, which is not of one array of numbers. "
                + "Save one array of numbers with numpy.save; arrays with fields are not read.");
        if (!values.TryGetValue("descr", out var quoted) || !values.TryGetValue("fortran_order", out var order)
            || !values.TryGetValue("shape", out var shape) || !quoted.StartsWith('\'') || order is not ("True" or "False")
            || !shape.StartsWith('('))
            throw new DataException($"NPY: {path} has the header {Cut(text)}, whose parts do not belong to their names. Save it again.");
        var description = quoted.Trim('\'');
        if (!Elements().IsMatch(description))
            throw new DataException($"NPY: {path} holds elements of type \"{description}\", which this library has not. "
                + "Convert them before saving: array.astype('float32').");
        return new(path, description, order == "True", [.. Number().Matches(shape).Select(m => Parsed(path, m.Value))]);
    }

    static int Parsed(string path, string size) => int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new DataException($"NPY: {path} has a dimension of {size}, more than {int.MaxValue}. Save it in parts.");

    static string Cut(string text) => text.Trim() is { Length: > 100 } longer ? longer[..100] + "…" : text.Trim();

    [GeneratedRegex(@"'(?<key>\w+)'\s*:\s*(?<value>'[^']*'|True|False|\(\s*\)|\(\s*\d+L?\s*(?:,\s*\d+L?\s*)*,?\s*\))\s*,?\s*")]
    private static partial Regex Entry();

    [GeneratedRegex(@"^(?:[<>=|][fiu][1248]|[<>=|]?b1)$")]
    private static partial Regex Elements();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();

    /// <summary>The elements, which are all that is left of the stream.</summary>
    public Tensor Read(Stream stream)
    {
        var code = Description[^2..];
        if (ElementType.Table.FirstOrDefault(row => Code(row) == code) is { } row) return row.Visit<Same, Tensor>(new(this, stream));
        return code switch
        {
            "i2" => Widened<short>(stream, x => x),
            "u2" => Widened<ushort>(stream, x => x),
            "u4" => Widened<uint>(stream, x => x),
            "u8" => Widened<ulong>(stream, x => x <= long.MaxValue ? (long)x : throw new DataException(
                $"NPY: {Path} holds {x}, more than the largest int64. Convert the array before saving: array.astype('float64').")),
            _ => throw new DataException($"NPY: {Path} holds elements of type \"{Description}\", which this library has not. "
                + "Convert them before saving: array.astype('float32')."),
        };
    }

    readonly struct Same(NpyHeader header, Stream stream) : IElementVisitor<Tensor>
    {
        public Tensor Visit<T, TElement>() where T : unmanaged where TElement : IElement<T> => header.Arranged(header.Bytes<T>(stream));
    }

    Tensor Widened<T>(Stream stream, Converter<T, long> widen) where T : unmanaged =>
        Arranged(Array.ConvertAll(Bytes<T>(stream), widen));

    T[] Bytes<T>(Stream stream) where T : unmanaged
    {
        var elements = new T[Shape.Of([.. Sizes.Select(s => (Dim)s)]).ElementCount];
        var bytes = MemoryMarshal.AsBytes(elements.AsSpan());
        stream.ReadExactly(bytes);
        if (Description[0] == '>' == BitConverter.IsLittleEndian && Size > 1)
            for (var i = 0; i < bytes.Length; i += Size) bytes.Slice(i, Size).Reverse();
        // A truth value of another byte than 0 and 1 is none that .NET knows.
        if (typeof(T) == typeof(bool))
            foreach (ref var x in bytes) x = (byte)(x == 0 ? 0 : 1);
        return elements;
    }

    /// <summary>The elements in row-major order.</summary>
    Tensor<T> Arranged<T>(T[] elements) where T : unmanaged
    {
        Shape shape = [.. Sizes.Select(s => (Dim)s)];
        if (!IsColumnMajor) return Tensor<T>.Adopt(shape, elements);
        var arranged = new T[elements.Length];
        var at = new int[Sizes.Length];
        var strides = new int[Sizes.Length];
        for (var (axis, stride) = (0, 1); axis < Sizes.Length; axis++)
        {
            strides[axis] = stride;
            stride *= Sizes[axis];
        }
        for (var (i, from) = (0, 0); i < arranged.Length; i++)
        {
            arranged[i] = elements[from];
            for (var axis = Sizes.Length - 1; axis >= 0; axis--)
            {
                from += strides[axis];
                if (++at[axis] < Sizes[axis]) break;
                from -= strides[axis] * Sizes[axis];
                at[axis] = 0;
            }
        }
        return Tensor<T>.Adopt(shape, arranged);
    }
}
