using static FunctionalDL.Functions;

namespace FunctionalDL;

/// <summary>The library's functions by the names they have in text.</summary>
static class NamedFunctions
{
    static readonly Dictionary<string, (int Arity, Func<Expr[], Expr> Apply)> Table =
        new(ElementType.Table.Select(row => KeyValuePair.Create(row.Name, One(x => x.Cast(row.DType)))))
        {
            ["abs"] = One(Abs),
            ["and"] = Two(And),
            ["atan"] = One(Atan),
            ["arctan"] = One(Atan),
            ["cos"] = One(Cos),
            ["erf"] = One(Erf),
            ["exp"] = One(Exp),
            ["expm1"] = One(Expm1),
            ["gelu"] = One(Gelu),
            ["ln"] = One(Log),
            ["log"] = One(Log),
            ["log1p"] = One(Log1P),
            ["max"] = Two(Maximum),
            ["min"] = Two(Minimum),
            ["not"] = One(Not),
            ["or"] = Two(Or),
            ["pow"] = Two(Power),
            ["relu"] = One(Relu),
            ["select"] = (3, x => Select(x[0], x[1], x[2])),
            ["sigmoid"] = One(Sigmoid),
            ["sign"] = One(Sign),
            ["sin"] = One(Sin),
            ["softplus"] = One(Softplus),
            ["sqrt"] = One(Sqrt),
            ["square"] = One(Square),
            ["stopgradient"] = One(StopGradient),
            ["tan"] = One(Tan),
            ["tanh"] = One(Tanh),
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
