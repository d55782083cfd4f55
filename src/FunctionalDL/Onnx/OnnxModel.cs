using FunctionalDL.Onnx;
using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>
/// An ONNX model read as expressions: named inputs, named outputs, and its float initializers as parameters under their names. It can be
/// evaluated, differentiated, compiled, cut, trained as a <see cref="Model"/> and exported again.
/// </summary>
/// <remarks>
/// Every operator is read as the composition of functions that it is, so that its gradient is the chain rule's. Shapes that a graph
/// computes from sizes become named dimensions; functions of the model are read where they are called; <c>If</c> and <c>Loop</c> whose
/// conditions are known are what they come to, other loops a <see cref="Functions.Scan"/>. Opsets 7 to 24 are read.
/// </remarks>
/// <example><code>
/// var read = OnnxModel.Load("resnet.onnx");
/// var model = read.Cut("features").ToModel().Dense(10);
/// </code></example>
public sealed class OnnxModel
{
    readonly OnnxSource file;
    readonly OnnxImportOptions options;
    readonly OnnxInputs inputs;

    OnnxModel(OnnxSource file, OnnxImportOptions options)
    {
        (this.file, this.options) = (file, options);
        inputs = new OnnxInputs(file, options);
        var scope = new FreeScope();
        Outputs = Read(scope, inputs.Variables);
        var used = Graph.Variables([.. Outputs.Select(o => o.Value)]).Select(v => v.VariableName!).ToHashSet();
        Inputs = [.. inputs.Variables.Values];
        Parameters = scope.Parameters.Where((name, _) => used.Contains(name));
    }

    /// <summary>Reads a model from its file, and what it keeps in files beside it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to read it.</param>
    /// <exception cref="OnnxImportException">
    /// The file is damaged, refers to files outside of its folder, or has nodes with no form here, which are listed.
    /// </exception>
    /// <exception cref="DataException">The file cannot be read.</exception>
    public static OnnxModel Load(string path, OnnxImportOptions? options = null) => new(OnnxSource.Load(path), options ?? new());

    /// <summary>Reads a model from its bytes, all of which are in it.</summary>
    /// <inheritdoc cref="Load"/>
    public static OnnxModel Parse(ReadOnlyMemory<byte> bytes, OnnxImportOptions? options = null) =>
        new(OnnxSource.Parse(bytes), options ?? new());

    /// <summary>The names of the inputs of a file, those with a fixed value too, whatever its nodes are.</summary>
    /// <inheritdoc cref="Load"/>
    public static IReadOnlyList<string> NamesOfInputs(string path) => InputsOf(OnnxSource.Load(path));

    /// <summary>The names of the inputs, those with a fixed value too.</summary>
    public IReadOnlyList<string> InputNames => InputsOf(file);

    static string[] InputsOf(OnnxSource file)
    {
        var initialized = file.Model.Graph.Initializer.Select(i => i.Name).ToHashSet();
        return [.. file.Model.Graph.Input.Select(i => i.Name).Where(name => !initialized.Contains(name))];
    }

    /// <summary>The inputs as variables, in the file's order.</summary>
    public IReadOnlyList<Expr> Inputs { get; }

    /// <summary>The outputs as expressions of the inputs and the parameters, in the file's order.</summary>
    public IReadOnlyList<(string Name, Expr Value)> Outputs { get; }

    /// <summary>The values of the parameters: float initializers, under their names.</summary>
    public TensorSet Parameters { get; }

    /// <summary>The names of all values that nodes make, any of which can be an output (<see cref="Cut"/>).</summary>
    public IReadOnlyList<string> ValueNames => [.. file.Model.Graph.Node.SelectMany(n => n.Output).Where(name => name.Length > 0)];

    /// <summary>The version of the standard's operators that the file uses.</summary>
    public long Opset => file.Opsets.GetValueOrDefault("");

    /// <summary>What the file says of itself, to be written into another: the graph's name, its description and its metadata.</summary>
    public OnnxOptions Description => new()
    {
        Name = file.Model.Graph.Name,
        Description = file.Model.DocString,
        Metadata = file.Model.MetadataProps.DistinctBy(p => p.Key).ToDictionary(p => p.Key, p => p.Value),
    };

    /// <summary>The model with other outputs: any values of the graph, by their names. What these do not need is left out.</summary>
    /// <exception cref="OnnxImportException">There is no such value.</exception>
    public OnnxModel Cut(params string[] outputs) => new(file, options with { Outputs = outputs });

    /// <summary>
    /// The model as one that can be trained, extended and exported: the first axis of every input is the batch. In training
    /// BatchNormalization follows the batches and Dropout drops.
    /// </summary>
    /// <exception cref="FunctionalException">
    /// An input has no axis for a batch, or the graph holds for one size of the batch only, as its nodes say.
    /// </exception>
    public Model ToModel()
    {
        var used = Graph.Variables([.. Outputs.Select(o => o.Value)]).Select(v => v.VariableName).ToHashSet();
        if (Inputs.FirstOrDefault(v => v.Rank == 0 && used.Contains(v.VariableName)) is { } scalar)
            throw new FunctionalException($"ONNX: the input \"{scalar.VariableName}\" of {file.Name} is {scalar.Type}, without an axis "
                + "for a batch. Give its value as OnnxImportOptions.Fixed, or use Outputs and Parameters as they are.");
        ModelInput[] needed = [.. inputs.WithBatch().Where(input => used.Contains(input.Name))];
        try
        {
            return Model.Of(needed, (scope, x) => Read(new ModelScope(scope), x)).WithParameters(Parameters);
        }
        catch (OnnxImportException e) when (Inputs.FirstOrDefault(v => v.Shape[0].IsKnown) is { } single)
        {
            throw new OnnxImportException($"ONNX: {file.Name} was written for batches of {single.Shape[0]} (\"{single.VariableName}\" is "
                + $"{single.Type}), and holds for no others. Export it with a named first axis. {e.Message}", e);
        }
    }

    IReadOnlyList<(string Name, Expr Value)> Read(ImportScope scope, IReadOnlyDictionary<string, Expr> variables)
    {
        var graph = file.Model.Graph;
        string[] names = options.Outputs.Count > 0 ? [.. options.Outputs] : [.. graph.Output.Select(o => o.Name)];
        if (names.Length == 0) throw new OnnxImportException($"ONNX: {file.Name} has no outputs. Name values of the graph as outputs.");
        if (options.Outputs.FirstOrDefault(name => !ValueNames.Contains(name) && !variables.ContainsKey(name)) is { } unknown)
            throw new OnnxImportException($"ONNX: {file.Name} has no value \"{unknown}\". It has {string.Join(", ", ValueNames.Take(20))}"
                + (ValueNames.Count > 20 ? ", …" : "") + ".");
        var given = variables.Select(v => (v.Key, OnnxValue.Of(v.Value)))
            .Concat(options.Fixed.Select(v => (v.Key, OnnxValue.Of(Expr.Constant(v.Value)))));
        var values = new GraphReader(file, scope, given, [.. graph.Input.Select(i => i.Name)]).Read(graph, names);
        Expr Tensor(string name, OnnxValue value) => value.List is null ? value.Expression
            : throw new OnnxImportException($"ONNX: the output \"{name}\" of {file.Name} is a list of tensors. "
                + "Name a tensor as the output.");
        Expr[] outputs = [.. names.Zip(values, Tensor)];
        // Sizes are those of inputs, also where an output does not depend on any.
        return [.. names.Zip(SizedLikeOp.Tie(outputs, [.. variables.Values]))];
    }
}
