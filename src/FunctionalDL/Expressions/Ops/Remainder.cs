using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>
/// y = x₀ − x₁·q with the quotient q = x₀/x₁ cut towards 0: it has the sign of x₀, as % of C. ∂y/∂x₀ = 1,
/// ∂y/∂x₁ = −q. Of floats it is exact, and NaN where x₁ is 0 or x₀ infinite; a whole number divided by 0 is an error.
/// </summary>
sealed record RemainderOp : BinaryOp
{
    public override string Name => "Remainder";

    protected override T Apply<T>(T a, T b) => SpecialValues.Remainder(a, b);

    // The quotient of what is divided without rest is a whole number but for its rounding, which x₀/x₁ may lie on the other side of.
    protected override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) => i == 0 ? Full(y, 1) : -Round((x[0] - y) / x[1]);

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function("remainder", x);

    private protected override NonSmooth? NonSmoothAt(Expr y, ReadOnlySpan<double> x, double within)
    {
        if (Math.Abs(x[1]) <= within) return new(NonSmoothKind.OutsideDomain, "There is no remainder of a division by 0.");
        var quotient = x[0] / x[1];
        var reach = within * (1 + Math.Abs(quotient)) / Math.Abs(x[1]);
        return Math.Abs(quotient) > 0.5 && NonSmooth.Step(quotient, reach, at: 0)
            ? new(NonSmoothKind.Jump, "The remainder jumps where the first number is a multiple of the second.")
            : null;
    }

    // OnnxRuntime to 1.31 takes the remainders of integers in float64. By −1 they are those by 1, and the smallest number divided by it
    // would be an error of the processor.
    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        if (y.DType.IsFloat()) return graph.Node("Mod", x, ("fmod", 1L));
        string Number(double value) => graph.Constant(Tensor.Full(y.DType, Shape.Scalar, value));
        var divisor = graph.Node("Where", [graph.Node("Equal", [x[1], Number(-1)]), Number(1), x[1]]);
        return graph.Node("Sub", [x[0], graph.Node("Mul", [divisor, graph.Node("Div", [x[0], divisor])])]);
    }
}
