namespace FunctionalDL;

/// <summary>The type of a tensor's elements: a row of one table, which says all that is known about it.</summary>
public enum DType
{
    /// <summary>IEEE 754 binary32, <see cref="float"/>: the default for models.</summary>
    Float32,

    /// <summary>IEEE 754 binary64, <see cref="double"/>: the default for scalars and gradient checks.</summary>
    Float64,

    /// <summary>Signed 64-bit integers, <see cref="long"/>: indices, labels and random keys.</summary>
    Int64,

    /// <summary><see cref="bool"/>: masks and the results of comparisons.</summary>
    Bool,

    /// <summary>Signed 32-bit integers, <see cref="int"/>: tokens, labels and indices of other libraries.</summary>
    Int32,

    /// <summary>Signed 8-bit integers, <see cref="sbyte"/>: quantized weights.</summary>
    Int8,

    /// <summary>Unsigned 8-bit integers, <see cref="byte"/>: images.</summary>
    UInt8,

    /// <summary>IEEE 754 binary16, <see cref="Half"/>: 11 binary digits, up to 65504. It is computed in float32 and rounded.</summary>
    Float16,

    /// <summary>
    /// The upper half of a float32, <see cref="FunctionalDL.BFloat16"/>: 8 binary digits. It is computed in float32 and rounded.
    /// </summary>
    BFloat16,

    /// <summary>Signed 16-bit integers, <see cref="short"/>: sound.</summary>
    Int16,

    /// <summary>Unsigned 16-bit integers, <see cref="ushort"/>: images of 16 bits.</summary>
    UInt16,

    /// <summary>Unsigned 32-bit integers, <see cref="uint"/>.</summary>
    UInt32,

    /// <summary>Unsigned 64-bit integers, <see cref="ulong"/>: hashes and the bits of random numbers.</summary>
    UInt64,
}

/// <summary>Facts about a <see cref="DType"/>.</summary>
public static class DTypes
{
    /// <summary>Whether values of this type are real numbers, so that a gradient with respect to them exists.</summary>
    public static bool IsFloat(this DType dtype) => dtype.Row().Kind == ElementKind.Float;

    /// <summary>Whether values of this type are whole numbers, which wrap around where a result is too large.</summary>
    public static bool IsInteger(this DType dtype) => dtype.Row().Kind == ElementKind.Integer;

    /// <summary>Whether values of this type are whole numbers of which none is below 0: −1 is the largest.</summary>
    internal static bool IsUnsigned(this DType dtype) => dtype.IsInteger() && dtype.Visit<MinusOne, double>(new()) > 0;

    readonly struct MinusOne : IElementVisitor<double>
    {
        public double Visit<T, TElement>() where T : unmanaged where TElement : IElement<T> => TElement.ToDouble(TElement.Of(-1));
    }

    /// <summary>Whether values of this type can be added and multiplied.</summary>
    public static bool IsNumeric(this DType dtype) => dtype.Row().Kind != ElementKind.Truth;

    /// <summary>The bytes one element takes.</summary>
    public static int ByteSize(this DType dtype) => dtype.Row().Size;

    /// <summary>The lower-case name used in messages and printed expressions, such as <c>float32</c>.</summary>
    public static string Name(this DType dtype) => dtype.Row().Name;

    /// <summary>The dtype that holds elements of the .NET type <typeparamref name="T"/>.</summary>
    /// <exception cref="TensorException">No dtype holds elements of <typeparamref name="T"/>.</exception>
    public static DType Of<T>() where T : unmanaged => ElementType<T>.Row.DType;

    /// <summary>The dtype in which numbers of this one are computed: itself, or a wider one, from which results are rounded.</summary>
    internal static DType Lane(this DType dtype) => dtype.Row().Lane;

    /// <summary>Whether numbers of this dtype are computed in a wider one.</summary>
    internal static bool IsNarrow(this DType dtype) => dtype.Lane() != dtype;

    /// <summary>The row of the table.</summary>
    internal static ElementType Row(this DType dtype) => ElementType.Of(dtype);

    /// <summary>
    /// The distance from 1 to the next larger number: 2⁻²³ for float32, 2⁻⁷ for bfloat16, and 1 for whole numbers.
    /// </summary>
    public static double Epsilon(this DType dtype) => dtype.Row().Epsilon;

    /// <summary>All there are.</summary>
    public static IReadOnlyList<DType> All { get; } = Enum.GetValues<DType>();

    /// <summary>The number of a dtype in ONNX's enumeration of data types, TensorProto.DataType.</summary>
    public static int OnnxCode(this DType dtype) => dtype.Row().OnnxCode;

    /// <summary>
    /// The one place where code for elements of any type becomes code for those of a dtype: no list of dtypes is needed elsewhere.
    /// </summary>
    /// <example>
    /// <code>
    /// var bytes = tensor.DType.Visit&lt;Bytes, byte[]&gt;(new(tensor));
    ///
    /// readonly struct Bytes(Tensor tensor) : IElementVisitor&lt;byte[]&gt;
    /// {
    ///     public byte[] Visit&lt;T, TElement&gt;() where T : unmanaged where TElement : IElement&lt;T&gt; =&gt;
    ///         MemoryMarshal.AsBytes(tensor.As&lt;T&gt;().Span).ToArray();
    /// }
    /// </code>
    /// </example>
    public static TResult Visit<TVisitor, TResult>(this DType dtype, TVisitor visitor)
        where TVisitor : IElementVisitor<TResult>, allows ref struct => dtype.Row().Visit<TVisitor, TResult>(visitor);

    /// <summary>The same for code that computes with numbers.</summary>
    /// <exception cref="DTypeException">The dtype is bool.</exception>
    internal static TResult VisitNumbers<TVisitor, TResult>(this DType dtype, TVisitor visitor)
        where TVisitor : INumberVisitor<TResult>, allows ref struct => dtype.Row().VisitNumbers<TVisitor, TResult>(visitor);

    /// <summary>The same for code that computes with real numbers.</summary>
    /// <exception cref="DTypeException">The dtype is not a float.</exception>
    internal static TResult VisitReals<TVisitor, TResult>(this DType dtype, TVisitor visitor)
        where TVisitor : IRealVisitor<TResult>, allows ref struct => dtype.Row().VisitReals<TVisitor, TResult>(visitor);
}
