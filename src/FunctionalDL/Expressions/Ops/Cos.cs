using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>y = cos x (radians), ∂y/∂x = −sin x.</summary>
sealed record CosOp : UnaryOp
{
    public override string Name => "Cos";

    protected override T Apply<T>(T x) => T.Cos(x);

    protected override Expr? Partial(Expr x, Expr y) => -Sin(x);

    // OnnxRuntime before 1.30 computes the cosine in float32 only, and the sine in both: cos x = 1 − 2 sin²(x/2), where x/2 is exact.
    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        if (y.DType != DType.Float64) return base.ToOnnx(graph, y, x);
        var sine = graph.Node("Sin", [graph.Node("Mul", [x[0], graph.Constant(0.5)])]);
        return graph.Node("Sub", [graph.Constant(1.0), graph.Node("Mul", [graph.Constant(2.0), graph.Node("Mul", [sine, sine])])]);
    }
}
