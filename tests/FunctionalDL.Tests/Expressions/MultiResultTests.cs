using FunctionalDL.Engine;
using FunctionalDL.Onnx;
using FunctionalDL.Ops;
using FunctionalDL.Testing;
using static FunctionalDL.Functions;

namespace FunctionalDL.Tests.Expressions;

/// <summary>Nodes that are results of one op: it is applied once, whatever is made of the expressions and wherever they run.</summary>
public class MultiResultTests
{
    static readonly Expr X = Expr.Variable("x", ["time", 3], DType.Float64),
        H = Expr.Variable("h", [3], DType.Float64),
        C = Expr.Variable("c", [3], DType.Float64);

    static readonly TensorSet At = TensorSet.Of(
        ("x", Key.Of(1).Uniform([5, 3], DType.Float64)),
        ("h", Key.Of(2).Uniform([3], DType.Float64)),
        ("c", Key.Of(3).Uniform([3], DType.Float64)));

    /// <summary>A loop that carries two values, of which all four results are used.</summary>
    static Expr Looped()
    {
        var loop = Scan([H, C], [X], (h, x) => [Tanh(h[0] + x[0] * h[1]), h[1] * Sigmoid(h[0])]);
        return Sum(loop.Steps[0] * loop.Steps[1]) + Sum(loop.Last[0]) * Sum(loop.Last[1]);
    }

    static int Applications(params Expr[] outputs) =>
        Graph.TopologicalOrder(outputs).Where(node => node.Op is ScanOp).Select(Application.Of).Distinct().Count();

    static int Loops(params Expr[] outputs) =>
        ModelProto
            .Parser.ParseFrom(OnnxExport.ToOnnx([.. outputs.Select((o, i) => ($"y{i}", o))], TensorSet.Empty))
            .Graph.Node.Count(node => node.OpType == "Scan");

    [Fact]
    public void A_loop_of_two_carried_values_is_one_and_so_is_its_gradient_and_its_derivative()
    {
        var y = Looped();
        var gradient = y.Gradient([X, H, C]);
        var tangent = y.Jvp([X, H], [X, H]);
        Assert.Equal(1, Applications(y));
        // The loop, the same with what is kept for the way back, and the way back.
        Assert.Equal(3, Applications([y, .. gradient]));
        Assert.Equal(2, Applications([y, tangent]));
        Assert.Equal(1, Applications(y.Vmap([(H, Expr.Variable("all", ["n", 3], DType.Float64))])));
        Assert.Equal(1, Applications(y.WithPrecision(DType.Float32)));
        Assert.Equal(1, Applications(y.Transform((node, x) => node.Op is TanhOp ? Sin(x[0]) : null)));
        Assert.Equal(1, Applications(y.ForSizes(Sizes.None.With("time", 5))));
        Assert.Equal(1, Applications(y.Substitute(("h", C * 2))));
    }

    [Fact]
    public void Engine_and_Onnx_compute_a_loop_once()
    {
        var y = Looped();
        Expr[] all = [y, .. y.Gradient([X, H, C])];
        Assert.Equal(1, Loops(y));
        Assert.Equal(2, Loops(all));
        var plan = Compiler.Compile(all, Evaluator.Bind(Graph.Variables(all), At), [], new HashSet<string>());
        Assert.Equal(2, plan.Steps.Count(step => step.ToString()!.StartsWith("scan")));
        var (ours, theirs) = (Evaluator.Evaluate(all, At), Compilation.Compile(all).Run(At));
        for (var i = 0; i < all.Length; i++) Laws.SameValue($"output {i}", ours[i], theirs[i], 1e-12);
    }

    /// <summary>x and 2·x; it counts its evaluations.</summary>
    sealed record CountedOp(int Result = 0) : MultiResultOp(Result)
    {
        public static int Evaluations;

        public override string Name => "Counted";

        internal override int Count => 2;

        private protected override TensorType[] InferAll(ReadOnlySpan<TensorType> x) => [x[0], x[0]];

        internal override Tensor[] EvaluateAll(Tensor[] x, Sizes sizes)
        {
            Evaluations++;
            return [x[0], x[0].As<double>().Map(v => 2 * v)];
        }

        internal override Func<int, Expr?> PullbackAll(Expr[] y, Expr?[] g) =>
            _ => (g[0] ?? ZerosLike(y[0])) + 2 * (g[1] ?? ZerosLike(y[1]));

        internal override Expr?[] JvpAll(Expr[] y, Expr?[] t) => [t[0], 2 * t[0]!];

        internal override string[] ToOnnxAll(IOnnxGraph graph, Expr[] y, string[] x) => throw new NotSupportedException();

        internal override Printed Print(Notation notation, Printed[] x, Expr y) => notation.Function("counted", x);
    }

    [Fact]
    public void Evaluator_and_engine_compute_all_results_at_once()
    {
        var results = new CountedOp().Apply(H);
        var (y, again) = (Sum(Sin(results[0]) * results[1]), Sum(new Expr(new CountedOp(1), H)));
        CountedOp.Evaluations = 0;
        var value = (y + again).Evaluate(At);
        Assert.Equal(1, CountedOp.Evaluations);
        Laws.SameValue("engine", value, (y + again).Compile().Run(At)[0], 1e-12);
        Assert.Equal(2, CountedOp.Evaluations);
        Laws.SameValue("gradient", Sum(Sin(H) * (2 * H)).Gradient(H).Evaluate(At), y.Gradient(H).Evaluate(At), 1e-12);
        Laws.SameValue("tangent", Sum(Sin(H) * (2 * H)).Jvp([H], [C]).Evaluate(At), y.Jvp([H], [C]).Evaluate(At), 1e-12);
    }

    [Fact]
    public void Parts_of_a_split_are_the_whole()
    {
        var parts = Split(X, -1, 1, 2);
        Assert.Equal(["float64[time, 1]", "float64[time, 2]"], parts.Select(p => p.Type.ToString()));
        Assert.True(At["x"].BitEquals(Concat(1, parts).Evaluate(At)));
        Assert.Contains("add up to 3", Assert.Throws<ShapeException>(() => Split(X, 1, 1, 1)).Message);
        Expr[] rows = Split(Expr.Variable("y", [(Dim)"a" + "b", 2]), 0, "a", "b");
        Assert.Equal(["[a, 2]", "[b, 2]"], rows.Select(p => p.Shape.ToString()));
    }

    [Theory]
    [InlineData(DType.Float32), InlineData(DType.Float64), InlineData(DType.Float16)]
    public void Places_of_max_pooling_are_where_the_values_are(DType dtype)
    {
        var x = Expr.Variable("x", ["n", 2, 5, 4], dtype);
        var at = TensorSet.Of(("x", Key.Of(7).Uniform([3, 2, 5, 4], DType.Float64).Cast(dtype)));
        var (values, places) = MaxPoolWithPlaces(x, [2, 2], [1, 2], 1);
        var flat = Reshape(x, [(Dim)"n" * 2, 20]);
        Expr[] outputs = [values, places];
        foreach (var results in new[] { Evaluator.Evaluate(outputs, at), Compilation.Compile(outputs).Run(at) })
        {
            var (plane, found) = (results[1].As<long>(), results[0]);
            var planes = flat.Evaluate(at);
            for (var i = 0; i < found.Count; i++)
                Assert.Equal(found.GetDouble(i), planes.GetDouble((int)(i / (found.Count / 6) * 20 + plane.Span[i])));
        }
        if (dtype == DType.Float32) Laws.SameValue("places", places.Evaluate(at), places.EvaluateInOnnxRuntime(at), 0);
    }

    [Fact]
    public void The_highest_are_sorted_and_equal_ones_keep_their_order()
    {
        var x = Tensor.Vector(1.0, double.NaN, 3, 3, -0.0, 0);
        var (values, places) = TopK(Expr.Constant(x), 6);
        Assert.Equal([double.NaN, 3, 3, 1, -0.0, 0], values.Evaluate().ToArray<double>());
        Assert.Equal([1L, 2, 3, 0, 4, 5], places.Evaluate().ToArray<long>());
        var (low, at) = TopK(Expr.Constant(x), 3, largest: false);
        Assert.Equal([-0.0, 0, 1], low.Evaluate().ToArray<double>());
        Assert.Equal([4L, 5, 0], at.Evaluate().ToArray<long>());
        Assert.Contains("has no 7 elements", Assert.Throws<ShapeException>(() => TopK(Expr.Constant(x), 7)).Message);
        Assert.Contains(
            "has no 3 elements",
            Assert.Throws<TensorException>(() => TopK(Expr.Variable("y", ["n"]), 3).Values.Evaluate(("y", Tensor.Vector(1f, 2)))).Message);
        Assert.Contains(
            "there is no result 2",
            Assert.Throws<FunctionalException>(() => new Expr(new TopKOp(0, 1, true, 2), Expr.Constant(x))).Message);
    }
}
