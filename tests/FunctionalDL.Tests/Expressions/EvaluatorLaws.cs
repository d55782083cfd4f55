using FsCheck.Xunit;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Expressions;

/// <summary>What holds for the value of any expression.</summary>
[Properties(Arbitrary = [typeof(AnyExpressions)])]
public class EvaluatorLaws
{
    [Property]
    public void The_value_is_the_same_again(ExpressionCase c) => Assert.True(c.Evaluate().BitEquals(c.Evaluate()));

    [Property]
    public void An_output_evaluated_with_others_is_what_it_is_alone(ExpressionCase c) =>
        Assert.True(Evaluator.Evaluate(Graph.TopologicalOrder(c.Output), c.Values)[^1].BitEquals(c.Evaluate()));

    /// <summary>Replacing a variable by its value, as a constant, replaces nothing but the way the value gets there.</summary>
    [Property]
    public void Substituting_a_value_gives_the_same(ExpressionCase c)
    {
        var resolved = Rebuilding.WithSizes(c, Evaluator.Bind(c.Variables, c.Values));
        var constant = resolved.Output.Substitute([.. resolved.Values.Select(v => (v.Key, Expr.Constant(v.Value)))]);
        Assert.Empty(Graph.Variables(constant));
        Assert.True(constant.Evaluate().BitEquals(c.Evaluate()));
    }

    [Property]
    public void Names_of_dimensions_do_not_matter_once_they_have_sizes(ExpressionCase c) =>
        Assert.True(Rebuilding.WithSizes(c, Evaluator.Bind(c.Variables, c.Values)).Evaluate().BitEquals(c.Evaluate()));

    [Property]
    public void Other_values_of_the_set_do_not_matter(ExpressionCase c) =>
        Assert.True(c.Output.Evaluate(c.Values.With("unused", 1.0)).BitEquals(c.Evaluate()));

    /// <summary>Float64 and float32 compute the same up to the case's tolerance, but for random numbers, whose bits differ.</summary>
    [Property]
    public void Precision_changes_digits_only(ExpressionCase c)
    {
        if (
            Graph
                .TopologicalOrder(c.Output)
                .Any(node => node.Op.Name == "RandomUniform" || node.Op.Name == "Cast" && node.DType == DType.Int64))
            return;
        var (single, exact) = (c.WithPrecision(DType.Float32), c.WithPrecision(DType.Float64));
        if (c.Output.DType.IsFloat())
            Laws.SameValue("precisions", exact.Evaluate(), single.Evaluate().Cast(DType.Float64), single.Tolerance);
    }

    [Property]
    public void Printing_ends_and_names_every_variable(ExpressionCase c)
    {
        var text = c.Output.Print();
        Assert.InRange(text.Length, 1, 400 * Graph.TopologicalOrder(c.Output).Count);
        Assert.All(c.Variables.Where(v => !IsTiedOnly(c.Output, v)), v => Assert.Contains(v.VariableName!, text));
    }

    /// <summary>A variable that lends its sizes alone is not part of the formula.</summary>
    static bool IsTiedOnly(Expr output, Expr variable) =>
        Graph.TopologicalOrder(output).Where(node => node.Inputs.Contains(variable)).All(node => node.Op.Name == "SizedLike");
}
