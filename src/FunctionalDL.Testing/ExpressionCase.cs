using System.Text;

namespace FunctionalDL.Testing;

/// <summary>A random expression and values for its variables.</summary>
/// <param name="Output">The expression.</param>
/// <param name="Values">A value for each of its variables, and no others.</param>
public sealed record ExpressionCase(Expr Output, TensorSet Values)
{
    /// <summary>The variables of the expression, in the order of their values.</summary>
    public IReadOnlyList<Expr> Variables => Graph.Variables(Output);

    /// <summary>The variables one can differentiate with respect to.</summary>
    public IReadOnlyList<Expr> FloatVariables => [.. Variables.Where(v => v.DType.IsFloat())];

    /// <summary>The sizes of the named dimensions.</summary>
    internal Sizes Sizes => Evaluator.Bind(Variables, Values);

    /// <summary>The case computed in another floating-point precision.</summary>
    public ExpressionCase WithPrecision(DType dtype) =>
        new(Output.WithPrecision(dtype), Values.Map((_, value) => value.DType.IsFloat() ? value.Cast(dtype) : value));

    /// <summary>The value of the expression by the reference evaluator.</summary>
    public Tensor Evaluate() => Output.Evaluate(Values);

    /// <summary>
    /// How far another evaluator may be off, relative to max(1, |value|): 1e-9 where all floats are float64, 1e-3 where a float32 takes
    /// part, and where a half float does, a few of its last digits. Values of cases without special values do not magnify rounding errors
    /// by more than about a hundred, and half floats are not near a tie.
    /// </summary>
    public double Tolerance => Graph.TopologicalOrder(Output).Select(node => node.DType).Where(dtype => dtype.IsFloat())
        .Select(dtype => dtype == DType.Float64 ? 1e-9 : Math.Max(1e-3, LastDigits * dtype.Epsilon())).DefaultIfEmpty(1e-9).Max();

    /// <summary>How many last digits sums in another order, each rounded, may be apart.</summary>
    const int LastDigits = 4;

    /// <summary>The expression of this case with the values of the variables it has.</summary>
    internal static ExpressionCase Of(Expr output, TensorSet values) =>
        new(output, TensorSet.Of(Graph.Variables(output).Select(v => KeyValuePair.Create(v.VariableName!, values[v.VariableName!]))));

    /// <summary>The expression, its type, and each variable with its type and first elements.</summary>
    public override string ToString()
    {
        var text = new StringBuilder().AppendLine().Append(Output).Append(" : ").Append(Output.Type);
        foreach (var variable in Variables)
            text.AppendLine()
                .Append("  ")
                .Append(variable.VariableName)
                .Append(" : ")
                .Append(variable.Type)
                .Append(" = ")
                .Append(Values[variable.VariableName!]);
        return text.ToString();
    }
}
