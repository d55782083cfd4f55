namespace FunctionalDL.Ops;

/// <summary>An op applied element by element to inputs of one shape. Its chain rule is its partial derivatives.</summary>
abstract record ElementwiseOp : Op
{
    const int LongestChain = 8;

    /// <summary>∂y/∂xᵢ element by element, or null where it is zero everywhere.</summary>
    protected abstract Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y);

    internal Expr? Partial(int i, Expr y) => Partial(i, y.Inputs, y);

    internal override Expr? Vjp(int i, Expr y, Expr g) => Partial(i, y) is { } d ? Product(g, d) : null;

    internal override Func<int, Cotangent?> MaskedPullback(Expr y, Cotangent g) =>
        i => Vjp(i, y, g.Value) is { } share ? g with { Value = share } : null;

    /// <summary>g · d, without factors of 1 and as a quotient where d is a reciprocal.</summary>
    static Expr Product(Expr g, Expr d)
    {
        if (IsOne(g)) return d;
        if (IsOne(d)) return g;
        return d.Op is DivideOp && IsOne(d.Inputs[0]) ? g / d.Inputs[1] : g * d;
    }

    /// <summary>Whether a factor is 1 everywhere, as the gradient is that differentiation begins with.</summary>
    private protected static bool IsOne(Expr x) => Number(x) == 1;

    /// <summary>The number x is everywhere, if it is one constant.</summary>
    private protected static double? Number(Expr x) => x.RepeatedNumber;

    internal override Expr? Jvp(Expr y, Expr?[] t)
    {
        Expr? sum = null;
        for (var i = 0; i < t.Length; i++)
            if (t[i] is { } tangent && Partial(i, y) is { } d) sum = sum is null ? tangent * d : sum + tangent * d;
        return sum;
    }

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => new(this, AllBatched(x, batched, n));

    /// <summary>The ONNX op of the same meaning; broadcasts are left to it.</summary>
    protected abstract string OnnxName { get; }

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => graph.Node(OnnxName, OnnxBroadcast(graph, y, x));

    /// <summary>The inputs without their broadcasts, unless no input would then have the shape of the result.</summary>
    protected static string[] OnnxBroadcast(IOnnxGraph graph, Expr y, string[] x)
    {
        var small = y.Inputs.Select(input => input.Op is BroadcastOp ? input.Inputs[0].Shape : input.Shape);
        return small.Aggregate(Shape.Scalar, (a, b) => Shape.Broadcast(a, b)!) == y.Shape
            ? [.. y.Inputs.Select(graph.WithoutBroadcast)]
            : x;
    }

    /// <summary>
    /// Whether x is a function of one element at a time that may have an infinite slope, such as ln or a quotient, or a short chain of
    /// functions of such a one, whose elements may have been moved.
    /// </summary>
    internal static bool IsSteep(Expr x)
    {
        for (var length = 0; length < LongestChain && x.Op is ElementwiseOp or ReshapeOp or TransposeOp or BroadcastOp; length++)
        {
            if (x.Op is LogOp or Log1POp or SqrtOp or ExpOp or Expm1Op or TanOp or AsinOp or AcosOp or SinhOp or CoshOp) return true;
            if (x.Op is AcoshOp or AtanhOp or Atan2Op) return true;
            if (x.Op is DivideOp && Number(x.Inputs[1]) is null || x.Op is PowerOp && !(Number(x.Inputs[1]) >= 1)) return true;
            Expr[] moving = [.. x.Inputs.Where(input => Number(input) is null)];
            if (moving.Length != 1) return false;
            x = moving[0];
        }
        return false;
    }

    private protected void SameShape(ReadOnlySpan<TensorType> x)
    {
        foreach (var type in x[1..])
            if (type.Shape != x[0].Shape)
                throw new ShapeException($"{Name}: shapes {string.Join(" and ", x.ToArray())} differ. Broadcast one side.");
    }

    /// <summary>Why the op is not differentiable at numbers x, or within a distance from them; null where it is.</summary>
    private protected virtual NonSmooth? NonSmoothAt(Expr y, ReadOnlySpan<double> x, double within) => null;

    internal sealed override IEnumerable<(int Element, NonSmooth Why)> NonSmoothAt(Expr y, Tensor[] x, Reach within)
    {
        var numbers = new double[x.Length];
        for (var element = 0; element < x[0].Count; element++)
        {
            for (var i = 0; i < x.Length; i++) numbers[i] = x[i].GetDouble(element);
            if (NonSmoothAt(y, numbers, within.At(element)) is { } why) yield return (element, why);
        }
    }
}
