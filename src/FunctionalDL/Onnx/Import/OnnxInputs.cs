using System.Globalization;
using System.Text;

namespace FunctionalDL.Onnx;

/// <summary>The inputs of a model as variables, with dimensions named as the file names them, as far as these are names here.</summary>
sealed class OnnxInputs
{
    readonly OnnxSource file;
    readonly OnnxImportOptions options;
    readonly Dictionary<string, string> symbols = new(StringComparer.Ordinal);

    public OnnxInputs(OnnxSource file, OnnxImportOptions options)
    {
        (this.file, this.options) = (file, options);
        var graph = file.Model.Graph;
        var initialized = graph.Initializer.Select(i => i.Name).ToHashSet();
        if (options.Fixed.Names.FirstOrDefault(name => graph.Input.All(i => i.Name != name)) is { } unknown)
            throw new OnnxImportException($"ONNX: a value is given for \"{unknown}\", which is no input of {file.Name}. "
                + $"Its inputs are {string.Join(", ", graph.Input.Select(i => i.Name))}.");
        foreach (var input in graph.Input.Where(i => !initialized.Contains(i.Name) && !options.Fixed.ContainsKey(i.Name)))
            if (!Variables.TryAdd(input.Name, Variable(input)))
                throw new OnnxImportException($"ONNX: two inputs of {file.Name} are called \"{input.Name}\". Names are used once.");
    }

    /// <summary>The variables by name, in the file's order.</summary>
    public OrderedDictionary<string, Expr> Variables { get; } = [];

    Expr Variable(ValueInfoProto input)
    {
        if (input.Name.Length == 0) throw new OnnxImportException($"ONNX: an input of {file.Name} has no name. The file is damaged.");
        if (input.Type?.TensorType is not { } type)
            throw new OnnxImportException($"ONNX: the input \"{input.Name}\" of {file.Name} is no tensor. Lists have no form "
                + "as inputs here.");
        if (type.Shape is null)
            throw new OnnxImportException($"ONNX: the input \"{input.Name}\" of {file.Name} has no shape. Run shape inference on the "
                + "file, or give its value as OnnxImportOptions.Fixed.");
        var dtype = DTypeOf(type.ElemType, input.Name);
        return Expr.Variable(input.Name, [.. type.Shape.Dim.Select((d, axis) => DimOf(d, input.Name, axis))], dtype);
    }

    DType DTypeOf(int code, string name)
    {
        try
        {
            return TensorReader.DTypeOf(code, $"the input \"{name}\"");
        }
        catch (OnnxNodeException e)
        {
            var opset = file.Opsets.GetValueOrDefault("");
            throw new OnnxImportException(
                file.Name, [new("input", "ai.onnx", opset, name, "no inputs", e.Message) { IsUnsupported = true }]);
        }
    }

    Dim DimOf(TensorShapeProto.Types.Dimension dimension, string input, int axis)
    {
        if (dimension.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue)
        {
            if (dimension.DimValue is < 0 or > int.MaxValue)
                throw new OnnxImportException($"ONNX: axis {axis} of the input \"{input}\" of {file.Name} has {dimension.DimValue} "
                    + "elements. The file is damaged.");
            return Dim.Of(dimension.DimValue);
        }
        var name = dimension.DimParam.Length > 0 ? dimension.DimParam : $"{input}_dim{axis}";
        return Polynomial(name) ?? Named(name);
    }

    Dim Named(string name) => options.Sizes.TryGetValue(name, out var size) ? size : Dim.Symbol(SymbolOf(name));

    /// <summary>A sum of products of numbers and names, such as <c>2*time + 1</c>; null where a name is anything else.</summary>
    Dim? Polynomial(string text)
    {
        Dim sum = 0;
        foreach (var term in text.Split('+', StringSplitOptions.TrimEntries))
        {
            Dim product = 1;
            foreach (var factor in term.Split(['*', '·'], StringSplitOptions.TrimEntries))
            {
                if (int.TryParse(factor, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) product *= number;
                else if (factor.Length > 0 && !char.IsDigit(factor[0]) && factor.All(c => char.IsLetterOrDigit(c) || c == '_'))
                    product *= Named(factor);
                else return null;
            }
            sum += product;
        }
        return sum;
    }

    /// <summary>The file's name for a dimension, made of letters, digits and underscores; other names stay other ones.</summary>
    string SymbolOf(string name)
    {
        if (symbols.TryGetValue(name, out var known)) return known;
        var text = new StringBuilder();
        foreach (var c in name) text.Append(char.IsLetterOrDigit(c) ? c : '_');
        if (char.IsDigit(text[0])) text.Insert(0, '_');
        while (symbols.ContainsValue(text.ToString())) text.Append('_');
        return symbols[name] = text.ToString();
    }

    /// <summary>The same inputs, whose first axis is the batch.</summary>
    public IEnumerable<ModelInput> WithBatch()
    {
        string[] firsts = [.. Variables.Values.Where(v => v.Rank > 0).Select(v => v.Shape[0].Name).OfType<string>().Distinct()];
        // Another axis that is called batch gets another name, unless it is the batch.
        var other = Model.Batch + "_";
        Dim Renamed(Dim d)
        {
            if (d.Name is not { } name) return d;
            if (firsts.Contains(name)) return Model.Batch;
            return name == Model.Batch ? other : d;
        }
        return Variables.Values.Where(v => v.Rank > 0)
            .Select(v => new ModelInput(v.VariableName!, v.DType, [.. v.Shape.Skip(1).Select(Renamed)]));
    }
}
