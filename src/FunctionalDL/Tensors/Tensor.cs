using System.Globalization;
using System.Text;

namespace FunctionalDL;

/// <summary>
/// An immutable dense array of numbers or truth values in row-major order. Its shape has only known sizes.
/// </summary>
public abstract class Tensor
{
    private protected Tensor(DType dtype, Shape shape) => (DType, Shape) = (dtype, shape);

    /// <summary>The type of the elements.</summary>
    public DType DType { get; }

    /// <summary>The sizes, all known.</summary>
    public Shape Shape { get; }

    /// <summary>The number of elements.</summary>
    public abstract int Count { get; }

    /// <summary>The bytes of its elements.</summary>
    internal long Bytes => (long)Count * DType.ByteSize();

    /// <summary>A tensor of the given shape holding a copy of <paramref name="values"/>, row by row.</summary>
    /// <exception cref="TensorException">The number of values is not the number of elements of the shape.</exception>
    public static Tensor<T> Of<T>(Shape shape, ReadOnlySpan<T> values) where T : unmanaged =>
        Tensor<T>.Adopt(shape, values.ToArray());

    /// <inheritdoc cref="Of{T}(Shape, ReadOnlySpan{T})"/>
    public static Tensor<T> Of<T>(Shape shape, T[] values) where T : unmanaged => Of(shape, (ReadOnlySpan<T>)values);

    /// <summary>A scalar tensor.</summary>
    public static Tensor<T> Scalar<T>(T value) where T : unmanaged => Tensor<T>.Adopt(Shape.Scalar, [value]);

    /// <summary>A vector, copied.</summary>
    public static Tensor<T> Vector<T>(params T[] values) where T : unmanaged => Of(Shape.Of(values.Length), values);

    /// <summary>A matrix, copied.</summary>
    public static Tensor<T> Matrix<T>(T[,] values) where T : unmanaged =>
        Tensor<T>.Adopt(Shape.Of(values.GetLength(0), values.GetLength(1)), [.. values.Cast<T>()]);

    /// <summary>A tensor with every element equal to <paramref name="value"/>, which is converted to the dtype.</summary>
    /// <exception cref="DTypeException">The dtype is of integers, and the value without its fraction is not one of them.</exception>
    public static Tensor Full(DType dtype, Shape shape, double value) => dtype.Visit<Filled, Tensor>(new(dtype, shape, value));

    readonly struct Filled(DType dtype, Shape shape, double value) : IElementVisitor<Tensor>
    {
        public Tensor Visit<T, TElement>() where T : unmanaged where TElement : IElement<T>
        {
            var element = TElement.Of(value);
            return !dtype.IsInteger() || Conversion.Whole<T, TElement>(element) == Int128.CreateSaturating(value) && !double.IsNaN(value)
                ? Tensor<T>.Fill(shape, element)
                : throw new DTypeException(
                    FormattableString.Invariant($"Tensor: {value} is not a number of {dtype.Name()}. Cast to a dtype that holds it."));
        }
    }

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(DType dtype, Shape shape) => Full(dtype, shape, 0);

    /// <summary>A vector whose elements are still to be written, before anybody sees it.</summary>
    internal static Tensor Unwritten(DType dtype, int count) => dtype.Visit<Empty, Tensor>(new(count));

    readonly struct Empty(int count) : IElementVisitor<Tensor>
    {
        public Tensor Visit<T, TElement>() where T : unmanaged where TElement : IElement<T> =>
            Tensor<T>.Adopt(Shape.Of(count), GC.AllocateUninitializedArray<T>(count));
    }

    /// <summary>A float64 scalar.</summary>
    public static implicit operator Tensor(double value) => Scalar(value);

    /// <summary>A float32 scalar.</summary>
    public static implicit operator Tensor(float value) => Scalar(value);

    /// <summary>An int64 scalar.</summary>
    public static implicit operator Tensor(long value) => Scalar(value);

    /// <summary>A float32 vector, copied.</summary>
    public static implicit operator Tensor(float[] values) => Vector(values);

    /// <summary>A float64 vector, copied.</summary>
    public static implicit operator Tensor(double[] values) => Vector(values);

    /// <summary>An int64 vector, copied.</summary>
    public static implicit operator Tensor(long[] values) => Vector(values);

    /// <summary>A float32 matrix, copied.</summary>
    public static implicit operator Tensor(float[,] values) => Matrix(values);

    /// <summary>A float64 matrix, copied.</summary>
    public static implicit operator Tensor(double[,] values) => Matrix(values);

    /// <summary>This tensor with typed elements.</summary>
    /// <exception cref="DTypeException">The elements are of another type.</exception>
    public Tensor<T> As<T>()
        where T : unmanaged =>
        this as Tensor<T>
        ?? throw new DTypeException(
            $"Tensor: holds {DType.Name()}, not {DTypes.Of<T>().Name()}. Convert it first: tensor.Cast({DTypes.Of<T>()}).");

    /// <summary>A copy of the elements, row by row.</summary>
    /// <exception cref="DTypeException">The elements are of another type.</exception>
    public T[] ToArray<T>() where T : unmanaged => As<T>().Span.ToArray();

    /// <summary>The value of a tensor with one element, as a double.</summary>
    /// <exception cref="TensorException">There is not exactly one element.</exception>
    public double ToScalar() => Count == 1 ? GetDouble(0)
        : throw new TensorException($"Tensor: {this.Describe()} is not a single number. Index it or reduce it first.");

    /// <summary>The i-th element in row-major order as a double; true is 1.</summary>
    public abstract double GetDouble(int index);

    /// <summary>The same elements in another shape; no copy is made.</summary>
    /// <exception cref="ShapeException">The shapes differ in their number of elements.</exception>
    public abstract Tensor Reshape(Shape shape);

    /// <summary>
    /// The elements converted to another dtype. Real numbers become integers by truncation towards zero, NaN 0, and what is beyond the
    /// dtype its largest or smallest number; integers become those of fewer bits by their lowest bits, as integers wrap around; a float
    /// becomes the nearest one, of two equally near the even one; true is 1; a number becomes true where it is not 0.
    /// </summary>
    public Tensor Cast(DType dtype) => dtype == DType ? this : Conversion.Cast(this, dtype);

    /// <summary>The elements as numbers of the type in which those of this dtype are computed.</summary>
    internal Tensor<T> In<T>() where T : unmanaged => (Tensor<T>)Cast(DTypes.Of<T>());

    /// <summary>
    /// Whether dtype, shape and every element are equal; compared bit by bit, so NaN equals the same NaN and 0 differs from −0.
    /// </summary>
    public abstract bool BitEquals(Tensor other);

    /// <summary>Dtype and shape, such as <c>float32[64, 784]</c>.</summary>
    public string Describe() => DType.Name() + Shape;

    /// <summary>Dtype, shape and the first elements.</summary>
    public override string ToString()
    {
        const int shown = 8;
        var text = new StringBuilder(Describe()).Append(" {");
        for (var i = 0; i < Math.Min(Count, shown); i++)
            text.Append(i == 0 ? " " : ", ").Append(GetDouble(i).ToString("G6", CultureInfo.InvariantCulture));
        return text.Append(Count > shown ? ", … }" : " }").ToString();
    }
}

/// <summary>A tensor with elements of type <typeparamref name="T"/>, the .NET type of a <see cref="DType"/>.</summary>
public sealed class Tensor<T> : Tensor where T : unmanaged
{
    readonly T[] data;

    Tensor(Shape shape, T[] data) : base(DTypes.Of<T>(), shape) => this.data = data;

    /// <inheritdoc/>
    public override int Count => data.Length;

    /// <summary>The elements in row-major order.</summary>
    public ReadOnlySpan<T> Span => data;

    /// <summary>The elements in row-major order, for code that keeps them across calls.</summary>
    public ReadOnlyMemory<T> Memory => data;

    /// <summary>One element by its indices.</summary>
    /// <exception cref="TensorException">There are not as many indices as dimensions, or one is out of range.</exception>
    public T this[params int[] indices]
    {
        get
        {
            if (indices.Length != Shape.Rank)
                throw new TensorException($"Tensor: {indices.Length} indices for {Describe()}. Give {Shape.Rank}.");
            var offset = 0;
            for (var i = 0; i < indices.Length; i++)
            {
                var size = Shape[i].Size;
                if ((uint)indices[i] >= (uint)size)
                    throw new TensorException($"Tensor: index {indices[i]} is outside dimension {i} of {Describe()}. Use 0 to {size - 1}.");
                offset = offset * size + indices[i];
            }
            return data[offset];
        }
    }

    /// <summary>Takes ownership of an array that nothing else will write to.</summary>
    internal static Tensor<T> Adopt(Shape shape, T[] data) =>
        shape.ElementCount == data.Length
            ? new(shape, data)
            : throw new TensorException(
                $"Tensor: {data.Length} values do not fill {shape}, which has {shape.ElementCount} elements. Reshape or complete the data."
            );

    internal static Tensor<T> Fill(Shape shape, T value)
    {
        var data = new T[shape.ElementCount];
        data.AsSpan().Fill(value);
        return new(shape, data);
    }

    /// <inheritdoc/>
    public override Tensor Reshape(Shape shape) =>
        shape.ElementCount == Count
            ? new Tensor<T>(shape, data)
            : throw new ShapeException(
                $"Reshape: {Describe()} has {Count} elements and {shape} has {shape.ElementCount}. Choose a shape with {Count}.");

    /// <inheritdoc/>
    public override double GetDouble(int index) => ElementType<T>.Row.ToDouble(data[index]);

    /// <summary>A tensor of the same shape with each element mapped.</summary>
    public Tensor<TResult> Map<TResult>(Func<T, TResult> f) where TResult : unmanaged =>
        Tensor<TResult>.Adopt(Shape, Array.ConvertAll(data, x => f(x)));

    /// <inheritdoc/>
    public override bool BitEquals(Tensor other) =>
        other is Tensor<T> o
        && o.Shape == Shape
        && System
            .Runtime.InteropServices.MemoryMarshal.AsBytes(Span)
            .SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.AsBytes(o.Span));
}
