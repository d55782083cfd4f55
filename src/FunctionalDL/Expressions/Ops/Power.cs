using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>
/// y = x₀^x₁, ∂y/∂x₀ = x₁·x₀^(x₁−1), ∂y/∂x₁ = y·ln x₀ (0 where x₀ is 0). NaN for a negative base with a fractional exponent.
/// </summary>
sealed record PowerOp : BinaryOp
{
    public override string Name => "Power";

    protected override string OnnxName => "Pow";

    internal override TensorType Infer(ReadOnlySpan<TensorType> x) => x[0].DType.IsFloat() ? base.Infer(x)
        : throw WrongDType(x, "float32 or float64", "Cast both sides to a float.");

    protected override T Apply<T>(T a, T b) => T.CreateChecked(Math.Pow(double.CreateChecked(a), double.CreateChecked(b)));

    protected override Expr? Partial(int i, IReadOnlyList<Expr> x, Expr y) => i switch
    {
        0 when Exponent(x[1]) is { } n => n == 0 ? null : n == 1 ? Full(y, 1) : n == 2 ? 2 * x[0] : n * Power(x[0], n - 1),
        0 => x[1] * Power(x[0], x[1] - 1),
        _ => y * Log(Select(Equal(x[0], Full(x[0], 0)), Full(x[0], 1), x[0])),
    };

    internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Power(x[0], x[1]);

    /// <summary>The exponent, where it is one number.</summary>
    static double? Exponent(Expr x) => (x.Op is BroadcastOp ? x.Inputs[0] : x).ConstantValue is { Count: 1 } value ? value.GetDouble(0) : null;
}
