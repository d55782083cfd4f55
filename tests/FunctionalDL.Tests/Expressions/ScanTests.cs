using FsCheck;
using FunctionalDL.Ops;
using static FunctionalDL.Tests.Expressions.Derivatives;

namespace FunctionalDL.Tests.Expressions;

public class ScanTests
{
    static readonly Expr X = Variable("x", "time", "batch", 2), H = Variable("h", "batch", 3), C = Variable("c", "batch", 3),
        W = Variable("w", 5, 3), B = Variable("b", 3);

    /// <summary>Two values carried, parameters used several times, and one of the values unused in the other's step.</summary>
    static Expr[] Step(Expr[] h, Expr x)
    {
        var z = Tanh(MatMul(Concat(-1, h[0], x), W) + B);
        return [z * h[1], Sigmoid(h[1]) + Square(z)];
    }

    static ScanResult Loop(bool reverse) => Scan([H, C], [X], (h, x) => Step(h, x[0]), reverse);

    /// <summary>The same recurrence with its steps written out.</summary>
    static (Expr[] Steps, Expr Last) Unrolled(int time, bool reverse)
    {
        Expr[] h = [H, C];
        var steps = new Expr[time];
        foreach (var t in reverse ? Enumerable.Range(0, time).Reverse() : Enumerable.Range(0, time))
        {
            h = Step(h, Index(X, 0, t));
            steps[t] = h[0];
        }
        return (steps, h[1]);
    }

    static void Close(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        for (var i = 0; i < expected.Count; i++) Assert.Equal(expected.GetDouble(i), actual.GetDouble(i), 1e-12);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_scan_and_its_gradient_are_those_of_the_unrolled_loop(bool reverse)
    {
        var (loop, (steps, last)) = (Loop(reverse), Unrolled(4, reverse));
        var at = Point(loop.Last[0], ("time", 4), ("batch", 2));
        Close(Stack(0, steps).Evaluate(at), loop.Steps[0].Evaluate(at));
        Close(last.Evaluate(at), loop.Last[1].Evaluate(at));

        Expr[] variables = [X, H, C, W, B];
        var expected = (Sum(Square(Stack(0, steps))) + Sum(last)).Gradient(variables);
        var actual = (Sum(Square(loop.Steps[0])) + Sum(loop.Last[1])).Gradient(variables);
        foreach (var (e, a) in Evaluator.Evaluate(expected, at).Zip(Evaluator.Evaluate(actual, at))) Close(e, a);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Derivatives_of_a_scan_agree(bool reverse)
    {
        var y = Loop(reverse).Steps[0];
        Agree(y, Point(y, ("time", 3), ("batch", 2)));
    }

    /// <summary>
    /// A product of elements is one product before the loop; the gradient of a matrix used in every step is one product after it.
    /// </summary>
    [Fact]
    public void Products_of_all_steps_are_taken_outside_the_loop()
    {
        Expr v = Variable("v", 2, 3), u = Variable("u", 3, 3);
        var loop = Scan([H], [X], (h, x) => [Tanh(MatMul(x[0], v) + MatMul(h[0], u) + B)]).Steps[0];
        var bodies = Graph
            .TopologicalOrder(Sum(Square(loop)).Gradient([H, X, u, v, B]))
            .Select(node => node.Op)
            .OfType<ScanOp>()
            .Select(op => op.Body)
            .Distinct()
            .ToArray();
        var products = bodies.Select(body => Graph.TopologicalOrder(body.Outputs).Count(node => node.Op is MatMulOp)).ToArray();
        Assert.Equal([1, 1], products);
        Assert.All(bodies, body => Assert.Empty(body.Summed));
        Agree(loop, Point(loop, ("time", 3), ("batch", 2)));
    }

    /// <summary>
    /// Bodies of random operations on carried values, elements and matrices: gradients and derivatives along a direction are those of the
    /// unrolled loop.
    /// </summary>
    [FsCheck.Xunit.Property(MaxTest = 40)]
    public void Gradients_of_random_loops_are_those_of_the_unrolled_ones(DoNotSize<int> any)
    {
        var seed = any.Item;
        var (steps, time) = (RandomLoops.Step(seed), new Random(seed).Next(0, 4));
        var reverse = seed % 2 == 0;
        Expr[] x = [RandomLoops.X, RandomLoops.H, RandomLoops.C, RandomLoops.W, RandomLoops.V, RandomLoops.B];
        var loop = Scan([RandomLoops.H, RandomLoops.C], [RandomLoops.X], (h, e) => steps(h, e[0]), reverse);
        Expr[] h = [RandomLoops.H, RandomLoops.C];
        var all = new Expr[time];
        foreach (var t in reverse ? Enumerable.Range(0, time).Reverse() : Enumerable.Range(0, time))
            all[t] = (h = steps(h, Index(RandomLoops.X, 0, t)))[0];
        var at = RandomLoops.Values(seed, time, batch: 3, DType.Float64);
        var (expected, actual) = (Sum(Sin(h[1])), Sum(Sin(loop.Last[1])));
        if (time > 0) (expected, actual) = (expected + Sum(Square(Stack(0, all))), actual + Sum(Square(loop.Steps[0])));
        // Some step keeps nothing of what came before, and the batch must be named by something.
        (expected, actual) = (expected + 0 * Sum(RandomLoops.H), actual + 0 * Sum(RandomLoops.H));
        FunctionalDL.Testing.Laws.SameValue("value", expected.Evaluate(at), actual.Evaluate(at), 1e-12);
        foreach (var (e, a) in Evaluator.Evaluate(expected.Gradient(x), at).Zip(Evaluator.Evaluate(actual.Gradient(x), at)))
            FunctionalDL.Testing.Laws.SameValue("gradient", e, a, 1e-10);
    }

    [Fact]
    public void A_scan_in_a_scan_differentiates()
    {
        var y = Scan(
            [H],
            [X],
            (h, x) => [Scan([Tanh(h[0])], [Transpose(W)], (inner, row) => [inner[0] * Sin(Sum(row[0]) + h[0]) + Sum(x[0])]).Last[0]]
        ).Last[0];
        Agree(y, Point(y, ("time", 2), ("batch", 2)), order: 1);
    }

    [Fact]
    public void No_steps_leave_the_first_value()
    {
        var loop = Loop(reverse: false);
        var at = Point(loop.Last[0], ("time", 0), ("batch", 2));
        Close(at["h"], loop.Last[0].Evaluate(at));
        Assert.Equal(Shape.Of(0, 2, 3), loop.Steps[0].Evaluate(at).Shape);
        Close(Tensor.Full(DType.Float64, [2, 3], 1), Sum(loop.Last[0]).Gradient(H).Evaluate(at));
        Close(Tensor.Zeros(DType.Float64, [5, 3]), Sum(loop.Last[0]).Gradient(W).Evaluate(at));
    }

    /// <summary>The graph has one copy of the step and one of its derivative, for ten steps and for a thousand.</summary>
    [Fact]
    public void The_graph_does_not_grow_with_the_steps()
    {
        var small = Graph.TopologicalOrder(Sum(Loop(false).Last[0]).Gradient([X, W, B])).Count;
        Assert.InRange(small, 1, 80);

        var x = Variable("x", "time", 1);
        var sum = Sum(Scan([Variable("h", 1)], [x], (h, e) => [0.5 * h[0] + e[0]]).Last[0]);
        var g = sum.Gradient(x).Evaluate(("x", Tensor.Zeros(DType.Float64, [1000, 1])), ("h", Tensor.Zeros(DType.Float64, [1])));
        Assert.Equal(1, g.GetDouble(999));
        Assert.Equal(Math.Pow(0.5, 9), g.GetDouble(990));
    }

    [Fact]
    public void What_does_not_change_is_computed_before_the_loop()
    {
        var loop = Scan([H], [X], (h, x) => [h[0] * Exp(Sum(W)) + B]).Last[0];
        Assert.Contains(Graph.TopologicalOrder(loop), node => node.Op.Name == "Exp");
        Assert.Contains("h0 ← h0·w0 + w1", loop.Print());
    }

    [Fact]
    public void In_another_precision_the_step_changes_too()
    {
        var loop = Loop(reverse: false).Steps[0];
        var at = Point(loop, ("time", 3), ("batch", 2));
        var single = loop.WithPrecision(DType.Float32).Evaluate(at.Map((_, value) => value.Cast(DType.Float32)));
        var exact = loop.Evaluate(at);
        for (var i = 0; i < exact.Count; i++) Assert.Equal(exact.GetDouble(i), single.GetDouble(i), 1e-5);
    }

    [Fact]
    public void Steps_and_sequences_that_do_not_fit_are_refused_by_name()
    {
        ConvolutionTests.Throws("one length", () => Scan([H], [X, Variable("y", 4, 2)], (h, _) => h).Last[0]);
        ConvolutionTests.Throws("the type the step makes", () => Scan([H], [X], (h, x) => [Sum(h[0])]).Last[0]);
        ConvolutionTests.Throws("one of each", () => Scan([H], [], (h, x) => h).Last[0]);
        ConvolutionTests.Throws("one for each", () => Scan([H], [X], (h, x) => [h[0], h[0]]).Last[0]);
        Assert.Throws<DTypeException>(() => Scan([H.Cast(DType.Int64)], [X], (h, x) => h));
    }
}
