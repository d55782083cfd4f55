namespace FunctionalDL.Ops;

/// <summary>
/// y = f⁽ⁿ⁾(x), element by element, for a function of which only the name is known: <c>[…] → […]</c>. ∂y/∂x =
/// f⁽ⁿ⁺¹⁾(x). It can be differentiated and printed, not evaluated: <see cref="AbstractFunctions.Define(Expr, string, Func{Expr,
/// Expr})"/> gives it a body.
/// </summary>
sealed record AbstractFunctionOp(string Symbol, int Order) : ElementwiseOp
{
    public override string Name => "AbstractFunction";

    private protected override Op Remake(AttributeMap a) => new AbstractFunctionOp(a.Of("symbol", Symbol), a.Of("order", Order));

    protected override string OnnxName => Name;

    internal override TensorType Infer(ReadOnlySpan<TensorType> x)
    {
        if (Symbol.Length == 0) throw new FunctionalException("AbstractFunction: the name is empty. Name it, such as \"f\".");
        if (Order < 0) throw new FunctionalException($"AbstractFunction: {Symbol} is differentiated {Order} times. Give 0 or more.");
        return x[0].DType.IsFloat() ? x[0] : throw WrongDType(x, "float32 or float64", "Cast the input to a float.");
    }

    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes) =>
        throw new FunctionalException(
            $"{Symbol} is abstract: only its name is known. Give it a body, such as expression.Define(\"{Symbol}\", Tanh), or --let "
                + $"{Symbol}=tanh on the command line."
        );

    protected override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) => new(this with { Order = Order + 1 }, x[0]);

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function(Symbol + new string('′', Order), x);

    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x) => throw new UnsupportedOnnxException(
        $"{Symbol} is abstract: only its name is known. Give it a body before the export, such as expression.Define(\"{Symbol}\", Tanh).");
}
