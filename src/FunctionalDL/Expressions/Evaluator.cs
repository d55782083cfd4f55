using FunctionalDL.Ops;

namespace FunctionalDL;

/// <summary>
/// The reference evaluator: the meaning of an expression, computed node by node, without side effects. The engine
/// (<c>Compile</c>) is fast and agrees with it.
/// </summary>
public static class Evaluator
{
    /// <summary>The value of an expression, given its variables' values.</summary>
    /// <exception cref="FunctionalException">
    /// A variable has no value, or one that does not fit its type; or an op meets a value it is not defined for.
    /// </exception>
    public static Tensor Evaluate(this Expr expression, params (string Name, Tensor Value)[] values) =>
        Evaluate(expression, TensorSet.Of(values));

    /// <inheritdoc cref="Evaluate(Expr, ValueTuple{string, Tensor}[])"/>
    public static Tensor Evaluate(this Expr expression, TensorSet values) => Evaluate([expression], values)[0];

    /// <summary>The values of several expressions; what they share is computed once.</summary>
    /// <inheritdoc cref="Evaluate(Expr, ValueTuple{string, Tensor}[])"/>
    public static Tensor[] Evaluate(IReadOnlyCollection<Expr> outputs, TensorSet values) => Evaluate(outputs, values, Sizes.None);

    /// <summary>The values of several expressions, where the sizes of some dimensions are known from elsewhere.</summary>
    internal static Tensor[] Evaluate(IReadOnlyCollection<Expr> outputs, TensorSet values, Sizes known)
    {
        var order = Graph.TopologicalOrder(outputs);
        var sizes = Bind(Graph.Variables(outputs), values, known);
        var uses = new Dictionary<Expr, int>();
        foreach (var node in outputs.Concat(order.SelectMany(n => n.Inputs))) uses[node] = uses.GetValueOrDefault(node) + 1;

        var left = order.Where(node => node.Op is MultiResultOp).CountBy(Application.Of).ToDictionary();

        var results = new Dictionary<Expr, Tensor>();
        var several = new Results<Tensor>();
        foreach (var node in order)
        {
            Tensor[] Inputs() => [.. node.Inputs.Select(x => results[x])];
            if (node.VariableName is { } name) results[node] = values[name];
            else if (node.Op is MultiResultOp) results[node] = several.Of(node, op => op.EvaluateAll(Inputs(), sizes));
            else results[node] = node.Op.Evaluate(Inputs(), node.Type.Resolve(sizes), sizes);
            if (node.Op is MultiResultOp && --left[Application.Of(node)] == 0) several.Forget(node);
            foreach (var input in node.Inputs)
                if (--uses[input] == 0) results.Remove(input);
        }
        return [.. outputs.Select(o => results[o])];
    }

    /// <summary>The sizes of all symbolic dimensions, from the variables' values.</summary>
    /// <exception cref="FunctionalException">A variable has no value, or one that does not fit its type.</exception>
    internal static Sizes Bind(IReadOnlyList<Expr> variables, TensorSet values, Sizes? known = null) =>
        Bind(variables, name => values.TryGetValue(name, out var value) ? new(value.DType, value.Shape) : null, known);

    /// <summary>The sizes of all symbolic dimensions, from the types of the variables' values; null for one without a value.</summary>
    /// <inheritdoc cref="Bind(IReadOnlyList{Expr}, TensorSet, Sizes)"/>
    internal static Sizes Bind(IReadOnlyList<Expr> variables, Func<string, TensorType?> given, Sizes? known = null)
    {
        var sizes = known ?? Sizes.None;
        foreach (var variable in variables)
        {
            var name = variable.VariableName!;
            if (given(name) is not { } value)
                throw new FunctionalException($"Variable \"{name}\" ({variable.Type}) has no value. Give one: (\"{name}\", value).");
            if (value.DType != variable.DType)
                throw new DTypeException(
                    $"Variable \"{name}\" is {variable.Type}, its value {value}. Cast the value: value.Cast(DType.{variable.DType}).");
            sizes = sizes.Match(name, variable.Shape, value.Shape);
        }
        foreach (var variable in variables)
            if (given(variable.VariableName!) is { } value && variable.Shape.Resolve(sizes) != value.Shape)
                throw new ShapeException(
                    $"Variable \"{variable.VariableName}\" is {variable.Type}, which is {variable.Shape.Resolve(sizes)} with {sizes}; "
                        + $"its value is {value}. Reshape the value."
                );
        return sizes;
    }
}
