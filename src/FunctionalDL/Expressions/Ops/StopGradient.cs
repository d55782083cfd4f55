namespace FunctionalDL.Ops;

/// <summary>y = x, with a derivative taken as zero: <c>[…] → […]</c>.</summary>
sealed record StopGradientOp : Op
{
    public override string Name => "StopGradient";

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => x[0];

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => x[0];

    internal override Expr? Vjp(int i, Expr y, Expr g) => null;

    internal override Expr? Jvp(Expr y, Expr?[] t) => null;

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => new(this, x);

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function("stopgradient", x);

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => graph.Node("Identity", x);
}
