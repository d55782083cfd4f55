namespace FunctionalDL.Ops;

/// <summary>y = not x: <c>[…] → […]</c>, bool.</summary>
sealed record NotOp : ElementwiseOp
{
    public override string Name => "Not";

    protected override string OnnxName => "Not";

    protected override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) => null;

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => x[0].DType == DType.Bool ? x[0]
        : throw WrongDType(x, "bool", "Compare the number first, such as x > 0.");

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => x[0].As<bool>().Map(v => !v);

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function("not", x);
}
