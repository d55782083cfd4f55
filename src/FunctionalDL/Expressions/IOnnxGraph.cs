namespace FunctionalDL;

/// <summary>What a primitive needs to write itself as ONNX. Names are those of values in the graph being written.</summary>
interface IOnnxGraph
{
    /// <summary>The version of ONNX's operators that the graph is written in.</summary>
    int Opset { get; }

    /// <summary>Adds a node with one output and returns the output's name. Attributes are long, long[], float, string or a dtype.</summary>
    string Node(string opType, ReadOnlySpan<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes);

    /// <summary>Adds a node with several outputs and returns their names. An attribute may also be a <see cref="Subgraph"/>.</summary>
    string[] Nodes(string opType, int outputs, ReadOnlySpan<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes);

    /// <summary>
    /// A graph of its own, as an attribute: it has inputs for some variables, takes others from this graph by their names here, and has
    /// the given outputs.
    /// </summary>
    object Subgraph(IEnumerable<Expr> inputs, IEnumerable<(Expr Variable, string Name)> outer, IReadOnlyCollection<Expr> outputs);

    /// <summary>Adds a constant and returns its name.</summary>
    string Constant(Tensor value);

    /// <summary>A one-dimensional int64 value holding a shape, computed from the inputs' shapes where it has symbols.</summary>
    string Shape(Shape shape);

    /// <summary>An int64 scalar holding a dimension, computed from the inputs' shapes where it has symbols.</summary>
    string Dim(Dim dim);

    /// <summary>The name of an expression's value without the broadcast that made it, for ONNX ops that broadcast themselves.</summary>
    string WithoutBroadcast(Expr x);
}

/// <summary>An expression has no form in ONNX.</summary>
public class UnsupportedOnnxException(string message, Expr? node = null) : FunctionalException(message)
{
    /// <summary>The op that has none, applied, where it is one.</summary>
    public Expr? Node { get; } = node;
}
