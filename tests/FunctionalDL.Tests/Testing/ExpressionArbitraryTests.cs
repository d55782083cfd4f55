using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Testing;

public class ExpressionArbitraryTests
{
    static IReadOnlyList<ExpressionCase> Sample(Arbitrary<ExpressionCase> arbitrary, int count, ulong seed = 1) =>
        arbitrary.Generator.Sample(count, new Rnd(seed, 3), 100);

    [Fact]
    public void Every_primitive_occurs()
    {
        var met = Sample(AnyExpressions.Cases(), 600).SelectMany(c => Graph.TopologicalOrder(c.Output)).Select(node => node.Op.GetType()).ToHashSet();

        Assert.Empty(Primitives.All.Except(met));
    }

    [Property(Arbitrary = [typeof(AnyExpressions)])]
    public bool Values_are_finite_and_fit_the_inferred_type(ExpressionCase c)
    {
        var value = c.Evaluate();
        var sizes = Evaluator.Bind(c.Variables, c.Values);
        return value.DType == c.Output.DType && value.Shape == c.Output.Shape.Resolve(sizes)
            && Enumerable.Range(0, value.Count).All(i => double.IsFinite(value.GetDouble(i)));
    }

    [Property(Arbitrary = [typeof(SpecialExpressions)])]
    public bool Special_values_are_evaluated_too(ExpressionCase c) => c.Evaluate().DType == c.Output.DType;

    [Property(Arbitrary = [typeof(OnnxExpressions)])]
    public bool Restrictions_hold(ExpressionCase c) =>
        Graph.TopologicalOrder(c.Output).All(ExpressionOptions.Onnx.Allows);

    [Property(Arbitrary = [typeof(AnyExpressions)], MaxTest = 20)]
    public bool Shrunk_cases_are_well_formed_and_end(ExpressionCase c)
    {
        var (smallest, steps) = (c, 0);
        while (ExpressionArbitrary.With(ExpressionOptions.Any).Shrinker(smallest).FirstOrDefault() is { } smaller && steps++ < 200) smallest = smaller;
        return steps < 200 && smallest.Evaluate().Count <= c.Evaluate().Count + 1 && smallest.Output.Inputs.IsEmpty;
    }

    [Fact]
    public void A_fault_shrinks_to_the_node_that_has_it()
    {
        static bool Fails(ExpressionCase c) => Graph.TopologicalOrder(c.Output).Any(node => node.Op.Name == "MatMul");
        var arbitrary = AnyExpressions.Cases();
        var smallest = Sample(arbitrary, 100).First(c => Fails(c) && Graph.TopologicalOrder(c.Output).Count > 10);
        while (arbitrary.Shrinker(smallest).FirstOrDefault(Fails) is { } smaller) smallest = smaller;

        Assert.Equal("MatMul", smallest.Output.Op.Name);
        Assert.All(smallest.Output.Inputs, x => Assert.Empty(x.Inputs));
        Assert.True(smallest.Output.Shape.Elements == 0 || smallest.Evaluate().Count == 1, smallest.ToString());
    }

    [Fact]
    public void A_seed_gives_the_same_cases_again() =>
        Assert.Equal(Sample(AnyExpressions.Cases(), 20).Select(c => c.ToString()), Sample(AnyExpressions.Cases(), 20).Select(c => c.ToString()));
}
