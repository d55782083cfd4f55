using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>
/// y = x₀^x₁, ∂y/∂x₀ = x₁·x₀^(x₁−1) (0 where both are 0), ∂y/∂x₁ = y·ln x₀ (0 where x₀ is 0). NaN for a
/// negative base with a fractional exponent. Powers of whole numbers wrap around; an exponent below 0 is an error for bases other than ±1.
/// </summary>
sealed record PowerOp : BinaryOp
{
    public override string Name => "Power";

    protected override string OnnxName => "Pow";

    protected override T Apply<T>(T a, T b) => SpecialValues.IsWhole<T>()
        ? SpecialValues.WholePower(a, b)
        : T.CreateChecked(Math.Pow(double.CreateChecked(a), double.CreateChecked(b)));

    protected override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) => i switch
    {
        0 when Number(x[1]) is { } n => OfKnownExponent(x[0], n, y),
        0 => x[1] * Power(x[0], Lowered(x[0], x[1])),
        _ when Number(x[0]) is { } a && a != 0 => OfKnownBase(a, y),
        _ => y * Log(Select(Equal(x[0], Full(x[0], 0)), Full(x[0], 1), x[0])),
    };

    /// <summary>n·xⁿ⁻¹, the derivative of y = xⁿ, in its shortest form.</summary>
    static Expr? OfKnownExponent(Expr x, double n, Expr y) => n switch
    {
        0 => null,
        1 => Full(y, 1),
        2 => 2 * x,
        _ => n * Power(x, n - 1),
    };

    /// <summary>y·ln a, the derivative of y = aˣ, in its shortest form.</summary>
    static Expr? OfKnownBase(double a, Expr y)
    {
        if (a == 1) return null;
        return IsE(a, y.DType) ? y : y * Log(Expr.Constant(a, y.DType));
    }

    /// <summary>
    /// b − 1, but b itself where a and b are 0: a⁰ = 1 has the slope 0 at 0, of every order, and 0 · 0⁻¹ is no number.
    /// </summary>
    static Expr Lowered(Expr a, Expr b) => Select(And(Equal(a, Full(a, 0)), Equal(b, Full(b, 0))), b, b - 1);

    /// <summary>Whether a number is e as well as the dtype can tell.</summary>
    static bool IsE(double a, DType dtype) => dtype == DType.Float32 ? (float)a == (float)Math.E : a == Math.E;

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Power(x[0], x[1]);

    // ONNX leaves open how powers of whole numbers are rounded: they are products of squares, by the bits of the exponent.
    internal override string ToOnnx(IOnnxGraph graph, Expr y, string[] x)
    {
        const int bits = 64;
        if (y.DType.IsFloat()) return base.ToOnnx(graph, y, x);
        var one = graph.Constant(1L);
        var (result, square, known) = (graph.Node("Expand", [one, graph.Shape(y.Shape)]), x[0], KnownWhole(y.Inputs[1]));
        for (var i = 0; i < bits && !(known >> i == 0); i++)
        {
            if (i > 0) square = graph.Node("Mul", [square, square]);
            if (known is null) result = graph.Node("Mul", [result, graph.Node("Where", [IsClear(i), one, square])]);
            else if ((known >> i & 1) != 0) result = graph.Node("Mul", [result, square]);
        }
        return result;

        string IsClear(int bit) =>
            graph.Node("Equal", [graph.Node("BitwiseAnd", [x[1], graph.Constant(1L << bit)]), graph.Constant(0L)]);
    }

    /// <summary>The small whole number that an expression is everywhere, whatever its dtype was.</summary>
    static long? KnownWhole(Expr x)
    {
        const int most = 64;
        while (x.Op is BroadcastOp or ReshapeOp or CastOp) x = x.Inputs[0];
        return Number(x) is >= 0 and <= most and var n ? (long)n : null;
    }

    private protected override NonSmooth? NonSmoothAt(Expr y, ReadOnlySpan<double> x, double within)
    {
        var (isWhole, isFixed) = (Math.Truncate(x[1]) == x[1], Number(y.Inputs[1]) is not null);
        if (x[0] > within || isWhole && isFixed && (x[1] >= 0 || Math.Abs(x[0]) > within))
            return null;
        if (x[0] < 0 && !isWhole)
            return new(NonSmoothKind.OutsideDomain, "A negative number has no power with a fractional exponent.");
        if (x[1] < 1 && Math.Abs(x[0]) <= within)
            return new(NonSmoothKind.Pole, "A power with an exponent below 1 has an infinite value or slope at 0.");
        if (!isWhole && isFixed)
            return new(
                NonSmoothKind.OutsideDomain,
                "A power with a fractional exponent has no value below 0; at 0 its slope is the one from above.");
        return isFixed
            ? null
            : new(
                NonSmoothKind.OutsideDomain,
                "With a base of 0 or less, the power has no derivative with respect to its exponent; at 0 it is taken as 0.");
    }
}
