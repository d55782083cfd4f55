using System.Globalization;
using FunctionalDL.Ops;
using FunctionalDL.Rules;

namespace FunctionalDL.Testing;

/// <summary>
/// The values of expressions in exact arithmetic, at one point. Functions that have no fractions as values get arbitrary ones, that keep
/// what is known of them: sin² + cos² = 1, odd and even, and the exponential and the logarithm undo each other.
/// </summary>
/// <remarks>
/// A constant that was combined of others is a float, and rounded: arguments that differ by no more than that are one argument, and what
/// only that keeps from 0 has no value that could be compared.
/// </remarks>
/// <param name="point">The values of the variables.</param>
/// <param name="rounding">How far constants may be rounded, relatively.</param>
/// <param name="random">Draws the arbitrary values.</param>
sealed class ExactValues(IReadOnlyDictionary<string, Rational[]> point, double rounding, Random random)
{
    static readonly Rational E = Rational.Of(Math.E);

    const int LargestExponent = 40, LongestValue = 4096;

    readonly List<(string Function, double X, double Y, Rational Value)> functions = [];

    /// <summary>
    /// Whether a part of the expression last asked for has no value at the point: something divided by 0, or the root of a negative
    /// number.
    /// </summary>
    public bool IsUndefined { get; private set; }

    /// <summary>The elements of an expression; null where one has no value, or none that could be compared.</summary>
    public Rational[]? Of(Expr expression, Sizes sizes)
    {
        IsUndefined = false;
        var values = new Dictionary<Expr, Rational[]>();
        var varying = new HashSet<Expr>();
        foreach (var node in Graph.TopologicalOrder(expression))
        {
            if (node.Op is VariableOp || node.Inputs.Any(varying.Contains)) varying.Add(node);
            // What has its true value in floats is combined with numbers; an arbitrary one would differ.
            else if (node.Op is UnaryOp and not SqrtOp) return null;
            if (Of(node, [.. node.Inputs.Select(x => values[x])], sizes) is not { } value) return null;
            values[node] = value;
        }
        return values[expression];
    }

    Rational[]? Of(Expr node, Rational[][] x, Sizes sizes) => node.Op switch
    {
        VariableOp => point[node.VariableName!],
        ConstantOp when Enumerable.Range(0, node.ConstantValue!.Count).All(i => double.IsFinite(node.ConstantValue!.GetDouble(i))) =>
            [.. Enumerable.Range(0, node.ConstantValue!.Count).Select(i => Rational.Of(node.ConstantValue!.GetDouble(i)))],
        SizeOfOp size => [size.Dim.Resolve(sizes).Size],
        SizedLikeOp or StopGradientOp or ReshapeOp => x[0],
        BroadcastOp when x[0].Length == 1 => [.. Enumerable.Repeat(x[0][0], Count(node, sizes))],
        SumOp when Count(node, sizes) == 1 => [x[0].Aggregate((Rational)0, (a, b) => a + b)],
        ElementwiseOp when node.DType.IsFloat() => Each(node, x),
        _ => null,
    };

    static int Count(Expr node, Sizes sizes) => (int)node.Shape.Resolve(sizes).ElementCount;

    Rational[]? Each(Expr node, Rational[][] x)
    {
        // Powers of one base are added up, which arbitrary values know nothing of: only whole and half exponents are followed.
        var isFixed = node.Op is PowerOp && node.Inputs[1].Known() is not null;
        if (isFixed && x[1][0].Below > 2) return null;
        var isExponential = node.Op is PowerOp && !isFixed && node.Inputs[0].IsE();
        var result = new Rational[x[0].Length];
        for (var i = 0; i < result.Length; i++)
        {
            var element = isExponential ? Exp(x[1][i]) : Element(node.Op, x[0][i], x.Length > 1 ? x[1][i] : 0);
            if (element is not { } value || value.Above.GetBitLength() > LongestValue) return null;
            if (value.Sign != 0 && Math.Abs(value.ToDouble()) < rounding) return null;
            result[i] = value;
        }
        return result;
    }

    Rational? Element(Op op, Rational x, Rational y) => op switch
    {
        AddOp => x + y,
        SubtractOp => x - y,
        MultiplyOp => x * y,
        DivideOp => y.Sign == 0 ? Undefined() : x / y,
        NegateOp => -x,
        AbsOp => x.Abs(),
        SignOp => x.Sign,
        SqrtOp => Root(x),
        PowerOp => Power(x, y),
        ExpOp => Exp(x),
        LogOp => Log(x),
        SinOp => Angle(x) is var t ? x.Sign * 2 * t / (1 + t * t) : null,
        CosOp => Angle(x) is var t ? (1 - t * t) / (1 + t * t) : null,
        TanOp => Angle(x) is var t && 1 - t * t is var below && below.Sign != 0 ? x.Sign * 2 * t / below : null,
        CoshOp => x.Sign == 0 ? 1 : 1 + Arbitrary(op.Name, x.Abs(), 0),
        TanhOp or AtanOp or ErfOp or AsinOp or SinhOp or AsinhOp or AtanhOp => x.Sign * Arbitrary(op.Name, x.Abs(), 0),
        SigmoidOp when x.Sign == 0 => new(1, 2),
        Expm1Op or Log1POp when x.Sign == 0 => 0,
        SigmoidOp => x.Sign < 0 ? 1 - Arbitrary(op.Name, -x, 0) : Arbitrary(op.Name, x, 0),
        SoftplusOp or Expm1Op or Log1POp => Arbitrary(op.Name, x, 0),
        _ => null,
    };

    /// <summary>tan(x/2) for |x|.</summary>
    Rational Angle(Rational x) => x.Sign == 0 ? 0 : Arbitrary("tan", x.Abs(), 0);

    Rational? Power(Rational x, Rational y)
    {
        if (y.Below.IsOne) return Whole(x, y);
        if (y.Below == 2) return Root(x) is { } root ? Whole(root, y * 2) : null;
        return x.Sign > 0 ? Arbitrary("Power", x, y) : null;
    }

    Rational? Whole(Rational x, Rational n)
    {
        if (x.Sign == 0 && n.Sign < 0) return Undefined();
        return n.Abs().Above > LargestExponent ? null : x.Power((int)n.Above);
    }

    Rational? Root(Rational x) => x.Sign < 0 ? Undefined() : x.Root();

    Rational? Undefined()
    {
        IsUndefined = true;
        return null;
    }

    Rational Exp(Rational x)
    {
        if (x.Sign == 0) return 1;
        if (AreEqual(x.ToDouble(), 1)) return E;
        var value = Arbitrary("Exp", x, 0);
        functions.Add(("Log", value.ToDouble(), 0, x));
        return value;
    }

    Rational? Log(Rational x)
    {
        if (x.Sign <= 0) return Undefined();
        if (AreEqual(x.ToDouble(), 1)) return 0;
        if (AreEqual(x.ToDouble(), Math.E)) return 1;
        var value = Arbitrary("Log", x, 0);
        functions.Add(("Exp", value.ToDouble(), 0, x));
        return value;
    }

    /// <summary>A number between 0 and 1 that stands for the value of a function.</summary>
    Rational Arbitrary(string function, Rational x, Rational y)
    {
        var (near, nearY) = (x.ToDouble(), y.ToDouble());
        foreach (var known in functions)
            if (known.Function == function && AreEqual(known.X, near) && AreEqual(known.Y, nearY)) return known.Value;
        var value = New();
        functions.Add((function, near, nearY, value));
        return value;
    }

    /// <summary>A number that stands for nothing yet: functions that undo each other have to know which.</summary>
    Rational New()
    {
        while (true)
        {
            var value = new Rational(random.Next(1, 1000), 1009);
            var near = value.ToDouble();
            if (!functions.Any(known => AreEqual(known.X, near) || AreEqual(known.Value.ToDouble(), near))) return value;
        }
    }

    bool AreEqual(double a, double b) => Math.Abs(a - b) <= rounding * Math.Max(1, Math.Abs(a));
}
