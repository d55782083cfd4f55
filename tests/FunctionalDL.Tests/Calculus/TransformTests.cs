using FsCheck.Xunit;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Calculus;

public class TransformTests
{
    static Tensor Random(Tensor like, int seed) =>
        Key.Of(seed).Uniform(like.Shape, DType.Float64).As<double>().Map(u => u - 0.5);

    /// <summary>⟨v, Jvp u⟩ = ⟨Vjp v, u⟩.</summary>
    [Property(Arbitrary = [typeof(SmoothExpressions)], MaxTest = 300)]
    public void Forward_and_reverse_mode_agree(ExpressionCase smooth, byte seed)
    {
        var c = smooth.WithPrecision(DType.Float64);
        var (y, xs) = (c.Output, c.FloatVariables);
        if (xs.Count == 0 || !y.DType.IsFloat()) return;
        Expr[] u = [.. xs.Select(x => Expr.Variable("u" + x.VariableName, x.Shape, x.DType))];
        var v = Expr.Variable("v", y.Shape, y.DType);
        var values = xs.Aggregate(c.Values.With("v", Random(c.Evaluate(), seed)), (set, x) => set.With("u" + x.VariableName, Random(c.Values[x.VariableName!], seed + x.VariableName!.Length)));

        var forward = Sum(v * y.Jvp(xs, u)).Evaluate(values);
        var reverse = y.Vjp(xs, v).Zip(u, (g, t) => Sum(g * t)).Aggregate((a, b) => a + b).Evaluate(values);
        Laws.SameValue("⟨v, Jvp u⟩ and ⟨Vjp v, u⟩", forward, reverse, 1e-9);
    }

    /// <summary>f mapped over slices is f of each slice.</summary>
    [Property(Arbitrary = [typeof(AnyExpressions)], MaxTest = 300)]
    public void Vmap_is_a_loop(ExpressionCase c, byte seed)
    {
        const int n = 3;
        var names = c.FloatVariables.Where((_, i) => i == 0 || (seed >> i & 1) == 1).ToArray();
        if (names.Length == 0) return;
        Tensor Slice(Expr x, int i) => Key.Of(seed + 31 * i).Uniform(c.Values[x.VariableName!].Shape, DType.Float64).As<double>().Map(u => 2 * u - 1).Cast(x.DType);
        Expr[] stacks = [.. names.Select(x => Stack(0, [.. Enumerable.Range(0, n).Select(i => Expr.Constant(Slice(x, i)))]))];
        if (stacks.Zip(names).Any(s => s.First.Shape != s.Second.Shape.Insert(0, n))) return;

        var mapped = c.Output.Vmap(n, [.. names.Zip(stacks)]).Evaluate(c.Values);
        var loop = Stack(0, [.. Enumerable.Range(0, n).Select(i => Expr.Constant(c.Output.Evaluate(names.Aggregate(c.Values, (set, x) => set.With(x.VariableName!, Slice(x, i))))))]).Evaluate();
        Laws.SameValue("Vmap and a loop", loop, mapped, c.Tolerance);
    }

    static readonly Expr X = Expr.Variable("x", [3], DType.Float64);
    static readonly double[] At = [0.3, -1.2, 0.8];

    [Fact]
    public void Jacobians_by_either_mode_are_those_of_finite_differences()
    {
        var y = Concat(0, Sin(X) * Sum(X), Reshape(Exp(Slice(X, 0, 0, 2)), [2]));
        var forward = Differentiation.ForwardJacobian(y, X).Evaluate(("x", At));
        var reverse = Differentiation.ReverseJacobian(y, X).Evaluate(("x", At));
        Assert.Equal(Shape.Of(5, 3), forward.Shape);
        Assert.InRange(Near.Distance(forward, reverse), 0, 1e-12);
        Assert.InRange(Near.Distance(forward, y.Jacobian(X).Evaluate(("x", At))), 0, 1e-12);

        for (var j = 0; j < 3; j++)
        {
            double[] Moved(double h) => [.. At.Select((a, i) => i == j ? a + h : a)];
            var (plus, minus) = (y.Evaluate(("x", Moved(1e-5))), y.Evaluate(("x", Moved(-1e-5))));
            for (var i = 0; i < 5; i++) Assert.Equal((plus.GetDouble(i) - minus.GetDouble(i)) / 2e-5, forward.As<double>()[i, j], 1e-8);
        }
    }

    [Fact]
    public void The_Hessian_is_symmetric_and_gives_the_Hessian_vector_product()
    {
        var y = Sum(Sin(X) * Exp(Reverse(X, 0)));
        var hessian = y.Hessian(X);
        var v = Expr.Constant(new double[] { 1, -2, 0.5 });
        Assert.InRange(Near.Distance(hessian.Evaluate(("x", At)), Transpose(hessian).Evaluate(("x", At))), 0, 1e-12);
        Assert.InRange(Near.Distance(MatMul(hessian, v).Evaluate(("x", At)), y.HessianVectorProduct(X, v).Evaluate(("x", At))), 0, 1e-12);
    }

    [Fact]
    public void Per_example_gradients_need_no_loop()
    {
        const int n = 6;
        var model = Model.Input(DType.Float64, 8).Dense(5).Tanh().Dense(3).Initialize(1);
        var (inputs, labels) = (Key.Of(1).Uniform([n, 8], DType.Float64), Range(n).Evaluate().As<long>().Map(i => i % 3));
        var (x, label) = (Expr.Variable("one", [8], DType.Float64), Expr.Variable("label", Shape.Scalar, DType.Int64));
        var loss = Loss.SoftmaxCrossEntropy.Apply(model.Output, Expr.Variable("target", [Model.Batch], DType.Int64));
        Expr[] weights = [.. model.ParameterList.Select(p => p.Variable)];

        // The loss of one example: a batch of one.
        var single = loss.ForSizes(Sizes.None.With(Model.Batch, 1)).Substitute(("input", ExpandDims(x, 0)), ("target", ExpandDims(label, 0)));
        var gradients = Differentiation.Vmap(single.Gradient(weights), n, (x, Expr.Constant(inputs)), (label, Expr.Constant(labels)));

        var all = Evaluator.Evaluate(gradients, model.Parameters);
        for (var i = 0; i < n; i++)
        {
            var row = model.Parameters.With("input", Index(Expr.Constant(inputs), 0, i).Evaluate().Reshape([1, 8])).With("target", Tensor.Vector(labels[i]));
            foreach (var (expected, actual) in Evaluator.Evaluate(loss.Gradient(weights), row).Zip(all))
                Assert.InRange(Near.Distance(expected, Index(Expr.Constant(actual), 0, i).Evaluate()), 0, 1e-12);
        }
    }

    [Fact]
    public void Vmap_nests_with_itself()
    {
        var (x, y) = (Expr.Variable("x"), Expr.Variable("y"));
        var outer = (x * Sin(y)).Vmap(3, (y, Expr.Variable("ys", [3], DType.Float64))).Vmap(2, (x, Expr.Variable("xs", [2], DType.Float64)));
        var table = outer.Evaluate(("xs", new double[] { 2, 5 }), ("ys", new double[] { 0.1, 0.2, 0.3 })).As<double>();
        Assert.Equal(5 * Math.Sin(0.3), table[1, 2], 1e-15);
    }

    /// <summary>A step whose gradient is that of the identity: the straight-through estimator.</summary>
    [Fact]
    public void A_custom_gradient_takes_the_place_of_the_chain_rule()
    {
        static Expr Step(Expr x) => CustomGradient(v => Sign(v[0]), (_, _, g) => [2 * g], x);
        var y = Sum(Step(Sin(X)));

        Assert.Equal([1.0, -1, 1], Step(Sin(X)).Evaluate(("x", At)).ToArray<double>());
        Assert.Equal(At.Select(x => 2 * Math.Cos(x)), y.Gradient(X).Evaluate(("x", At)).ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal(At.Sum(x => 2 * Math.Cos(x)), y.Jvp([X], [Full(X, 1)]).Evaluate(("x", At)).ToScalar(), 1e-12);
        Assert.Equal(3, y.Compile().Run(("x", At)).Length + 2);
    }

    [Fact]
    public void Functions_compose_differentiate_and_print()
    {
        var square = Function.Of(Square);
        var f = square >> Function.Of(Sin);

        Assert.Equal("x ↦ sin(x²)", f.ToString());
        Assert.Equal("x ↦ 2·x·cos(x²)", f.Gradient().ToString());
        Assert.Equal(f.ToString(), Function.Of(Sin).After(square).ToString());
        Assert.Equal(["x ↦ sin(x)", "x ↦ x²"], f.Parts.Select(p => p.ToString()));
        Assert.Equal(Math.Sin(2.25), f.Evaluate(1.5).ToScalar(), 1e-15);
        Assert.Equal([Math.Sin(1), Math.Sin(4)], f.Vmap(2).Evaluate(new double[] { 1, 2 }).ToArray<double>());
    }

    [Fact]
    public void What_does_not_fit_says_how_to_mend_it()
    {
        static void Fails(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<FunctionalException>(action).Message);
        Fails("Jacobian", () => Sin(X).Gradient(X));
        Fails("one for each", () => Sin(X).Jvp([X], []));
        Fails("Give a tangent of that type", () => Sin(X).Jvp([X], [Expr.Variable("t")]));
        Fails("Bring the mapped axis to the front", () => Sin(X).Vmap(2, (X, Expr.Variable("xs", [3, 2], DType.Float64))));
        Fails("Vmap of the Jacobian", () => Sin(Expr.Variable("b", ["n"])).Jacobian(X));
    }
}
