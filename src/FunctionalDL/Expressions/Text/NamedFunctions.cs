using static FunctionalDL.Functions;

namespace FunctionalDL;

/// <summary>The library's functions by the names they have in text.</summary>
static class NamedFunctions
{
    static readonly Dictionary<string, (int Arity, Func<Expr[], Expr> Apply)> Table = new()
    {
        ["abs"] = One(Abs),
        ["and"] = Two(And),
        ["atan"] = One(Atan),
        ["arctan"] = One(Atan),
        ["bool"] = One(x => x.Cast(DType.Bool)),
        ["cos"] = One(Cos),
        ["erf"] = One(Erf),
        ["exp"] = One(Exp),
        ["expm1"] = One(Expm1),
        ["float32"] = One(x => x.Cast(DType.Float32)),
        ["float64"] = One(x => x.Cast(DType.Float64)),
        ["gelu"] = One(Gelu),
        ["int64"] = One(x => x.Cast(DType.Int64)),
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

    static readonly Dictionary<string, double> Constants = new() { ["pi"] = Math.PI, ["π"] = Math.PI, ["e"] = Math.E, ["NaN"] = double.NaN };

    public static bool TryGet(string name, out (int Arity, Func<Expr[], Expr> Apply) function) => Table.TryGetValue(name, out function);

    public static bool TryGetConstant(string name, out double value) => Constants.TryGetValue(name, out value);

    /// <summary>The function whose name differs least from a word, where it differs by one or two letters.</summary>
    public static string? Nearest(string name) =>
        Table.Keys.Select(known => (known, distance: Distance(name.ToLowerInvariant(), known))).Where(k => k.distance <= Math.Min(2, name.Length - 1)).OrderBy(k => k.distance).FirstOrDefault().known;

    /// <summary>The number of letters to insert, remove, replace or exchange with a neighbour to make one word of another.</summary>
    static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            for (var j = 0; j <= b.Length; j++)
            {
                d[i, j] = i == 0 || j == 0 ? i + j : Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        return d[a.Length, b.Length];
    }

    static (int, Func<Expr[], Expr>) One(Func<Expr, Expr> f) => (1, x => f(x[0]));

    static (int, Func<Expr[], Expr>) Two(Func<Expr, Expr, Expr> f) => (2, x => f(x[0], x[1]));
}
