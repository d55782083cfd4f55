using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>y = cos x (radians), ∂y/∂x = −sin x.</summary>
sealed record CosOp : UnaryOp
{
    public override string Name => "Cos";

    protected override T Apply<T>(T x) => T.Cos(x);

    protected override Expr? Partial(Expr x, Expr y) => -Sin(x);

    // OnnxRuntime before 1.30 computes the cosine in float32 only, and the sine in both.
    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => y.DType == DType.Float64
        ? graph.Node("Sin", [graph.Node("Add", [x[0], graph.Constant(Math.PI / 2)])])
        : base.ToOnnx(graph, y, x);
}
