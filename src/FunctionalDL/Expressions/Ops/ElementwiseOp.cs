namespace FunctionalDL.Ops;

/// <summary>An op applied element by element to inputs of one shape. Its chain rule is its partial derivatives.</summary>
abstract record ElementwiseOp : Op
{
    /// <summary>∂y/∂xᵢ element by element, or null where it is zero everywhere.</summary>
    protected abstract Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y);

    internal Expr? Partial(int i, Expr y) => Partial(i, y.Inputs, y);

    internal override Expr? Vjp(int i, Expr y, Expr g) => Partial(i, y) is { } d ? IsOne(g) ? d : g * d : null;

    /// <summary>Whether a gradient is the 1 that differentiation begins with.</summary>
    static bool IsOne(Expr g) => (g.Op is BroadcastOp ? g.Inputs[0] : g).ConstantValue is { Count: 1 } value && value.GetDouble(0) == 1;

    internal override Expr? Jvp(Expr y, Expr?[] t)
    {
        Expr? sum = null;
        for (var i = 0; i < t.Length; i++)
            if (t[i] is { } tangent && Partial(i, y) is { } d) sum = sum is null ? tangent * d : sum + tangent * d;
        return sum;
    }

    /// <summary>The ONNX op of the same meaning; broadcasts are left to it.</summary>
    protected abstract string OnnxName { get; }

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => graph.Node(OnnxName, OnnxBroadcast(graph, y, x));

    /// <summary>The inputs without their broadcasts, unless no input would then have the shape of the result.</summary>
    protected static string[] OnnxBroadcast(IOnnxGraph graph, Expr y, string[] x)
    {
        var small = y.Inputs.Select(input => input.Op is BroadcastOp ? input.Inputs[0].Shape : input.Shape);
        return small.Aggregate(Shape.Scalar, (a, b) => Shape.Broadcast(a, b)!) == y.Shape ? [.. y.Inputs.Select(graph.WithoutBroadcast)] : x;
    }

    private protected void SameShape(ReadOnlySpan<TensorType> x)
    {
        foreach (var type in x[1..])
            if (type.Shape != x[0].Shape)
                throw new ShapeException($"{Name}: shapes {string.Join(" and ", x.ToArray())} differ. Broadcast one side.");
    }
}
