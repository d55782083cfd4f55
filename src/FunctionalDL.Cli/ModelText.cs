using System.Globalization;
using FunctionalDL.Onnx;

namespace FunctionalDL.Cli;

/// <summary>Parts of ONNX models in words.</summary>
static class ModelText
{
    /// <summary>A dtype and a shape, such as <c>float32[batch, 10]</c>; a dimension that is not said is a question mark.</summary>
    public static string Of(ValueInfoProto value) => value.Type?.TensorType is { } tensor
        ? DType(tensor.ElemType) + (tensor.Shape is { } shape ? $"[{string.Join(", ", shape.Dim.Select(Of))}]" : " of unknown shape")
        : "no tensor";

    public static string Of(TensorProto tensor) => $"{DType(tensor.DataType)}[{string.Join(", ", tensor.Dims)}]";

    public static string DType(int code) => OnnxTensors.DTypeOf(code)?.Name() ?? $"ONNX type {code}";

    static string Of(TensorShapeProto.Types.Dimension dim)
    {
        if (dim.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue)
            return dim.DimValue.ToString(CultureInfo.InvariantCulture);
        return dim.DimParam.Length > 0 ? dim.DimParam : "?";
    }

    /// <summary>An attribute, its value cut where it is long.</summary>
    public static string Of(AttributeProto a) => a.Type switch
    {
        AttributeProto.Types.AttributeType.Float => FormattableString.Invariant($"{a.Name} = {a.F}"),
        AttributeProto.Types.AttributeType.Int => FormattableString.Invariant($"{a.Name} = {a.I}"),
        AttributeProto.Types.AttributeType.String => $"{a.Name} = \"{a.S.ToStringUtf8()}\"",
        AttributeProto.Types.AttributeType.Floats => $"{a.Name} = [{string.Join(", ", a.Floats.Select(Number))}]",
        AttributeProto.Types.AttributeType.Ints => $"{a.Name} = [{string.Join(", ", a.Ints)}]",
        AttributeProto.Types.AttributeType.Tensor => $"{a.Name} = {Of(a.T)}",
        AttributeProto.Types.AttributeType.Graph => $"{a.Name} = a graph of {a.G.Node.Count} nodes",
        _ => $"{a.Name} = {a.Type}",
    };

    static string Number(float x) => x.ToString(CultureInfo.InvariantCulture);

    /// <summary>The initializers that may be learned: int64 and bool are shapes, axes, indices and masks.</summary>
    public static IEnumerable<TensorProto> Parameters(ModelProto model) => model.AllGraphs().SelectMany(g => g.Initializer)
        .Where(t => OnnxTensors.DTypeOf(t.DataType) is not (FunctionalDL.DType.Int64 or FunctionalDL.DType.Bool));

    /// <summary>The elements of a tensor as its shape says.</summary>
    public static double Elements(TensorProto tensor) => tensor.Dims.Aggregate(1.0, (product, size) => product * size);

    /// <summary>The folder a model's file is in, where the files beside it are.</summary>
    public static string Folder(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    /// <summary>Bytes in the unit that fits.</summary>
    public static string Bytes(double bytes) => bytes switch
    {
        < 1e3 => FormattableString.Invariant($"{bytes:0} B"),
        < 1e6 => FormattableString.Invariant($"{bytes / 1e3:0.0} kB"),
        < 1e9 => FormattableString.Invariant($"{bytes / 1e6:0.0} MB"),
        _ => FormattableString.Invariant($"{bytes / 1e9:0.00} GB"),
    };
}
