using System.Globalization;
using FunctionalDL.Onnx;

namespace FunctionalDL.Cli;

/// <summary>Values of a model's inputs and outputs in files: arrays of NumPy, tables of numbers, images.</summary>
static class ValueFile
{
    /// <summary>The value of an input from a file, in the input's dtype.</summary>
    /// <exception cref="FunctionalException">The file cannot be read, or its numbers are none of the input's dtype.</exception>
    public static Tensor Read(string path, ValueInfoProto input)
    {
        if (input.Type?.TensorType is not { } type || OnnxTensors.DTypeOf(type.ElemType) is not { } dtype)
            throw new FunctionalException($"Input \"{input.Name}\" is {ModelText.Of(input)}, which no file gives. Run it from a program.");
        var dims = type.Shape?.Dim.ToArray() ?? [];
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".npy" => Converted(path, NpyFile.Read(path), dtype),
            ".csv" => Shaped(path, Csv(path, dtype), dims),
            ".png" => Png(path, dtype, dims),
            _ => throw new FunctionalException($"--input: {path} is of no kind that is read. Give a .npy, .csv or .png file."),
        };
    }

    /// <summary>Floats become floats and whole numbers those of another size that holds them; nothing else is what the file says.</summary>
    static Tensor Converted(string path, Tensor value, DType dtype)
    {
        if (value.DType == dtype || value.DType.IsFloat() && dtype.IsFloat()) return value.Cast(dtype);
        var isWhole = value.DType.IsInteger() && dtype.IsInteger();
        return isWhole && value.Cast(dtype) is var whole && whole.Cast(value.DType).BitEquals(value)
            ? whole
            : throw new FunctionalException($"--input: {path} holds {value.Describe()}, the model takes {dtype.Name()}. "
                + $"Convert it before saving: array.astype('{dtype.Name()}').");
    }

    static Tensor Csv(string path, DType dtype)
    {
        var table = CsvFile.Read(path);
        return table.Numbers(dtype, [.. table.Columns]);
    }

    /// <summary>A table's rows in the shape that an input says, as far as it does.</summary>
    static Tensor Shaped(string path, Tensor table, TensorShapeProto.Types.Dimension[] dims)
    {
        Dim[] rest = [.. dims.Skip(1).Select(d => Dim.Of(d.DimValue))];
        if (dims.Length == 0 || rest.Any(d => d == 0)) return table;
        Shape shape = [table.Shape[0], .. rest];
        return shape.Elements == table.Shape.Elements
            ? table.Reshape(shape)
            : throw new FunctionalException($"--input: {path} has {table.Shape[1]} columns, and a row of the input {Shape.Of(rest)} "
                + "elements. Give a table with a column for each.");
    }

    static Tensor Png(string path, DType dtype, TensorShapeProto.Types.Dimension[] dims)
    {
        if (dims.Length != 4) throw new FunctionalException($"--input: {path} is an image, [1, channels, height, width], "
            + $"and the input has {dims.Length} axes. Give a .npy file.");
        var channels = dims[1].DimValue is 1 or 3 ? (int)dims[1].DimValue : 3;
        var image = PngFile.Read(path, channels);
        var pixels = Tensor.Of([1, channels, image.Size.Height, image.Size.Width], image.Values);
        // Whole numbers are as in the file, floats from 0 to 1.
        return dtype.IsFloat() ? pixels.Cast(dtype) : pixels.Map(x => MathF.Round(byte.MaxValue * x)).Cast(dtype);
    }

    /// <summary>Writes a value: an array of NumPy, or a table with a row for each index of the first axis.</summary>
    /// <exception cref="FunctionalException">The file cannot be written, or is of another kind.</exception>
    public static void Write(string path, Tensor value)
    {
        switch (Path.GetExtension(path).ToLowerInvariant())
        {
            case ".npy":
                NpyFile.Write(path, value);
                break;
            case ".csv":
                AtomicFile.Write(path, stream =>
                {
                    using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
                    foreach (var row in Rows(value)) writer.WriteLine(string.Join(",", row));
                });
                break;
            default: throw new FunctionalException($"--output: {path} is of no kind that is written. Name a .npy or .csv file.");
        }
    }

    static IEnumerable<IEnumerable<string>> Rows(Tensor value)
    {
        var rows = value.Shape.Rank == 0 ? 1 : value.Shape[0].Size;
        var columns = rows == 0 ? 0 : value.Count / rows;
        return Enumerable.Range(0, rows).Select(row => Enumerable.Range(row * columns, columns).Select(i => Text(value, i)));
    }

    /// <summary>An element with all its digits.</summary>
    public static string Text(Tensor value, int i) => value.DType.Visit<Digits, string>(new(value, i));

    readonly struct Digits(Tensor value, int i) : IElementVisitor<string>
    {
        public string Visit<T, TElement>() where T : unmanaged where TElement : IElement<T> => value.As<T>().Span[i] is IFormattable x
            ? x.ToString(null, CultureInfo.InvariantCulture)
            : TElement.ToDouble(value.As<T>().Span[i]).ToString(CultureInfo.InvariantCulture);
    }
}
