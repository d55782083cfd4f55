using static FunctionalDL.Functions;

namespace FunctionalDL;

/// <summary>The library's functions by the names they have in text.</summary>
static class NamedFunctions
{
    static readonly Dictionary<string, (int Arity, Func<Expr[], Expr> Apply)> Table =
        new(ElementType.Table.Select(row => KeyValuePair.Create(row.Name, One(x => x.Cast(row.DType)))))
        {
            ["abs"] = One(Abs),
            ["acos"] = One(Acos),
            ["acosh"] = One(Acosh),
            ["and"] = Two(And),
            ["arccos"] = One(Acos),
            ["arcsin"] = One(Asin),
            ["arctan"] = One(Atan),
            ["asin"] = One(Asin),
            ["asinh"] = One(Asinh),
            ["atan"] = One(Atan),
            ["atan2"] = Two(Atan2),
            ["atanh"] = One(Atanh),
            ["bitand"] = Two(BitAnd),
            ["bitnot"] = One(BitNot),
            ["bitor"] = Two(BitOr),
            ["bitxor"] = Two(BitXor),
            ["ceiling"] = One(Ceiling),
            ["clamp"] = (3, x => Clamp(x[0], x[1], x[2])),
            ["cos"] = One(Cos),
            ["cosh"] = One(Cosh),
            ["erf"] = One(Erf),
            ["exp"] = One(Exp),
            ["expm1"] = One(Expm1),
            ["floor"] = One(Floor),
            ["gelu"] = One(Gelu),
            ["isnan"] = One(IsNaN),
            ["ln"] = One(Log),
            ["log"] = One(Log),
            ["log1p"] = One(Log1P),
            ["loggamma"] = One(LogGamma),
            ["max"] = Two(Maximum),
            ["min"] = Two(Minimum),
            ["modulo"] = Two(Modulo),
            ["not"] = One(Not),
            ["or"] = Two(Or),
            ["pow"] = Two(Power),
            ["reciprocal"] = One(Reciprocal),
            ["relu"] = One(Relu),
            ["remainder"] = Two(Remainder),
            ["round"] = One(Round),
            ["select"] = (3, x => Select(x[0], x[1], x[2])),
            ["shiftleft"] = Two(ShiftLeft),
            ["shiftright"] = Two(ShiftRight),
            ["sigmoid"] = One(Sigmoid),
            ["sign"] = One(Sign),
            ["sin"] = One(Sin),
            ["sinh"] = One(Sinh),
            ["softplus"] = One(Softplus),
            ["sqrt"] = One(Sqrt),
            ["square"] = One(Square),
            ["stopgradient"] = One(StopGradient),
            ["tan"] = One(Tan),
            ["tanh"] = One(Tanh),
            ["truncate"] = One(Truncate),
            ["xor"] = Two(Xor),
            ["σ"] = One(Sigmoid),
        };

    static readonly Dictionary<string, double> Constants = new()
    {
        ["pi"] = Math.PI,
        ["π"] = Math.PI,
        ["e"] = Math.E,
        ["NaN"] = double.NaN,
    };

    public static bool TryGet(string name, out (int Arity, Func<Expr[], Expr> Apply) function) => Table.TryGetValue(name, out function);

    public static bool TryGetConstant(string name, out double value) => Constants.TryGetValue(name, out value);

    /// <summary>The name of e or π; null for other numbers.</summary>
    public static string? NameOf(double value) => value switch
    {
        Math.E => "e",
        Math.PI => "π",
        _ => null,
    };

    /// <summary>The function whose name differs least from a word, where it differs little.</summary>
    public static string? Nearest(string name) => Spelling.Nearest(name, Table.Keys);

    static (int, Func<Expr[], Expr>) One(Func<Expr, Expr> f) => (1, x => f(x[0]));

    static (int, Func<Expr[], Expr>) Two(Func<Expr, Expr, Expr> f) => (2, x => f(x[0], x[1]));
}
