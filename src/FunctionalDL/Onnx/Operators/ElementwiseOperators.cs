using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Operators of one element at a time.</summary>
static class ElementwiseOperators
{
    public static IEnumerable<OnnxOperator> Rows =>
    [
        Unary("Abs", Abs), Unary("Acos", Acos), Unary("Acosh", Acosh), Unary("Asin", Asin), Unary("Asinh", Asinh), Unary("Atan", Atan),
        Unary("Atanh", Atanh), Unary("Ceil", Ceiling), Unary("Cos", Cos), Unary("Cosh", Cosh), Unary("Erf", Erf), Unary("Exp", Exp),
        Unary("Floor", Floor), Unary("Log", Log), Unary("Neg", Negate), Unary("Not", Not), Unary("Reciprocal", x => 1 / x),
        Unary("Round", Round), Unary("Sign", Sign), Unary("Sin", Sin), Unary("Sinh", Sinh), Unary("Sqrt", Sqrt), Unary("Tan", Tan),
        Unary("Tanh", Tanh), Unary("BitwiseNot", BitNot), Unary("IsNaN", IsNaN),

        Binary("Add", Add), Binary("Sub", Subtract), Binary("Mul", Multiply), Binary("Div", Divide), Binary("And", And), Binary("Or", Or),
        Binary("Xor", Xor), Binary("Equal", Equal), Binary("Less", Less), Binary("LessOrEqual", LessOrEqual),
        Binary("Greater", (x, y) => Less(y, x)), Binary("GreaterOrEqual", (x, y) => LessOrEqual(y, x)), Binary("BitwiseAnd", BitAnd),
        Binary("BitwiseOr", BitOr), Binary("BitwiseXor", BitXor),

        Joined("Max", Maximum), Joined("Min", Minimum), Joined("Sum", Add),
        OnnxOperator.One("Mean", node => node.All().Aggregate(Add) / node.InputCount),

        OnnxOperator.One("Pow", node => Pow(node[0], Aligned(node))),
        OnnxOperator.One("Mod", node => node.Flag("fmod") ? Remainder(node[0], node[1]) : Modulo(node[0], node[1])),
        OnnxOperator.One("BitShift", Shift),
        OnnxOperator.One("Clip", Clipped),
        OnnxOperator.One("Where", node => Select(node[0], node[1], node[2])),
        OnnxOperator.One("IsInf", node =>
            IsInfinite(node[0], node.Flag("detect_positive", true), node.Flag("detect_negative", true))),
        OnnxOperator.One("Cast", node => node[0].Cast(node.DTypeAttribute("to", node[0].DType))) with { Since = 6 },
        OnnxOperator.One("CastLike", node => node[0].Cast(node[1].DType)),
        new("Identity", node => [node.Value(0)]),
    ];

    static OnnxOperator Unary(string name, Func<Expr, Expr> f) => OnnxOperator.One(name, node => f(node[0]));

    static OnnxOperator Binary(string name, Func<Expr, Expr, Expr> f) => OnnxOperator.One(name, node => f(node[0], Aligned(node)));

    /// <summary>The second input; before opset 7 its first axis may be told to be another one of the first's.</summary>
    static Expr Aligned(OnnxNode node)
    {
        const int byLastAxes = 7;
        var (x, y) = (node[0], node[1]);
        if (node.Opset >= byLastAxes || !node.HasAttribute("axis") || y.Rank == 0) return y;
        var axis = x.Shape.Axis(node.Int32("axis"), node.Operator);
        return Reshape(y, y.Shape.Concat([.. Enumerable.Repeat((Dim)1, Math.Max(0, x.Rank - axis - y.Rank))]));
    }

    static OnnxOperator Joined(string name, Func<Expr, Expr, Expr> f) => OnnxOperator.One(name, node => node.All().Aggregate(f));

    /// <summary>The result has the base's dtype, whatever the exponent's is.</summary>
    static Expr Pow(Expr x, Expr y)
    {
        if (x.DType.IsFloat() || y.DType.IsInteger()) return Power(x, y.Cast(x.DType));
        return Power(x.Cast(DType.Float64), y.Cast(DType.Float64)).Cast(x.DType);
    }

    static Expr Shift(OnnxNode node) => node.String("direction", "") switch
    {
        "LEFT" => ShiftLeft(node[0], node[1]),
        "RIGHT" => ShiftRight(node[0], node[1]),
        var other => throw new OnnxNodeException($"direction is \"{other}\", and has to be LEFT or RIGHT."),
    };

    static Expr Clipped(OnnxNode node)
    {
        const int boundsAsInputs = 11;
        var x = node[0];
        if (node.Opset >= boundsAsInputs)
        {
            var above = node.Optional(1) is { } low ? Maximum(x, low) : x;
            return node.Optional(2) is { } high ? Minimum(above, high) : above;
        }
        if (node.HasAttribute("min")) x = Maximum(x, node.Float("min", 0));
        return node.HasAttribute("max") ? Minimum(x, node.Float("max", 0)) : x;
    }
}
