namespace FunctionalDL.Tests.Expressions.Ops;

/// <summary>NaN, infinities, signed zeros, ties and extremes: what each primitive makes of them, and its gradient there.</summary>
public class SpecialValueTests
{
    const double Inf = double.PositiveInfinity, NaN = double.NaN;

    static readonly Expr X = Expr.Variable("x"), Y = Expr.Variable("y");

    /// <summary>A function, an argument, its value and its derivative there.</summary>
    public static TheoryData<string, double, double, double> Unary =>
        new()
        {
            { "exp", -Inf, 0, 0 },
            { "exp", Inf, Inf, Inf },
            { "exp", NaN, NaN, NaN },
            { "exp", 710, Inf, Inf },
            { "exp", -0.0, 1, 1 },
            { "expm1", -Inf, -1, 0 },
            { "expm1", Inf, Inf, Inf },
            { "expm1", NaN, NaN, NaN },
            { "expm1", 1e-20, 1e-20, 1 },
            { "expm1", -50, -1, 0 },
            { "log", 0, -Inf, Inf },
            { "log", -1, NaN, -1 },
            { "log", Inf, Inf, 0 },
            { "log", NaN, NaN, NaN },
            { "log1p", -1, -Inf, Inf },
            { "log1p", 1e-20, 1e-20, 1 },
            { "log1p", Inf, Inf, 0 },
            { "log1p", -2, NaN, -1 },
            { "sqrt", 0, 0, Inf },
            { "sqrt", -0.0, -0.0, -Inf },
            { "sqrt", -1, NaN, NaN },
            { "sqrt", Inf, Inf, 0 },
            { "sin", Inf, NaN, NaN },
            { "sin", -0.0, -0.0, 1 },
            { "cos", Inf, NaN, NaN },
            { "cos", 0, 1, -0.0 },
            { "tanh", Inf, 1, 0 },
            { "tanh", -Inf, -1, 0 },
            { "tanh", 1000, 1, 0 },
            { "tanh", NaN, NaN, NaN },
            { "atan", Inf, Math.PI / 2, 0 },
            { "atan", -Inf, -Math.PI / 2, 0 },
            { "atan", NaN, NaN, NaN },
            { "tan", 0, 0, 1 },
            { "tan", -0.0, -0.0, 1 },
            { "tan", Inf, NaN, NaN },
            { "asin", 1, Math.PI / 2, Inf },
            { "asin", -0.0, -0.0, 1 },
            { "asin", 1.5, NaN, NaN },
            { "acos", 1, 0, -Inf },
            { "acos", -1, Math.PI, -Inf },
            { "acos", -1.5, NaN, NaN },
            { "sinh", -Inf, -Inf, Inf },
            { "sinh", -0.0, -0.0, 1 },
            { "sinh", 1e-20, 1e-20, 1 },
            { "cosh", -Inf, Inf, -Inf },
            { "cosh", 0, 1, 0 },
            { "asinh", -Inf, -Inf, 0 },
            { "asinh", -0.0, -0.0, 1 },
            { "asinh", 1e-20, 1e-20, 1 },
            { "asinh", -1e18, -42.13967885445277, 1e-18 },
            { "acosh", 1, 0, Inf },
            { "acosh", 0.5, NaN, NaN },
            { "acosh", Inf, Inf, 0 },
            { "atanh", 1, Inf, Inf },
            { "atanh", -1, -Inf, Inf },
            { "atanh", 1e-20, 1e-20, 1 },
            { "atanh", 2, NaN, -1.0 / 3 },
            { "floor", -0.3, -1, 0 },
            { "floor", -0.0, -0.0, 0 },
            { "floor", 3, 3, 0 },
            { "floor", -Inf, -Inf, 0 },
            { "floor", NaN, NaN, 0 },
            { "ceiling", -0.3, -0.0, 0 },
            { "ceiling", 0.3, 1, 0 },
            { "ceiling", Inf, Inf, 0 },
            { "round", 0.5, 0, 0 },
            { "round", 1.5, 2, 0 },
            { "round", -0.5, -0.0, 0 },
            { "round", -2.5, -2, 0 },
            { "round", 4503599627370497.0, 4503599627370497.0, 0 },
            { "round", NaN, NaN, 0 },
            { "truncate", -0.7, -0.0, 0 },
            { "truncate", 1.9, 1, 0 },
            { "truncate", -Inf, -Inf, 0 },
            { "truncate", NaN, NaN, 0 },
            { "clamp", NaN, NaN, 0 },
            { "clamp", 2, 1, 0 },
            { "clamp", -Inf, -0.5, 0 },
            { "clamp", 0.25, 0.25, 1 },
            { "loggamma", 0, Inf, NaN },
            { "loggamma", 1, 0, -0.57721566490153286 },
            { "loggamma", 0.5, 0.57236494292470009, -1.9635100260214235 },
            { "loggamma", -0.5, 1.2655121234846454, 0.03648997397857652 },
            { "loggamma", Inf, Inf, NaN },
            { "loggamma", NaN, NaN, NaN },
            { "sigmoid", 1000, 1, 0 },
            { "sigmoid", -1000, 0, 0 },
            { "sigmoid", -Inf, 0, 0 },
            { "sigmoid", Inf, 1, 0 },
            { "sigmoid", NaN, NaN, NaN },
            { "softplus", 1000, 1000, 1 },
            { "softplus", -1000, 0, 0 },
            { "softplus", Inf, Inf, 1 },
            { "softplus", -Inf, 0, 0 },
            { "softplus", NaN, NaN, NaN },
            { "erf", Inf, 1, 0 },
            { "erf", -Inf, -1, 0 },
            { "erf", NaN, NaN, NaN },
            { "erf", 40, 1, 0 },
            { "abs", -Inf, Inf, -1 },
            { "abs", -0.0, 0, 0 },
            { "abs", NaN, NaN, NaN },
            { "sign", -Inf, -1, 0 },
            { "sign", NaN, NaN, 0 },
            { "sign", -0.0, -0.0, 0 },
            { "negate", 0, -0.0, -1 },
            { "negate", NaN, NaN, -1 },
            { "relu", 0, 0, 0 },
            { "relu", NaN, NaN, 0 },
            { "relu", -Inf, 0, 0 },
            { "relu", Inf, Inf, 1 },
            { "square", 0, 0, 0 },
            { "square", -Inf, Inf, -Inf },
            { "x^0", 0, 1, 0 },
            { "x^0", NaN, 1, 0 },
            { "x^1", 0, 0, 1 },
            { "x^3", 0, 0, 0 },
            { "x^½", 0, 0, Inf },
            { "x^½", -1, NaN, NaN },
        };

    static Expr Apply(string function, Expr x) => function switch
    {
        "exp" => Exp(x),
        "expm1" => Expm1(x),
        "log" => Log(x),
        "log1p" => Log1P(x),
        "sqrt" => Sqrt(x),
        "sin" => Sin(x),
        "cos" => Cos(x),
        "tanh" => Tanh(x),
        "atan" => Atan(x),
        "tan" => Tan(x),
        "asin" => Asin(x),
        "acos" => Acos(x),
        "sinh" => Sinh(x),
        "cosh" => Cosh(x),
        "asinh" => Asinh(x),
        "acosh" => Acosh(x),
        "atanh" => Atanh(x),
        "floor" => Floor(x),
        "ceiling" => Ceiling(x),
        "round" => Round(x),
        "truncate" => Truncate(x),
        "clamp" => Clamp(x, -0.5, 1),
        "loggamma" => LogGamma(x),
        "sigmoid" => Sigmoid(x),
        "softplus" => Softplus(x),
        "erf" => Erf(x),
        "abs" => Abs(x),
        "sign" => Sign(x),
        "negate" => -x,
        "relu" => Relu(x),
        "square" => Square(x),
        "x^0" => Power(x, 0),
        "x^1" => Power(x, 1),
        "x^3" => Power(x, 3),
        _ => Power(x, 0.5),
    };

    [Theory, MemberData(nameof(Unary))]
    public void Values_and_derivatives_of_functions(string function, double x, double value, double derivative)
    {
        var y = Apply(function, X);
        Same(value, y.Evaluate(("x", x)));
        Same(derivative, y.Gradient(X).Evaluate(("x", x)), orZero: true);
        Same(value, Apply(function, Expr.Variable("x", [], DType.Float32)).Evaluate(("x", (float)x)).Cast(DType.Float64), 1e-6);
    }

    /// <summary>An operation, two arguments, its value and both partial derivatives.</summary>
    public static TheoryData<string, double, double, double, double, double> Binary =>
        new()
        {
            { "/", 1, 0, Inf, Inf, -Inf },
            { "/", -1, 0, -Inf, Inf, Inf },
            { "/", 0, 0, NaN, Inf, NaN },
            { "/", 1, Inf, 0, 0, 0 },
            { "/", 1, -0.0, -Inf, -Inf, -Inf },
            { "^", 0, 0, 1, 0, 0 },
            { "^", -1, 0.5, NaN, NaN, NaN },
            { "^", 0, 2, 0, 0, 0 },
            { "^", 2, Inf, Inf, Inf, Inf },
            { "^", 1, NaN, 1, NaN, 0 },
            { "atan2", 0, 1, 0, 1, 0 },
            { "atan2", -0.0, 1, -0.0, 1, 0 },
            { "atan2", 0, -1, Math.PI, -1, 0 },
            { "atan2", -0.0, -1, -Math.PI, -1, 0 },
            { "atan2", 0, -0.0, Math.PI, NaN, NaN },
            { "atan2", Inf, -Inf, 3 * Math.PI / 4, NaN, NaN },
            { "atan2", -2, 0, -Math.PI / 2, 0, 0.5 },
            { "remainder", 7, 2, 1, 1, -3 },
            { "remainder", -7, 2, -1, 1, 3 },
            { "remainder", 7, -2, 1, 1, 3 },
            { "remainder", -0.0, 2, -0.0, 1, 0 },
            { "remainder", -4, 2, -0.0, 1, 2 },
            { "remainder", 5, Inf, 5, 1, 0 },
            { "remainder", 5, 0, NaN, 1, NaN },
            { "remainder", Inf, 2, NaN, 1, NaN },
            { "remainder", 1e300, 7, 1, 1, -1e300 / 7 },
            { "modulo", 7, 3, 1, 1, -2 },
            { "modulo", -7, 3, 2, 1, 3 },
            { "modulo", 7, -3, -2, 1, 3 },
            { "modulo", -7, -3, -1, 1, -2 },
            { "modulo", -6, 3, -0.0, 1, 2 },
            { "max", 1, 1, 1, 0, 1 },
            { "max", NaN, 1, NaN, 0, 1 },
            { "max", 1, NaN, NaN, 0, 1 },
            { "max", -0.0, 0, 0, 0, 1 },
            { "max", 0, -0.0, 0, 0, 1 },
            { "max", Inf, 1, Inf, 1, 0 },
            { "min", 1, 1, 1, 0, 1 },
            { "min", NaN, 1, NaN, 0, 1 },
            { "min", 1, NaN, NaN, 0, 1 },
            { "min", 0, -0.0, -0.0, 0, 1 },
            { "min", -0.0, 0, -0.0, 0, 1 },
            { "min", -Inf, 1, -Inf, 1, 0 },
            { "−", Inf, Inf, NaN, 1, -1 },
            { "·", 0, Inf, NaN, Inf, 0 },
        };

    [Theory, MemberData(nameof(Binary))]
    public void Values_and_derivatives_of_operations(string operation, double x, double y, double value, double byX, double byY)
    {
        var z = operation switch
        {
            "/" => X / Y,
            "^" => Power(X, Y),
            "atan2" => Atan2(X, Y),
            "remainder" => Remainder(X, Y),
            "modulo" => Modulo(X, Y),
            "max" => Maximum(X, Y),
            "min" => Minimum(X, Y),
            "−" => X - Y,
            _ => X * Y,
        };
        Same(value, z.Evaluate(("x", x), ("y", y)));
        Same(byX, z.Gradient(X).Evaluate(("x", x), ("y", y)), orZero: true);
        Same(byY, z.Gradient(Y).Evaluate(("x", x), ("y", y)), orZero: true);
    }

    /// <summary>The polynomial 1 + x + x² + x³, from a vector of exponents: its derivatives at 0 are 1, 2 and 6.</summary>
    [Fact]
    public void Powers_from_a_vector_of_exponents_have_their_derivatives_at_0()
    {
        var n = Expr.Variable("n", [4], DType.Float64);
        var exponents = ("n", (Tensor)new double[] { 0, 1, 2, 3 });
        foreach (var powers in new[] { Power(Broadcast(X, [4]), n), Power(Broadcast(X, [4]), Expr.Constant(exponents.Item2)) })
        {
            var (derivative, forwards) = (Sum(powers), Sum(powers));
            foreach (var expected in new double[] { 1, 2, 6 })
            {
                (derivative, forwards) = (derivative.Gradient(X), forwards.Jvp([X], [Full(X, 1)]));
                Same(expected, derivative.Evaluate(("x", 0.0), exponents));
                Same(expected, forwards.Evaluate(("x", 0.0), exponents));
            }
        }
        // Away from 0 the exponent 0 is one of many: ∂²x^n/∂x∂n = x^(n−1)·(1 + n ln x) is 1/x there.
        Same(0.25, Power(X, Y).Gradient(X).Gradient(Y).Evaluate(("x", 4.0), ("y", 0.0)));
    }

    /// <summary>The derivative of a power of a number is written with the logarithm of the number alone.</summary>
    [Theory]
    [InlineData(Math.E, "Power")]
    [InlineData(2, "Log Multiply Power")]
    [InlineData(1, "")]
    public void Powers_of_a_number_derive_to_what_a_textbook_says(double number, string ops)
    {
        var derivative = Power(Expr.Constant(number), X).Gradient(X);
        Assert.Equal(
            ops,
            string.Join(
                ' ',
                Graph
                    .TopologicalOrder(derivative)
                    .Select(node => node.Op.Name)
                    .Where(op => op is not ("Constant" or "Variable" or "Broadcast"))
                    .Order()));
        foreach (var x in new[] { -1.5, 0, 2.5 })
            Same(Math.Pow(number, x) * Math.Log(number), derivative.Evaluate(("x", x)), orZero: true);
    }

    [Theory]
    [InlineData(NaN, NaN, false, false, false)]
    [InlineData(NaN, 1, false, false, false)]
    [InlineData(-0.0, 0, true, false, true)]
    [InlineData(Inf, Inf, true, false, true)]
    [InlineData(-Inf, Inf, false, true, true)]
    public void Relations(double x, double y, bool equal, bool less, bool lessOrEqual)
    {
        foreach (var (relation, expected) in new[] { (Equal(X, Y), equal), (X < Y, less), (X <= Y, lessOrEqual) })
            Assert.Equal(expected, relation.Evaluate(("x", x), ("y", y)).As<bool>().Span[0]);
    }

    /// <summary>Elements, then sum, max, min, the index of the largest, and the gradient of max.</summary>
    public static TheoryData<double[], double, double, double, long, double[]> Reductions => new()
    {
        { [1, NaN, 2], NaN, NaN, NaN, 1, [NaN, NaN, NaN] },
        { [Inf, -Inf, 0], NaN, Inf, -Inf, 0, [1, 0, 0] },
        { [2, 2, 1, 2], 7, 2, 1, 0, [1 / 3.0, 1 / 3.0, 0, 1 / 3.0] },
        { [-Inf, -Inf], -Inf, -Inf, -Inf, 0, [0.5, 0.5] },
        { [-0.0, 0.0], 0, 0, -0.0, 0, [0.5, 0.5] },
        { [1e16, 1, -1e16], 0, 1e16, -1e16, 0, [1, 0, 0] },
    };

    [Theory, MemberData(nameof(Reductions))]
    public void Reductions_of_special_values(double[] x, double sum, double max, double min, long argMax, double[] gradient)
    {
        var v = Expr.Variable("x", [x.Length], DType.Float64);
        Same(sum, Sum(v).Evaluate(("x", x)));
        Same(max, Max(v).Evaluate(("x", x)));
        Same(min, Min(v).Evaluate(("x", x)));
        Assert.Equal(argMax, ArgMax(v).Evaluate(("x", x)).As<long>().Span[0]);
        Assert.Equal(gradient, Max(v).Gradient(v).Evaluate(("x", x)).ToArray<double>());
    }

    [Fact]
    public void Reductions_of_nothing()
    {
        var x = Expr.Variable("x", [2, 0], DType.Float64);
        var none = ("x", Tensor.Zeros(DType.Float64, [2, 0]));
        Assert.Equal([0.0, 0], Sum(x, 1).Evaluate(none).ToArray<double>());
        Same(NaN, Mean(x).Evaluate(none));
        foreach (var extreme in new[] { Max(x, 1), Min(x, 1), Max(x.Cast(DType.Int64), 1) })
            Assert.StartsWith($"{extreme.Op.Name}: axes [1]", Assert.Throws<TensorException>(() => extreme.Evaluate(none)).Message);
        Assert.StartsWith("ArgMax: axis 1", Assert.Throws<TensorException>(() => ArgMax(x, 1).Evaluate(none)).Message);
    }

    [Fact]
    public void The_branch_not_taken_leaks_no_NaN_into_the_gradient()
    {
        var y = Select(X > 0, Log(X), 0 * X + 3);
        Same(3, y.Evaluate(("x", -1.0)));
        Same(0, y.Gradient(X).Evaluate(("x", -1.0)), orZero: true);
    }

    [Fact]
    public void Stable_forms_stay_finite_where_the_plain_ones_overflow()
    {
        var x = Expr.Variable("x", [3], DType.Float64);
        var far = ("x", (Tensor)new double[] { 1000, 1001, -1000 });
        Assert.Equal([1 / (1 + Math.E), Math.E / (1 + Math.E), 0], Softmax(x).Evaluate(far).ToArray<double>(), Close);
        Assert.Equal(
            [-1 - Math.Log(1 + 1 / Math.E), -Math.Log(1 + 1 / Math.E), -2001 - Math.Log(1 + 1 / Math.E)],
            LogSoftmax(x).Evaluate(far).ToArray<double>(),
            Close);
        Assert.All(Sum(LogSoftmax(x)).Gradient(x).Evaluate(far).ToArray<double>(), g => Assert.True(double.IsFinite(g)));
    }

    /// <summary>ln(1 + x), eˣ − 1 and tanh of small float32 numbers keep their digits, which a float64 check cannot see.</summary>
    [Theory, InlineData(1e-6f), InlineData(-3e-7f), InlineData(1e-3f), InlineData(1e-30f)]
    public void Small_float32_numbers_keep_their_digits(float small)
    {
        var x = Expr.Variable("x", [], DType.Float32);
        foreach (
            var (y, exact) in new (Expr, double)[]
            {
                (Log1P(x), small - small * (double)small / 2 + Math.Pow(small, 3) / 3),
                (Expm1(x), small + small * (double)small / 2 + Math.Pow(small, 3) / 6),
                (Tanh(x), Math.Tanh(small)),
            })
            Same(exact, y.Evaluate(("x", small)).Cast(DType.Float64), 3e-7);
    }

    static bool Close(double a, double b) => double.IsFinite(a) && Math.Abs(a - b) <= 1e-12 * Math.Max(1, Math.Abs(a));

    /// <summary>
    /// Equal bit for bit at special values, zeros told apart by sign unless not asked for; otherwise up to a relative error.
    /// </summary>
    static void Same(double expected, Tensor actual, double tolerance = 1e-14, bool orZero = false)
    {
        var value = actual.ToScalar();
        var same = double.IsNaN(expected) ? double.IsNaN(value)
            : expected == 0 ? value == 0 && (orZero || double.IsNegative(value) == double.IsNegative(expected)) || Math.Abs(value) < 1e-21
            : value == expected || Math.Abs(value - expected) <= tolerance * Math.Abs(expected);
        Assert.True(same, $"expected {expected:R}, got {value:R}");
    }
}
