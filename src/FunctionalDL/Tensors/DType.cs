namespace FunctionalDL;

/// <summary>The type of a tensor's elements.</summary>
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
}

/// <summary>Facts about a <see cref="DType"/>.</summary>
public static class DTypes
{
    /// <summary>Whether values of this type are real numbers, so that a gradient with respect to them exists.</summary>
    public static bool IsFloat(this DType dtype) => dtype is DType.Float32 or DType.Float64;

    /// <summary>Whether values of this type can be added and multiplied.</summary>
    public static bool IsNumeric(this DType dtype) => dtype != DType.Bool;

    /// <summary>The bytes one element takes.</summary>
    public static int ByteSize(this DType dtype) => dtype switch
    {
        DType.Float32 => sizeof(float),
        DType.Float64 => sizeof(double),
        DType.Int64 => sizeof(long),
        _ => sizeof(bool),
    };

    /// <summary>The lower-case name used in messages and printed expressions, such as <c>float32</c>.</summary>
    public static string Name(this DType dtype) => dtype switch
    {
        DType.Float32 => "float32",
        DType.Float64 => "float64",
        DType.Int64 => "int64",
        _ => "bool",
    };

    /// <summary>The dtype that holds elements of the .NET type <typeparamref name="T"/>.</summary>
    /// <exception cref="TensorException"><typeparamref name="T"/> is not float, double, long or bool.</exception>
    public static DType Of<T>() where T : unmanaged =>
        typeof(T) == typeof(float) ? DType.Float32
        : typeof(T) == typeof(double) ? DType.Float64
        : typeof(T) == typeof(long) ? DType.Int64
        : typeof(T) == typeof(bool) ? DType.Bool
        : throw new TensorException($"Tensor: elements of type {typeof(T).Name} are not supported. Use float, double, long or bool.");
}
