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
        var met = Sample(AnyExpressions.Cases(), 600)
            .SelectMany(c => Graph.TopologicalOrder(c.Output))
            .Select(node => node.Op.GetType())
            .ToHashSet();

        Assert.Empty(Primitives.All.Except(met));
    }

    static bool IsReduction(Expr e) => e.Op.Name is "Sum" or "Max" or "Min" || e.Op.Name == "Divide" && e.Inputs[0].Op.Name == "Sum";

    /// <summary>Where an engine may join things wrongly is where cases have to be.</summary>
    [Fact]
    public void What_fusion_joins_occurs_often()
    {
        var cases = Sample(AnyExpressions.Cases(), 200);
        int With(Func<Expr, bool> condition) => cases.Count(c => Graph.TopologicalOrder(c.Output).Any(condition));
        bool JoinsReductions(Expr node) =>
            node.Op.Name == "Concat" && node.Inputs.Count(x => IsReduction(x) || x.Inputs is [var of] && IsReduction(of)) > 1;
        Assert.InRange(With(JoinsReductions), 20, 200);
        Assert.InRange(cases.Count(c => c.Variables.Any(v => !v.Shape.IsKnown)), 40, 160);
        static bool IsProduct(int[] sizes) => sizes[0] > 1 && sizes[1] > 1 && sizes[0] * sizes[1] == sizes[2];
        Assert.InRange(Enumerable.Range(0, 1000).Count(seed => IsProduct(new Random(seed).Sizes())), 80, 400);
    }

    /// <summary>An op whose value jumps is refused just beside the jump.</summary>
    [Theory]
    [InlineData(5e-6, false)]
    [InlineData(1e-3, true)]
    public void Cases_are_away_from_jumps(double distance, bool isAccepted)
    {
        var x = Expr.Variable("x", [64], DType.Float64);
        var c = new ExpressionCase(Sign(x - 1), TensorSet.Of(("x", Tensor.Full(DType.Float64, [64], 1 + distance))));
        Assert.Equal(isAccepted, Trace.Accepts(c, ExpressionOptions.Any));
    }

    static IEnumerable<string> Names(Arbitrary<ExpressionCase> arbitrary) =>
        Sample(arbitrary, 200).SelectMany(c => Graph.TopologicalOrder(c.Output)).Select(node => node.Op.Name).Distinct();

    [Fact]
    public void Smooth_ones_have_no_kinks_and_no_jumps() =>
        Assert.Empty(Names(SmoothExpressions.Cases())
            .Intersect(["Abs", "Sign", "Maximum", "Minimum", "Max", "Min", "Less", "LessOrEqual", "Equal", "ArgMax", "MaxPool"]));

    [Theory]
    [InlineData(DType.Float32, 1e-3)]
    [InlineData(DType.Float64, 1e-9)]
    public void The_tolerance_is_that_of_the_precision(DType dtype, double expected) =>
        Assert.Equal(expected,
            new ExpressionCase(Sin(Expr.Variable("x", [], dtype)), TensorSet.Of(("x", Tensor.Full(dtype, [], 1)))).Tolerance);

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
        while (ExpressionArbitrary.With(ExpressionOptions.Any).Shrinker(smallest).FirstOrDefault() is { } smaller && steps++ < 200)
            smallest = smaller;
        return steps < 200 && smallest.Evaluate().Count <= c.Evaluate().Count + 1 && smallest.Output.Inputs.IsEmpty;
    }

    [Fact]
    public void The_boldest_comes_first_and_names_of_sizes_become_numbers()
    {
        var x = Expr.Variable("x", ["batch", 2], DType.Float64);
        var c = new ExpressionCase(Sum(Sin(x)), TensorSet.Of(("x", Tensor.Full(DType.Float64, [3, 2], 0.5))));
        ExpressionCase[] smaller = [.. ExpressionArbitrary.With(ExpressionOptions.Any).Shrinker(c)];
        Assert.Equal("Sin", smaller[0].Output.Op.Name);
        Assert.Contains(smaller, s => s.Output.Op.Name == "Sum" && s.Variables[0].Shape == Shape.Of(3, 2));
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
        Assert.Equal(
            Sample(AnyExpressions.Cases(), 20).Select(c => c.ToString()),
            Sample(AnyExpressions.Cases(), 20).Select(c => c.ToString()));
}
