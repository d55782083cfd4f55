namespace FunctionalDL.Ops;

/// <summary>y = f(x₀, x₁) for truth values: <c>[…], […] → […]</c>, bool.</summary>
abstract record LogicalOp : ElementwiseOp
{
    internal override int? Arity => 2;

    protected abstract bool Apply(bool a, bool b);

    protected override string OnnxName => Name;

    protected sealed override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) => null;

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        if (x[0].DType != DType.Bool || x[1].DType != DType.Bool) throw WrongDType(x, "bool", "Compare the numbers first, such as x > 0.");
        SameShape(x);
        return x[0];
    }

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) => BinaryOp.Zip<bool, bool>(x[0].As<bool>(), x[1], Apply);

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function(Name.ToLowerInvariant(), x);
}
