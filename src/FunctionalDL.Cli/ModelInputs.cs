using System.CommandLine;
using System.Globalization;
using FunctionalDL.Onnx;

namespace FunctionalDL.Cli;

/// <summary>The inputs of an ONNX model, and random values for them.</summary>
static class ModelInputs
{
    /// <summary>The option that gives sizes to named dimensions.</summary>
    public static Option<string[]> SizeOption() => new("--size")
    {
        Description = "The size of a named dimension, such as batch=4; 1 unless said.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    public static Option<long> SeedOption() =>
        new("--seed") { Description = "The seed of the random inputs.", DefaultValueFactory = _ => 0 };

    /// <summary>The inputs that have no value in the file.</summary>
    public static IReadOnlyList<ValueInfoProto> Of(ModelProto model)
    {
        var initialized = model.Graph.Initializer.Select(i => i.Name).ToHashSet();
        return [.. model.Graph.Input.Where(i => !initialized.Contains(i.Name))];
    }

    /// <exception cref="FunctionalException">A size is not written as name=number, or names no dimension of an input.</exception>
    public static Dictionary<string, int> Sizes(string[] given, params IEnumerable<ModelProto> models)
    {
        string[] names = [.. models.SelectMany(Of).SelectMany(Dimensions).Select(d => d.DimParam).Where(n => n.Length > 0).Distinct()];
        var sizes = new Dictionary<string, int>();
        foreach (var text in given)
        {
            if (text.Split('=', 2, StringSplitOptions.TrimEntries) is not [{ Length: > 0 } name, var number]
                || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var size))
                throw new FunctionalException($"--size: \"{text}\" is no size. Write name=number, such as batch=4.");
            if (!names.Contains(name))
                throw new FunctionalException($"--size: there is no dimension \"{name}\". There are: {string.Join(", ", names)}.");
            if (!sizes.TryAdd(name, size)) throw new FunctionalException($"--size: \"{name}\" is given twice. Leave one out.");
        }
        return sizes;
    }

    static IEnumerable<TensorShapeProto.Types.Dimension> Dimensions(ValueInfoProto value) => value.Type?.TensorType?.Shape?.Dim ?? [];

    /// <summary>A size of a dimension: as the file says, as was given, or 1.</summary>
    public static int Size(TensorShapeProto.Types.Dimension dim, Dictionary<string, int> sizes) =>
        dim.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue
            ? checked((int)dim.DimValue)
            : sizes.GetValueOrDefault(dim.DimParam, 1);

    /// <summary>Floats uniform in [−1, 1), integers 0 or 1.</summary>
    /// <exception cref="FunctionalException">An input is no tensor of a dtype that this library has.</exception>
    public static TensorSet Random(ModelProto model, Dictionary<string, int> sizes, long seed) => TensorSet.Of(Of(model).Select(input =>
        KeyValuePair.Create(input.Name, DrawnInputs.Of(input.Name, Type(input, sizes), DrawnInputs.Run(seed, 0, 0)))));

    static TensorType Type(ValueInfoProto input, Dictionary<string, int> sizes)
    {
        if (input.Type?.TensorType is not { } type || OnnxTensors.DTypeOf(type.ElemType) is not { } dtype)
            throw new FunctionalException($"Input \"{input.Name}\" is {ModelText.Of(input)}, for which no random value can be drawn. "
                + "Run the model on values of your own with fdl run.");
        return new(dtype, [.. Dimensions(input).Select(d => (Dim)Size(d, sizes))]);
    }
}
