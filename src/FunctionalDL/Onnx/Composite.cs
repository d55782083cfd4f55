namespace FunctionalDL.Onnx;

/// <summary>A function at its inputs, and how it is written as one operator, or in the form that runtimes have a kernel for.</summary>
/// <param name="Function">The function of the inputs, built as its layer builds it: what a node is compared with.</param>
/// <param name="Inputs">Nodes that the function is applied to.</param>
/// <param name="Write">Writes it, from the names of the inputs' values, and returns the name of the result.</param>
sealed record Composite(Expr Function, IReadOnlyList<Expr> Inputs, Func<IOnnxGraph, string[], string> Write)
{
    /// <summary>A function that is one operator of the same inputs.</summary>
    public static Composite Of(string op, Expr function, Expr[] inputs, params (string Name, object Value)[] attributes) =>
        new(function, inputs, (graph, x) => graph.Node(op, x, attributes));
}

/// <summary>
/// A composite that is looked for. A guess takes inputs and attributes from where they would stand below a root and rebuilds the function;
/// that the root is the same graph is what proves the guess.
/// </summary>
/// <param name="Name">The operator, or the function.</param>
/// <param name="Root">The op of its last node.</param>
/// <param name="Kernels">The dtypes of values for which OnnxRuntime has a kernel.</param>
/// <param name="Guess">The composite that a root may be; null where it cannot be one.</param>
/// <param name="Since">The first opset that has the operator.</param>
sealed record Pattern(string Name, Type Root, DType[] Kernels, Func<Expr, Composite?> Guess, int Since = Opsets.Least)
{
    public static readonly DType[] Single = [DType.Float32], Reals = [DType.Float32, DType.Float64],
        Any = [.. DTypes.All];

    /// <summary>All patterns, those of more nodes first where roots are of one op.</summary>
    public static IReadOnlyList<Pattern> All { get; } =
    [
        .. RecurrentOperators.Composites,
        .. NormalizationOperators.Composites,
        .. PoolingOperators.Composites,
        .. ConvolutionOperators.Composites,
        .. ActivationOperators.Composites,
        .. ReductionOperators.Composites,
        .. ProductOperators.Composites,
        .. ShapeOperators.Composites,
    ];

    public static Pattern Of<TRoot>(string name, DType[] kernels, Func<Expr, Composite?> guess, int since = Opsets.Least)
        where TRoot : Op => new(name, typeof(TRoot), kernels, guess, since);

    /// <summary>The composite that a node is proved to be; null where it is not this one.</summary>
    public Composite? Match(Expr node)
    {
        if (!Kernels.Contains(node.DType)) return null;
        try
        {
            return Guess(node) is { } composite && SameGraph.Holds(node, composite.Function) ? composite : null;
        }
        catch (FunctionalException)
        {
            // What the function cannot be applied to is not its input.
            return null;
        }
    }
}
