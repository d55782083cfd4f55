namespace FunctionalDL.Ops;

/// <summary>
/// y = x₀ / x₁, ∂y/∂x₀ = 1/x₁, ∂y/∂x₁ = −y/x₁. Whole numbers divide towards zero; they wrap around, and dividing one
/// by zero is an error.
/// </summary>
sealed record DivideOp : BinaryOp
{
    public override string Name => "Divide";

    protected override string OnnxName => "Div";

    protected override T Apply<T>(T a, T b)
    {
        if (T.IsZero(b) && SpecialValues.IsWhole<T>())
            throw new TensorException("Divide: a whole number is divided by 0. Guard the divisor, or cast to a float.");
        // The smallest number divided by −1 wraps around, and would be an error of the processor.
        return T.IsNegative(b) && b == -T.One ? -a : a / b;
    }

    protected override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) => i == 0 ? 1 / x[1] : -y / x[1];

    internal override Expr? Vjp(int i, Expr y, Expr g) => i == 0 ? g / y.Inputs[1] : base.Vjp(i, y, g);

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Fraction(x[0], x[1]);

    // OnnxRuntime fuses a·(1/b) into a/b, even for whole numbers and where that has another shape: 1/b is written so that it does not see
    // it.
    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        if (!IsOne(y.Inputs[0])) return base.ToOnnx(graph, y, x);
        if (y.DType.IsFloat()) return graph.Node("Reciprocal", [x[1]]);
        return graph.Node("Neg", [graph.Node("Div", [graph.Constant(-1L), x[1]])]);
    }

    private protected override NonSmooth? NonSmoothAt(Expr y, ReadOnlySpan<double> x, double within) => Math.Abs(x[1]) <= within
        ? new(NonSmoothKind.Pole, "The divisor is 0.") : null;
}
