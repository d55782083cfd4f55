using System.Collections.Immutable;

namespace FunctionalDL;

/// <summary>
/// A function as a value: variables and an expression of them. Functions compose, f∘g, and keep their parts f1∘…∘fn; their derivatives are functions again.
/// </summary>
public sealed class Function
{
    Function(ImmutableArray<Expr> variables, Expr body, ImmutableArray<Function> parts) => (Variables, Body, Parts) = (variables, body, parts.IsDefault ? [this] : parts);

    /// <summary>The variables the function is a function of, in order.</summary>
    public ImmutableArray<Expr> Variables { get; }

    /// <summary>The value, as an expression of the variables.</summary>
    public Expr Body { get; }

    /// <summary>The functions this one is composed of, the one applied first at the end, as in f1∘…∘fn; itself where it is not a composition.</summary>
    public ImmutableArray<Function> Parts { get; }

    /// <summary>A function of one float64 number x.</summary>
    /// <example><code>var f = Function.Of(x => Sin(Square(x)));</code></example>
    public static Function Of(Func<Expr, Expr> body) => Of(Expr.Variable("x"), body);

    /// <summary>A function of one variable, which says its name, shape and dtype.</summary>
    public static Function Of(Expr variable, Func<Expr, Expr> body) => Of([variable], x => body(x[0]));

    /// <summary>A function of several variables.</summary>
    /// <exception cref="FunctionalException">What is given is not a variable, or a name stands twice.</exception>
    public static Function Of(IReadOnlyList<Expr> variables, Func<Expr[], Expr> body)
    {
        if (variables.FirstOrDefault(v => v.VariableName is null) is { } other) throw new FunctionalException($"Function: {other} is not a variable. Give variables.");
        if (variables.Select(v => v.VariableName).Distinct().Count() != variables.Count) throw new FunctionalException("Function: two variables have one name. Rename one.");
        return new([.. variables], body([.. variables]), default);
    }

    /// <summary>The function's value at expressions of its variables' types.</summary>
    /// <exception cref="FunctionalException">There are not as many arguments as variables, or one is of another type.</exception>
    public Expr Invoke(params Expr[] arguments)
    {
        if (arguments.Length != Variables.Length) throw new FunctionalException($"Function: {arguments.Length} arguments for {this}. Give {Variables.Length}.");
        return Body.Substitute([.. Variables.Zip(arguments, (v, a) => (v.VariableName!, a))]);
    }

    /// <summary>The function's value at tensors.</summary>
    /// <exception cref="FunctionalException">There are not as many arguments as variables, or one is of another type.</exception>
    public Tensor Evaluate(params Tensor[] arguments) => arguments.Length == Variables.Length
        ? Body.Evaluate([.. Variables.Zip(arguments, (v, a) => (v.VariableName!, a))])
        : throw new FunctionalException($"Function: {arguments.Length} arguments for {this}. Give {Variables.Length}.");

    /// <summary>next ∘ this: first this function, then the next.</summary>
    /// <exception cref="FunctionalException">The next is not a function of one variable of this function's type.</exception>
    public Function Then(Function next) => new(Variables, next.Invoke(Body), next.Parts.AddRange(Parts));

    /// <summary>this ∘ previous: first the previous function, then this.</summary>
    /// <inheritdoc cref="Then"/>
    public Function After(Function previous) => previous.Then(this);

    /// <summary>First the left function, then the right.</summary>
    public static Function operator >>(Function first, Function second) => first.Then(second);

    Function With(Expr body) => new(Variables, body, default);

    /// <summary>The derivative of a scalar function with respect to its first variable, as a function of the same variables.</summary>
    /// <exception cref="ShapeException">The function is not scalar.</exception>
    public Function Gradient() => With(Body.Gradient(Variables[0]).Simplify());

    /// <summary>All derivatives ∂y/∂x with respect to the first variable, as a function of the same variables.</summary>
    public Function Jacobian() => With(Body.Jacobian(Variables[0]));

    /// <summary>The second derivatives of a scalar function with respect to its first variable, as a function of the same variables.</summary>
    public Function Hessian() => With(Body.Hessian(Variables[0]));

    /// <summary>The function for each of n values of every variable, stacked along a new first axis.</summary>
    public Function Vmap(Dim n)
    {
        Expr[] stacked = [.. Variables.Select(v => Expr.Variable(v.VariableName!, v.Shape.Insert(0, n), v.DType))];
        return new([.. stacked], Body.Vmap(n, [.. Variables.Zip(stacked)]), default);
    }

    /// <summary>The function as it is written, such as <c>x ↦ sin(x²)</c>.</summary>
    public override string ToString() => $"{(Variables is [var x] ? x.VariableName : $"({string.Join(", ", Variables.Select(v => v.VariableName))})")} ↦ {Body}";
}
