using FsCheck.Xunit;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Calculus;

/// <summary>What is in a branch that is not taken has no say in a gradient.</summary>
public class BranchTests
{
    static readonly Expr X = Expr.Variable("x", [4], DType.Float64);

    static readonly (string, Tensor) At = ("x", new double[] { -1, 0, 4, -2 });

    [Property(Arbitrary = [typeof(SmoothExpressions)], MaxTest = 200)]
    public void The_branch_not_taken_sends_nothing_into_a_gradient(ExpressionCase c) => BranchLaws.UntakenBranchesSendNothing(c);

    /// <summary>Expressions with something singular where it is not used, and their gradients there.</summary>
    public static TheoryData<string, double[]> Cases =>
        new()
        {
            { "select", [1, 1, 0.25, 1] },
            { "select, large", [1, 1, 1, 1] },
            { "slice", [0, 0, 0.25, 0] },
            { "gather", [0, 0, 0.25, 0] },
            { "maximum", [0, 0, 0.25, 0] },
            { "cut", [0, 0, 0.25, 0] },
            { "max", [0, 0, 0.25, 0] },
            { "pool", [0, 0, 0.25, 0] },
            { "rows", [1, 1, 0.5, 1] },
            { "columns", [1, 1, 1 + Math.Log(4), 1] },
            { "checkpoint", [0, 0, 0.25, 0] },
        };

    static Expr Of(string what) =>
        what switch
        {
            "select" => Select(X > 0, Sqrt(X), X),
            "select, large" => Select(X < 5, X, Exp(1000 * Square(X))),
            "slice" => Slice(Log(X), 0, 2, 3),
            "gather" => Gather(Log(X), Expr.Constant(Tensor.Vector(2L)), 0),
            "maximum" => Maximum(Log(Relu(X)), Full(X, -5)),
            "cut" => Minimum(Maximum(2 * Log(Relu(X)) - 1, Full(X, -5)), Full(X, 5)) / 2,
            "max" => Max(Log(Relu(X))),
            "pool" => MaxPool(Reshape(Log(Relu(X)), [1, 1, 4]), [4]),
            "rows" => Select(Broadcast(X > 0, [4]), Sum(Broadcast(ExpandDims(Sqrt(X), 1), [4, 2]), 1), X),
            "columns" => Reshape(
                Select(
                    Reshape(X > 0, [2, 2]),
                    Reshape(X, [2, 2]) * Broadcast(Reshape(Slice(Log(Relu(X)), 0, 2, 4), [1, 2]), [2, 2]),
                    Reshape(X, [2, 2])),
                [4]),
            _ => Select(X > 0, Rematerialize(e => Log(e) * 1, X), ZerosLike(X)),
        };

    [Theory, MemberData(nameof(Cases))]
    public void What_is_not_used_is_not_differentiated(string what, double[] expected)
    {
        var y = Of(what);
        Assert.Equal(expected, Sum(y).Gradient(X).Evaluate(At).ToArray<double>());
        Assert.Equal(expected.Sum(), Sum(y).Jvp([X], [Full(X, 1)]).Evaluate(At).ToScalar(), 1e-15);
        Assert.Equal(expected, Sum(y).Gradient(X).Compile().Run(At)[0].ToArray<double>());
        Assert.Equal(expected, Sum(y).Gradient(X).Simplify().Evaluate(At).ToArray<double>());
        Assert.All(Sum(Sum(y).Gradient(X)).Gradient(X).Evaluate(At).ToArray<double>(), g => Assert.True(double.IsFinite(g)));
    }

    [Fact]
    public void Examples_of_a_batch_and_steps_of_a_loop_choose_for_themselves()
    {
        var v = Expr.Variable("v");
        var each = Select(v > 0, Sqrt(v), v).Gradient(v).Vmap([(v, X)]);
        Assert.Equal([1, 1, 0.25, 1], each.Evaluate(At).ToArray<double>());

        var loop = Scan([Expr.Constant(0.0)], [X], (h, e) => [h[0] + Select(e[0] > 0, Log(e[0]), e[0])]).Last[0];
        Assert.Equal([1, 1, 0.25, 1], loop.Gradient(X).Evaluate(At).ToArray<double>());
    }

    /// <summary>A node used in a branch and beside it has both gradients, and the branch's is 0 where it is not taken.</summary>
    [Fact]
    public void A_shared_node_has_the_gradients_of_all_its_uses()
    {
        var shared = X + 1;
        var y = Select(X > 0, Log(shared - 1), shared) + shared * 3;
        Assert.Equal([4, 4, 3.25, 4], Sum(y).Gradient(X).Evaluate(At).ToArray<double>());
    }

    /// <summary>
    /// Both branches of one Select meet in one Select on the way back, without a sum; outside branches nothing is selected.
    /// </summary>
    [Theory]
    [InlineData("elu", 1)]
    [InlineData("leaky relu", 1)]
    [InlineData("relu", 0)]
    [InlineData("layer norm", 0)]
    [InlineData("attention", 1)]
    public void The_way_back_has_one_select_for_each(string what, int selects)
    {
        var x = Expr.Variable("x", [3, 4], DType.Float64);
        var y = what switch
        {
            "elu" => Elu(x),
            "leaky relu" => LeakyRelu(x),
            "attention" => Attention(x, x, x, isCausal: true),
            "layer norm" => Relu(
                (x - MeanKeep(x, -1)) / Sqrt(MeanKeep(Square(x - MeanKeep(x, -1)), -1) + 1e-5) * Expr.Variable("scale", [4], DType.Float64)
                    + 1),
            _ => Relu(MatMul(Relu(x), Transpose(x))),
        };
        var forward = Graph.TopologicalOrder(y).ToHashSet();
        var backward = Graph.TopologicalOrder(Sum(y).Gradient(x)).Where(node => !forward.Contains(node)).ToArray();
        Assert.Equal(selects, backward.Count(node => node.Op.Name == "Select"));
        if (selects == 0) Assert.DoesNotContain(backward, node => node.Op.Name is "And" or "Or");
    }
}
