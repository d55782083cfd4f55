using FsCheck;
using FsCheck.Fluent;

namespace FunctionalDL.Testing;

/// <summary>A smooth scalar function and its name.</summary>
/// <param name="Name">The formula.</param>
/// <param name="Apply">The function, as an expression of its argument.</param>
public sealed record SmoothFunction(string Name, Func<Expr, Expr> Apply)
{
    /// <summary>Functions that are smooth everywhere and of moderate growth.</summary>
    public static IReadOnlyList<SmoothFunction> All { get; } =
    [
        new("sin", Sin),
        new("cos", Cos),
        new("tanh", Tanh),
        new("σ", Sigmoid),
        new("arctan", Atan),
        new("softplus", Softplus),
        new("erf", Erf),
        new("gelu", Gelu),
        new("exp(−x²)", x => Exp(-Square(x))),
        new("√(1 + x²)", x => Sqrt(1 + Square(x))),
        new("ln(1 + x²)", x => Log1P(Square(x))),
        new("x/(1 + x²)", x => x / (1 + Square(x))),
        new("exp(x) − 1 of tanh", x => Expm1(Tanh(x))),
        new("3x − 1", x => 3 * x - 1),
        new("x·sin x", x => x * Sin(x)),
    ];

    /// <summary>The function's name.</summary>
    public override string ToString() => Name;
}

/// <summary>
/// A random composition f1 ∘ f2 ∘ … ∘ fn of smooth scalar functions, and a point: <c>[Property(Arbitrary =
/// [typeof(Composition)])]</c>.
/// </summary>
/// <param name="Functions">f1 … fn; fn is applied first.</param>
/// <param name="At">The point x.</param>
public sealed record Composition(IReadOnlyList<SmoothFunction> Functions, double At)
{
    /// <summary>The variable x, a float64 scalar.</summary>
    public Expr X { get; } = Expr.Variable("x");

    /// <summary>The value of x.</summary>
    public TensorSet Values => TensorSet.Of(("x", At));

    /// <summary>The nodes f1(f2(…)), f2(f3(…)), …, fn(x) and x itself, outermost first: each is a function of the next.</summary>
    public IReadOnlyList<Expr> Nodes()
    {
        var nodes = new List<Expr> { X };
        foreach (var function in Functions.Reverse()) nodes.Add(function.Apply(nodes[^1]));
        nodes.Reverse();
        return nodes;
    }

    /// <summary>Compositions of one to eight functions at points in [−2, 2]. They shrink by leaving functions out.</summary>
    public static Arbitrary<Composition> Arbitrary() => Arb.From(
        from functions in Gen.Elements<SmoothFunction>([.. SmoothFunction.All]).NonEmptyListOf()
        from at in Gen.Choose(-2000, 2000)
        select new Composition([.. functions.Take(8)], at / 1000.0),
        c => c.Functions.Count == 1 ? [] : c.Functions.Select((_, i) => c with { Functions = [.. c.Functions.Where((_, j) => j != i)] }));

    /// <summary>The composition and the point.</summary>
    public override string ToString() => FormattableString.Invariant($"({string.Join(") ∘ (", Functions)}) at {At}");
}
