using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace FunctionalDL;

/// <summary>
/// A function as a value: variables, and expressions of them. Functions compose, f∘g, and keep their parts f1∘…∘fn; their
/// derivatives are functions again.
/// </summary>
/// <remarks>
/// Other variables in the expressions, such as weights, are left as they are: they are not arguments and derivatives are not taken with
/// respect to them.
/// </remarks>
public sealed partial class Function
{
    readonly (Function Next, Function First)? composed;
    ImmutableArray<Function> parts;

    Function(IEnumerable<Expr> variables, IEnumerable<Expr> results, (Function Next, Function First)? composed = null) =>
        (Variables, Results, this.composed) = ([.. variables], [.. results], composed);

    /// <summary>The variables the function is a function of, in order.</summary>
    public ImmutableArray<Expr> Variables { get; }

    /// <summary>The values, as expressions of the variables. Most functions have one.</summary>
    public ImmutableArray<Expr> Results { get; }

    /// <summary>
    /// The functions this one is composed of, f1 ∘ … ∘ fn: the one applied first stands last. The function itself where it is not a
    /// composition.
    /// </summary>
    public ImmutableArray<Function> Parts => parts.IsDefault ? parts = [.. PartsInOrder()] : parts;

    IEnumerable<Function> PartsInOrder()
    {
        var left = new Stack<Function>([this]);
        while (left.TryPop(out var function))
            if (function.composed is var (next, first))
            {
                left.Push(first);
                left.Push(next);
            }
            else yield return function;
    }

    /// <summary>The value, as an expression of the variables.</summary>
    /// <exception cref="FunctionalException">There are several.</exception>
    public Expr Body => Results is [var body] ? body
        : throw new FunctionalException($"Function: {this} has {Results.Length} results. Take one of Results.");

    /// <summary>A function of one float64 number, named as in the lambda.</summary>
    /// <example><code>var f = Function.Of(x => Sin(Square(x)));</code></example>
    public static Function Of(Func<Expr, Expr> f, [CallerArgumentExpression(nameof(f))] string source = "") =>
        Of(FunctionNames.Of(source, "x"), x => f(x[0]));

    /// <summary>A function of two float64 numbers, named as in the lambda.</summary>
    public static Function Of(Func<Expr, Expr, Expr> f, [CallerArgumentExpression(nameof(f))] string source = "") =>
        Of(FunctionNames.Of(source, "x", "y"), x => f(x[0], x[1]));

    /// <summary>A function of variables of any type: its results as expressions of them.</summary>
    /// <example><code>var f = Function.Of([x, w], Tanh(MatMul(x, w)));</code></example>
    /// <exception cref="FunctionalException">What is given is not a variable, a name stands twice, or there is no result.</exception>
    public static Function Of(IReadOnlyList<Expr> variables, params Expr[] results)
    {
        if (variables.FirstOrDefault(v => v.VariableName is null) is { } other)
            throw new FunctionalException($"Function: {other} is not a variable. Give variables.");
        if (variables.Select(v => v.VariableName).Distinct().Count() != variables.Count)
            throw new FunctionalException("Function: two variables have one name. Rename one.");
        return results.Length > 0
            ? new(variables, results)
            : throw new FunctionalException("Function: there is no result. Give one or more expressions of the variables.");
    }

    // The lambda sees variables that no other expression can name, so that a function made inside another one's lambda does not take its
    // variable for its own.
    static Function Of(string[] names, Func<Expr[], Expr> f)
    {
        Expr[] hidden = [.. names.Select(name => Placeholder.Like(Expr.Variable(name)))];
        var body = f(hidden);
        var taken = Graph.Variables(body).Select(v => v.VariableName!).ToHashSet();
        Expr[] variables = [.. names.Select(name => Expr.Variable(FunctionNames.Free(name, taken)))];
        return new(variables, [body.Substitute([.. hidden.Zip(variables, (h, v) => (h.VariableName!, v))])]);
    }

    /// <summary>The function's values at expressions of its variables' types.</summary>
    /// <exception cref="FunctionalException">There are not as many arguments as variables, or one is of another type.</exception>
    public Expr[] Apply(params Expr[] arguments) =>
        Graph.Substitute(Results, [.. Variables.Zip(Counted(arguments), (v, a) => (v.VariableName!, a))]);

    /// <summary>The function's value at expressions of its variables' types.</summary>
    /// <exception cref="FunctionalException">
    /// There are not as many arguments as variables, one is of another type, or the function has several values.
    /// </exception>
    public Expr this[params Expr[] arguments] => Body.Substitute([.. Variables.Zip(Counted(arguments), (v, a) => (v.VariableName!, a))]);

    /// <summary>The function's value at numbers or tensors.</summary>
    /// <exception cref="FunctionalException">
    /// There are not as many arguments as variables, one is of another type, or the function has several values.
    /// </exception>
    public Tensor Evaluate(params Tensor[] arguments) => Body.Evaluate(Values(arguments));

    /// <summary>All the function's values at numbers or tensors.</summary>
    /// <exception cref="FunctionalException">There are not as many arguments as variables, or one is of another type.</exception>
    public Tensor[] EvaluateAll(params Tensor[] arguments) => Evaluator.Evaluate(Results, Values(arguments));

    // A whole number, as in f.Evaluate(2), is as good as a real one.
    TensorSet Values(Tensor[] arguments) => TensorSet.Of(Variables.Zip(Counted(arguments), (v, a) =>
        KeyValuePair.Create(v.VariableName!, a.DType == DType.Int64 && a.Shape.Rank == 0 && v.DType.IsFloat() ? a.Cast(v.DType) : a)));

    T[] Counted<T>(T[] arguments) => arguments.Length == Variables.Length ? arguments
        : throw new FunctionalException($"Function: {arguments.Length} arguments for {this}. Give {Variables.Length}.");

    /// <summary>next ∘ this: first this function, then the next, whose arguments are this one's values.</summary>
    /// <exception cref="FunctionalException">The next is not a function of as many variables of these types.</exception>
    public Function Then(Function next) => new(Variables, next.Apply([.. Results]), (next, this));

    /// <summary>this ∘ previous: first the previous function, then this.</summary>
    /// <exception cref="FunctionalException">This is not a function of what the previous gives.</exception>
    public Function After(Function previous) => previous.Then(this);

    /// <summary>First the left function, then the right.</summary>
    public static Function operator >>(Function first, Function second) => first.Then(second);

    /// <summary>The function as it is written, such as <c>x ↦ sin(x²)</c>.</summary>
    public override string ToString() => $"{Tuple(Variables.Select(v => v.VariableName!))} ↦ {Tuple(Results.Select(e => e.ToString()))}";

    static string Tuple(IEnumerable<string> parts) => parts.ToArray() is [var one] ? one : $"({string.Join(", ", parts)})";
}
