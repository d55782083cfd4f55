using System.Numerics;

namespace FunctionalDL;

/// <summary>What the elements of a dtype are.</summary>
enum ElementKind { Float, Integer, Truth }

/// <summary>A row of the table of dtypes: all that is known about one.</summary>
/// <param name="dtype">The dtype.</param>
/// <param name="name">Its name in print.</param>
/// <param name="type">The .NET type of an element.</param>
/// <param name="size">The bytes an element takes.</param>
/// <param name="kind">What the elements are.</param>
/// <param name="codes">What ONNX and safetensors call it.</param>
abstract class ElementType(DType dtype, string name, Type type, int size, ElementKind kind, (int Onnx, string Safetensors) codes)
{
    /// <summary>The table, in the order of the enumeration.</summary>
    public static IReadOnlyList<ElementType> Table { get; } =
    [
        new RealType<float>(DType.Float32, "float32", (1, "F32")),
        new RealType<double>(DType.Float64, "float64", (11, "F64")),
        new WholeType<long>(DType.Int64, "int64", (7, "I64")),
        new TruthType(DType.Bool, "bool", (9, "BOOL")),
        new NarrowType<int, WholeElement<int>>(DType.Int32, "int32", DType.Int64, ElementKind.Integer, (6, "I32")),
        new NarrowType<sbyte, WholeElement<sbyte>>(DType.Int8, "int8", DType.Int64, ElementKind.Integer, (3, "I8")),
        new NarrowType<byte, WholeElement<byte>>(DType.UInt8, "uint8", DType.Int64, ElementKind.Integer, (2, "U8")),
        new NarrowType<Half, RealElement<Half>>(DType.Float16, "float16", DType.Float32, ElementKind.Float, (10, "F16")),
        new NarrowType<BFloat16, BFloat16Element>(DType.BFloat16, "bfloat16", DType.Float32, ElementKind.Float, (16, "BF16")),
        new NarrowType<short, WholeElement<short>>(DType.Int16, "int16", DType.Int64, ElementKind.Integer, (5, "I16")),
        new NarrowType<ushort, WholeElement<ushort>>(DType.UInt16, "uint16", DType.Int64, ElementKind.Integer, (4, "U16")),
        new NarrowType<uint, WholeElement<uint>>(DType.UInt32, "uint32", DType.Int64, ElementKind.Integer, (12, "U32")),
        new WholeType<ulong>(DType.UInt64, "uint64", (13, "U64")),
    ];

    static readonly ElementType[] Rows = [.. Table];

    public static ElementType Of(DType dtype) => (uint)dtype < (uint)Rows.Length ? Rows[(int)dtype]
        : throw new DTypeException($"DType: {(int)dtype} is not one of the {Rows.Length} dtypes. Use a member of DType.");

    public DType DType { get; } = dtype;

    public string Name { get; } = name;

    public Type Type { get; } = type;

    public int Size { get; } = size;

    public ElementKind Kind { get; } = kind;

    /// <summary>Its number in ONNX's enumeration of data types.</summary>
    public int OnnxCode { get; } = codes.Onnx;

    /// <summary>Its name in a safetensors file.</summary>
    public string SafetensorsCode { get; } = codes.Safetensors;

    /// <summary>The dtype in which numbers of this one are computed.</summary>
    public abstract DType Lane { get; }

    /// <summary>The distance from 1 to the next number.</summary>
    public abstract double Epsilon { get; }

    public abstract TResult Visit<TVisitor, TResult>(TVisitor visitor) where TVisitor : IElementVisitor<TResult>, allows ref struct;

    public virtual TResult VisitNumbers<TVisitor, TResult>(TVisitor visitor) where TVisitor : INumberVisitor<TResult>, allows ref struct =>
        throw new DTypeException($"{Name} holds no numbers. Cast to a number first, such as x.Cast(DType.Float32).");

    public virtual TResult VisitReals<TVisitor, TResult>(TVisitor visitor) where TVisitor : IRealVisitor<TResult>, allows ref struct =>
        throw new DTypeException($"{Name} holds no real numbers. Cast to a float first, such as x.Cast(DType.Float32).");
}

/// <summary>A row, as the .NET type of its elements finds it.</summary>
abstract class ElementType<T>(DType dtype, string name, ElementKind kind, (int Onnx, string Safetensors) codes)
    : ElementType(dtype, name, typeof(T), System.Runtime.CompilerServices.Unsafe.SizeOf<T>(), kind, codes) where T : unmanaged
{
    static readonly ElementType<T>? row = Table.OfType<ElementType<T>>().FirstOrDefault();

    /// <exception cref="TensorException">There is no such row.</exception>
    public static ElementType<T> Row =>
        row
        ?? throw new TensorException(
            $"Tensor: elements of type {typeof(T).Name} are not supported. Use {string.Join(", ", Table.Select(r => r.Type.Name))}.");

    public abstract double ToDouble(T x);
}

/// <summary>A row whose elements become numbers, and numbers its elements, as <typeparamref name="TElement"/> says.</summary>
abstract class ElementType<T, TElement>(DType dtype, string name, ElementKind kind, (int Onnx, string Safetensors) codes)
    : ElementType<T>(dtype, name, kind, codes) where T : unmanaged where TElement : IElement<T>
{
    public override DType Lane => DType;

    public sealed override double ToDouble(T x) => TElement.ToDouble(x);

    // Half of a last digit more than 1 is rounded to 1.
    public override double Epsilon { get; } =
        kind != ElementKind.Float
            ? 1
            : Enumerable
                .Range(1, 60)
                .Select(digits => Math.ScaleB(1, -digits))
                .First(step => TElement.ToDouble(TElement.Of(1 + step / 2)) == 1);

    public sealed override TResult Visit<TVisitor, TResult>(TVisitor visitor) => visitor.Visit<T, TElement>();
}

sealed class RealType<T>(DType dtype, string name, (int Onnx, string Safetensors) codes)
    : ElementType<T, RealElement<T>>(dtype, name, ElementKind.Float, codes) where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
{
    public override TResult VisitNumbers<TVisitor, TResult>(TVisitor visitor) => visitor.Visit<T>();

    public override TResult VisitReals<TVisitor, TResult>(TVisitor visitor) => visitor.Visit<T>();
}

sealed class WholeType<T>(DType dtype, string name, (int Onnx, string Safetensors) codes)
    : ElementType<T, WholeElement<T>>(dtype, name, ElementKind.Integer, codes) where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    public override TResult VisitNumbers<TVisitor, TResult>(TVisitor visitor) => visitor.Visit<T>();
}

sealed class TruthType(DType dtype, string name, (int Onnx, string Safetensors) codes)
    : ElementType<bool, TruthElement>(dtype, name, ElementKind.Truth, codes);

/// <summary>
/// A row whose numbers are computed in a wider dtype and rounded: half floats to the nearest, whole numbers to their lowest bits.
/// </summary>
sealed class NarrowType<T, TElement>(DType dtype, string name, DType lane, ElementKind kind, (int Onnx, string Safetensors) codes)
    : ElementType<T, TElement>(dtype, name, kind, codes) where T : unmanaged where TElement : IElement<T>
{
    public override DType Lane => lane;

    public override TResult VisitNumbers<TVisitor, TResult>(TVisitor visitor) => Of(lane).VisitNumbers<TVisitor, TResult>(visitor);

    public override TResult VisitReals<TVisitor, TResult>(TVisitor visitor) => Of(lane).VisitReals<TVisitor, TResult>(visitor);
}
