using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>
/// The functions expressions are built with; <c>using static FunctionalDL.Functions</c> brings them in by name. Inputs of different shapes
/// are broadcast by NumPy's rule. Each checks shapes and dtypes where it is called.
/// </summary>
/// <exception cref="ShapeException">The inputs' shapes do not fit.</exception>
/// <exception cref="DTypeException">The inputs' dtypes do not fit.</exception>
public static partial class Functions
{
    /// <summary>x + y.</summary>
    public static Expr Add(Expr x, Expr y) => Apply(new AddOp(), x, y);

    /// <summary>x − y.</summary>
    public static Expr Subtract(Expr x, Expr y) => Apply(new SubtractOp(), x, y);

    /// <summary>x · y, element by element.</summary>
    public static Expr Multiply(Expr x, Expr y) => Apply(new MultiplyOp(), x, y);

    /// <summary>x / y, element by element.</summary>
    public static Expr Divide(Expr x, Expr y) => Apply(new DivideOp(), x, y);

    /// <summary>
    /// x^y, element by element. Powers of integers are exact and wrap around; where the exponent is below 0, a base other than ±1 is an
    /// error when it is computed.
    /// </summary>
    public static Expr Power(Expr x, Expr y) => Apply(new PowerOp(), x, y);

    /// <summary>x^y for a number y.</summary>
    public static Expr Power(Expr x, double y) => Power(x, Expr.Constant(y, x.DType));

    /// <summary>The smaller of x and y; NaN where either is. At a tie the gradient goes to y.</summary>
    public static Expr Minimum(Expr x, Expr y) => Apply(new MinimumOp(), x, y);

    /// <summary>The smaller of x and a number.</summary>
    public static Expr Minimum(Expr x, double y) => Minimum(x, Expr.Constant(y, x.DType));

    /// <summary>The larger of x and y; NaN where either is. At a tie the gradient goes to y.</summary>
    public static Expr Maximum(Expr x, Expr y) => Apply(new MaximumOp(), x, y);

    /// <summary>The larger of x and a number.</summary>
    public static Expr Maximum(Expr x, double y) => Maximum(x, Expr.Constant(y, x.DType));

    /// <summary>Whether x = y, as bool, for numbers and truth values.</summary>
    public static Expr Equal(Expr x, Expr y) => Apply(new EqualOp(), x, y);

    /// <summary>Whether x &lt; y, as bool.</summary>
    public static Expr Less(Expr x, Expr y) => Apply(new LessOp(), x, y);

    /// <summary>Whether x ≤ y, as bool.</summary>
    public static Expr LessOrEqual(Expr x, Expr y) => Apply(new LessOrEqualOp(), x, y);

    /// <summary>Truth of both.</summary>
    public static Expr And(Expr x, Expr y) => Apply(new AndOp(), x, y);

    /// <summary>Truth of either.</summary>
    public static Expr Or(Expr x, Expr y) => Apply(new OrOp(), x, y);

    /// <summary>Truth of one of the two alone.</summary>
    public static Expr Xor(Expr x, Expr y) =>
        x.DType == DType.Bool && y.DType == DType.Bool ? Not(Equal(x, y))
        : throw new DTypeException($"Xor: takes bool, given {x.Type} and {y.Type}. Compare the numbers first, or take BitXor of integers.");

    /// <summary>The opposite truth value.</summary>
    public static Expr Not(Expr x) => new(new NotOp(), x);

    /// <summary>x where the condition is true, y elsewhere. Both are evaluated; the gradient goes to the one taken.</summary>
    public static Expr Select(Expr condition, Expr x, Expr y) => Apply(new SelectOp(), condition, x, y);

    /// <summary>−x.</summary>
    public static Expr Negate(Expr x) => new(new NegateOp(), x);

    /// <summary>|x|, with derivative 0 at 0.</summary>
    public static Expr Abs(Expr x) => new(new AbsOp(), x);

    /// <summary>−1, 0 or 1 by the sign of x; its derivative is 0.</summary>
    public static Expr Sign(Expr x) => new(new SignOp(), x);

    /// <summary>eˣ.</summary>
    public static Expr Exp(Expr x) => new(new ExpOp(), x);

    /// <summary>eˣ − 1, precise near 0.</summary>
    public static Expr Expm1(Expr x) => new(new Expm1Op(), x);

    /// <summary>The natural logarithm ln x.</summary>
    public static Expr Log(Expr x) => new(new LogOp(), x);

    /// <summary>ln(1 + x), precise near 0.</summary>
    public static Expr Log1P(Expr x) => new(new Log1POp(), x);

    /// <summary>1/x.</summary>
    public static Expr Reciprocal(Expr x) => 1 / x;

    /// <summary>√x.</summary>
    public static Expr Sqrt(Expr x) => new(new SqrtOp(), x);

    /// <summary>x².</summary>
    public static Expr Square(Expr x) => Power(x, 2);

    /// <summary>sin x, in radians.</summary>
    public static Expr Sin(Expr x) => new(new SinOp(), x);

    /// <summary>cos x, in radians.</summary>
    public static Expr Cos(Expr x) => new(new CosOp(), x);

    /// <summary>tan x = sin x / cos x, in radians.</summary>
    public static Expr Tan(Expr x) => new(new TanOp(), x);

    /// <summary>arcsin x in [−π/2, π/2]; NaN beyond ±1.</summary>
    public static Expr Asin(Expr x) => new(new AsinOp(), x);

    /// <summary>arccos x in [0, π]; NaN beyond ±1.</summary>
    public static Expr Acos(Expr x) => new(new AcosOp(), x);

    /// <summary>arctan x.</summary>
    public static Expr Atan(Expr x) => new(new AtanOp(), x);

    /// <summary>The angle of the point (x, y) in [−π, π], whose tangent is y/x; signs of zeros count (IEEE 754).</summary>
    public static Expr Atan2(Expr y, Expr x) => Apply(new Atan2Op(), y, x);

    /// <summary>sinh x = (eˣ − e⁻ˣ)/2.</summary>
    public static Expr Sinh(Expr x) => new(new SinhOp(), x);

    /// <summary>cosh x = (eˣ + e⁻ˣ)/2.</summary>
    public static Expr Cosh(Expr x) => new(new CoshOp(), x);

    /// <summary>tanh x.</summary>
    public static Expr Tanh(Expr x) => new(new TanhOp(), x);

    /// <summary>arsinh x = ln(x + √(x² + 1)).</summary>
    public static Expr Asinh(Expr x) => new(new AsinhOp(), x);

    /// <summary>arcosh x = ln(x + √(x² − 1)) ≥ 0; NaN below 1.</summary>
    public static Expr Acosh(Expr x) => new(new AcoshOp(), x);

    /// <summary>artanh x = ½ ln((1 + x)/(1 − x)); ±∞ at ±1 and NaN beyond.</summary>
    public static Expr Atanh(Expr x) => new(new AtanhOp(), x);

    /// <summary>The error function erf x.</summary>
    public static Expr Erf(Expr x) => new(new ErfOp(), x);

    /// <summary>x, whose derivative is taken as zero from here on.</summary>
    public static Expr StopGradient(Expr x) => new(new StopGradientOp(), x);

    /// <summary>
    /// A function with a derivative of your own: it is evaluated, compiled and exported as <paramref name="forward"/>, and differentiated
    /// by <paramref name="rule"/>.
    /// </summary>
    /// <param name="forward">The function of the inputs.</param>
    /// <param name="rule">
    /// From the inputs, the value and the incoming gradient g to the gradient of each input; it must be linear in g.
    /// </param>
    /// <param name="inputs">What the function is applied to.</param>
    public static Expr CustomGradient(Func<Expr[], Expr> forward, Func<Expr[], Expr, Expr, Expr[]> rule, params Expr[] inputs) =>
        new(new CustomGradientOp(rule), [forward(inputs), .. inputs]);

    static Expr Apply(Op op, params ReadOnlySpan<Expr> x)
    {
        var shape = x[0].Shape;
        foreach (var other in x[1..])
            shape =
                Shape.Broadcast(shape, other.Shape)
                ?? throw new ShapeException(
                    $"{op.Name}: shapes {shape} and {other.Shape} do not broadcast: from the last axis on, dimensions must be equal or "
                        + "1. Reshape one side, or insert an axis with ExpandDims."
                );
        var inputs = new Expr[x.Length];
        for (var i = 0; i < inputs.Length; i++) inputs[i] = Broadcast(x[i], shape);
        return new(op, inputs);
    }
}
