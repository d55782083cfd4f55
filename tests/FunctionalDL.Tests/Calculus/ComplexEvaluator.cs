using System.Numerics;

namespace FunctionalDL.Tests.Calculus;

/// <summary>Scalar expressions of analytic functions, by complex arithmetic: an evaluator that shares no code with the library's.</summary>
static class ComplexEvaluator
{
    static readonly Dictionary<string, Func<Complex[], Complex>> Functions = new()
    {
        ["Add"] = x => x[0] + x[1],
        ["Subtract"] = x => x[0] - x[1],
        ["Multiply"] = x => x[0] * x[1],
        ["Divide"] = x => x[0] / x[1],
        ["Power"] = x => x[1] == 2 ? x[0] * x[0] : Complex.Pow(x[0], x[1]),
        ["Negate"] = x => -x[0],
        ["Exp"] = x => Complex.Exp(x[0]),
        ["Expm1"] = x => Complex.Exp(x[0]) - 1,
        ["Log"] = x => Complex.Log(x[0]),
        ["Log1P"] = x => Complex.Log(1 + x[0]),
        ["Sqrt"] = x => Complex.Sqrt(x[0]),
        ["Sin"] = x => Complex.Sin(x[0]),
        ["Cos"] = x => Complex.Cos(x[0]),
        ["Tanh"] = x => Complex.Tanh(x[0]),
        ["Atan"] = x => Complex.Atan(x[0]),
        ["Sigmoid"] = x => 1 / (1 + Complex.Exp(-x[0])),
        ["Softplus"] = x => Complex.Log(1 + Complex.Exp(x[0])),
    };

    public static bool IsAnalytic(Expr y) =>
        Graph.TopologicalOrder(y).All(node => node.Inputs.IsEmpty || Functions.ContainsKey(node.Op.Name));

    /// <summary>The value where the only variable is x.</summary>
    public static Complex Evaluate(Expr y, Complex x)
    {
        var values = new Dictionary<Expr, Complex>();
        foreach (var node in Graph.TopologicalOrder(y))
            values[node] = node.VariableName is not null ? x
                : node.ConstantValue is { } constant ? constant.ToScalar()
                : Functions[node.Op.Name]([.. node.Inputs.Select(input => values[input])]);
        return values[y];
    }
}
