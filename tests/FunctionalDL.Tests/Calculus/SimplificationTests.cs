using FsCheck.Fluent;
using FsCheck.Xunit;
using FunctionalDL.Testing;

namespace FunctionalDL.Tests.Calculus;

public class SimplificationTests
{
    static readonly Expr X = Expr.Variable("x"), Y = Expr.Variable("y"), Z = Expr.Variable("z");

    static readonly (string Simplified, string Expected)[] Written =
    [
        ((X + 0).Simplify().Print(), "x"),
        ((0 - X).Simplify().Print(), "−x"),
        ((-(-X)).Simplify().Print(), "x"),
        ((X * 1 / 1).Simplify().Print(), "x"),
        ((X * 0 + Y).Simplify().Print(), "y"),
        ((X - X).Simplify().Print(), "0"),
        ((X + X).Simplify().Print(), "2·x"),
        ((X * 3 * 2).Simplify().Print(), "6·x"),
        ((2 * X * (3 * Y)).Simplify().Print(), "6·x·y"),
        ((-X * -Y).Simplify().Print(), "x·y"),
        ((X + -Y).Simplify().Print(), "x − y"),
        ((X - -Y).Simplify().Print(), "x + y"),
        ((X * Y + X * Z).Simplify().Print(), "x·(y + z)"),
        ((X / X).Simplify().Print(), "1"),
        ((X / Y / Z).Simplify().Print(), "x/(y·z)"),
        ((1 / X * Y).Simplify().Print(), "y/x"),
        ((X * X).Simplify().Print(), "x²"),
        ((X * X * X).Simplify().Print(), "x³"),
        (Power(Square(X), 3).Simplify().Print(), "x⁶"),
        (Power(X, 1).Simplify().Print(), "x"),
        (Square(Sqrt(X)).Simplify().Print(), "x"),
        (Log(Exp(X)).Simplify().Print(), "x"),
        ((Square(Sin(X)) + Square(Cos(X))).Simplify().Print(), "1"),
        (Sin(-X).Simplify().Print(), "−sin(x)"),
        (Cos(-X).Simplify().Print(), "cos(x)"),
        (Sin(Square(X)).Gradient(X).Simplify().Print(), "2·x·cos(x²)"),
        (Sigmoid(X).Gradient(X).Simplify().Print(), "σ(x)·(1 − σ(x))"),
        (Tanh(X).Gradient(X).Simplify().Print(), "1 − tanh(x)²"),
        (Exp(-Square(X)).Gradient(X).Simplify().Print(), "−2·x·exp(−x²)"),
        ((X + Y - X).Simplify().Print(), "y"),
        ((2 * X + 3 * Y + 4 * X).Simplify().Print(), "6·x + 3·y"),
        ((X + 1 + 2).Simplify().Print(), "3 + x"),
        ((X - 1 - Y).Simplify().Print(), "x − y − 1"),
        ((X - Y + (Y - X)).Simplify().Print(), "0"),
        ((-X + Y).Simplify().Print(), "y − x"),
        ((-X - Y).Simplify().Print(), "−x − y"),
        ((X * Y - X * Z + X).Simplify().Print(), "x·(1 + y − z)"),
        ((X / 3 + X / 3).Simplify().Print(), "2·x/3"),
        ((2 * (X / 3)).Simplify().Print(), "2·x/3"),
        ((X / 0.5).Simplify().Print(), "2·x"),
        ((X / Sqrt(X)).Simplify().Print(), "√x"),
        ((Sqrt(X) * Sqrt(X)).Simplify().Print(), "x"),
        ((Sqrt(X) * X).Simplify().Print(), "x·√x"),
        ((Power(X, -2) * Power(X, 3)).Simplify().Print(), "x"),
        ((Power(X, 0.5) * Power(X, 0.5)).Simplify().Print(), "x"),
        ((X * Y / X).Simplify().Print(), "y"),
        ((Square(X) * Y / (X * Square(Y))).Simplify().Print(), "x/y"),
        (Log(Square(X)).Gradient(X).Simplify().Print(), "2/x"),
        (Log(X * Y).Gradient(X).Simplify().Print(), "1/x"),
        (Log(Sqrt(X)).Gradient(X).Simplify().Print(), "0.5/x"),
        ((3 * Square(Sin(X)) + Z + 3 * Square(Cos(X))).Simplify().Print(), "3 + z"),
        ((Y - Y * Square(Sin(X))).Simplify().Print(), "y·cos(x)²"),
        ((1 - Square(Cos(X))).Simplify().Print(), "sin(x)²"),
    ];

    public static TheoryData<int> Rows => [.. Enumerable.Range(0, Written.Length)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void It_writes_what_a_person_would(int row) => Assert.Equal(Written[row].Expected, Written[row].Simplified);

    /// <summary>The gradient of x repeated 0 times and divided by 0 is a sum without elements.</summary>
    [Fact]
    public void A_sum_of_nothing_is_zero_whatever_it_is_of()
    {
        var x = Expr.Variable("x");
        var gradient = Sum(Broadcast(x, [0]) / 0).Gradient(x);
        Assert.Equal(0, gradient.Evaluate(("x", 1.0)).ToScalar());
        Assert.Equal(0, gradient.Simplify().Evaluate(("x", 1.0)).ToScalar());
        Assert.Equal(0, Sum(Broadcast(1 / x, [0])).Simplify().Evaluate(("x", 0.0)).ToScalar());
        Assert.Equal(0, Sum(Broadcast(x, [0]) * double.PositiveInfinity).Simplify().Evaluate(("x", 1.0)).ToScalar());
        Assert.Equal(0, Sum(Sin(Broadcast(x, [0])) * Broadcast(1 / x, [0])).Simplify().Evaluate(("x", 0.0)).ToScalar());
        var (y, infinite) = (Expr.Variable("y", ["n"]), Expr.Constant(float.PositiveInfinity));
        var none = Tensor.Of([0], new float[0]);
        Assert.Equal(0, Sum(Sin(y) * infinite).Simplify().Evaluate(("y", none)).ToScalar());
        Assert.Equal(0, Sum(Log(y - y)).Simplify().Evaluate(("y", none)).ToScalar());
        Assert.Equal(0, Sum(Sin(y) * Broadcast(1 / x.Cast(DType.Float32), ["n"])).Simplify().Evaluate(("y", none), ("x", 0.0)).ToScalar());
    }

    /// <summary>A whole number is divided by 0 nowhere where there are no numbers.</summary>
    [Fact]
    public void A_division_without_elements_is_not_made_of_a_number()
    {
        var (x, y) = (Expr.Variable("x", [0], DType.Int64), Expr.Variable("y", ["n"], DType.Int64));
        var none = Tensor.Of([0], new long[0]);
        Assert.Equal(0, ((x - x) / (x - x)).Simplify().Evaluate(("x", none)).Count);
        Assert.Equal(0, (Broadcast(Sum(x), ["n"]) / (y - y)).Simplify().Evaluate(("x", none), ("y", none)).Count);
    }

    /// <summary>A part that is needed elsewhere stays whole beside powers of what it is made of: x²·x·x is x⁴, not x².</summary>
    [Fact]
    public void A_factor_that_is_shared_counts_as_often_as_it_stands()
    {
        var (square, product) = (Square(X), Y * Z);
        var e = product * square * X * X + Sin(square) + Cos(product);
        Assert.Equal(
            e.Evaluate(("x", 3.0), ("y", 2.0), ("z", 5.0)).ToScalar(),
            e.Simplify().Evaluate(("x", 3.0), ("y", 2.0), ("z", 5.0)).ToScalar(),
            1e-9);

        var f = Function.Of(x => x / 2 / Square(Square(x / 2)));
        Assert.Equal(-24, f.Gradient().Evaluate(1.0).ToScalar(), 1e-9);
    }

    /// <summary>
    /// Numbers are combined only where the result can be written: never to 0, to ∞, or to a whole number that is not the exact one.
    /// </summary>
    [Fact]
    public void Numbers_that_do_not_fit_their_type_are_left_apart()
    {
        Same(1e-200 * X * (1e-200 * Y), 1, 1e200, 1e200);
        Same(X / 9007199254740991 / 1e300, 1e300 / 9007199254740991 / 1e300, 1e300, 0);
        Same(X + 1e308 + 1e308, 1e308, -1e308, 0);
        Same(1e200 * (X * Y) * 1e200 + 1e200 * (1e200 * (X * Z)), 2e100, 1e-300, 1);
        var n = Expr.Variable("n", Shape.Scalar, DType.Int64);
        var sum = Enumerable.Range(0, 4).Select(_ => 9007199254740991 * n).Aggregate((a, b) => a + b);
        Assert.True(sum.Evaluate(("n", 1L)).BitEquals(sum.Simplify().Evaluate(("n", 1L))));
        var single = Expr.Variable("x", Shape.Scalar);
        Assert.Equal(1, (1e-30 * single * (1e-30 * single)).Simplify().Evaluate(("x", 1e30f)).GetDouble(0), 1e-5);

        static void Same(Expr e, double expected, double x, double y) =>
            Assert.Equal(expected, e.Simplify().Evaluate(("x", x), ("y", y), ("z", y)).ToScalar(), 1e-9 * expected);
    }

    /// <summary>Σ n/2 of whole numbers is not (Σ n)/2, and a sum of nothing is 0 whatever it would be divided by.</summary>
    /// <summary>Forms that look like those of a rule and are others, and whole numbers that no float holds.</summary>
    [Fact]
    public void What_only_looks_alike_keeps_its_value()
    {
        var i = Expr.Variable("i", [3], DType.Int64);
        Expr a = Expr.Variable("a", [2, 2], DType.Float64), b = Expr.Variable("b", [2, 2], DType.Float64);
        var at = TensorSet.Of(
            ("i", Tensor.Vector(0L, 2, 2)), ("a", Tensor.Of([2, 2], [1.0, 2, 3, 4])), ("b", Tensor.Of([2, 2], [0.5, -1, 2, 7])));
        Expr Whole(long value) => Broadcast(Expr.Constant(Tensor.Scalar(value)), [3]);
        var (large, below) = (Whole((1L << 53) + 1), Whole((1L << 53) - 1));
        Expr Everywhere(double value) => Broadcast(Expr.Constant(value), [3, 4]);
        Expr[] forms =
        [
            Sum(OneHot(i, 4, DType.Float64), 0), Sum(OneHot(i, 4, DType.Float64), 1), Transpose(MatMul(a, b)),
            Select(OneHot(i, 4, DType.Bool), Everywhere(5), Everywhere(2)), i + large, i - large + 1,
            // What is taken away again brings no lost digit back.
            i + below + 2 - 5, below * i + 2 * i - 5 * i, Select(Equal(large, below + 1), i, 2 * i),
        ];
        foreach (var form in forms)
            FunctionalDL.Testing.Laws.SameValue(form.Print(), form.Evaluate(at), form.Simplify().Evaluate(at), 1e-12);
    }

    [Fact]
    public void Roots_of_numbers_are_left_as_they_are_written() =>
        Assert.DoesNotContain("1.41", (Expr.Variable("x") * Power(Expr.Constant(2.0), 0.5)).Simplify().Print());

    [Fact]
    public void Terms_in_single_precision_are_collected()
    {
        var x = Expr.Variable("x", Shape.Scalar);
        Assert.Equal("0.75·x", (0.5 * x + 0.25 * x).Simplify().Print());
    }

    [Fact]
    public void Divisions_stay_inside_sums_where_they_must()
    {
        var n = Expr.Variable("n", [2], DType.Int64);
        Assert.Equal(0, Sum(n / 2).Simplify().Evaluate(("n", Tensor.Vector(1L, 1L))).GetDouble(0));
        var (none, batch) = (Expr.Variable("w", [0], DType.Float64), Expr.Variable("w", ["batch"], DType.Float64));
        foreach (var w in new[] { none, batch })
            Assert.Equal(0, Sum(w / (X - X)).Simplify().Evaluate(("w", Tensor.Zeros(DType.Float64, [0])), ("x", 1.0)).ToScalar());
        Assert.Equal("sum(w)/2", Sum(batch / 2).Simplify().Print());
    }

    /// <summary>Divisions by different numbers, one after another, are not followed to the end of the chain on the stack.</summary>
    [Fact]
    public void Long_chains_of_divisions_are_simplified()
    {
        var chain = X;
        for (var i = 0; i < 50_000; i++) chain = chain / (Y + i);
        Assert.Equal(0, ((chain + 1) * 0).Simplify().Evaluate(("x", 1.0), ("y", 1.0)).ToScalar());
    }

    /// <summary>
    /// Twice is as good as once, and no more ops are applied than before, signs aside: but for very few cases, about one in ten thousand,
    /// such as y^−a/x, which is written with a product below the line.
    /// </summary>
    [Fact]
    public void It_is_done_after_once_and_adds_no_ops()
    {
        const int cases = 500;
        Expr[] worse = [.. SmoothExpressions.Cases().Generator.Sample(cases).Select(c => c.Output).Where(e => !IsDone(e))];
        Assert.True(worse.Length <= cases / 100, $"{worse.Length} of {cases}, the first is {worse.FirstOrDefault()}");

        static bool IsDone(Expr e)
        {
            var once = e.Simplify();
            return once.Print() == once.Simplify().Print() && Count(once) <= Count(e);
        }

        static int Count(Expr e) =>
            Graph
                .TopologicalOrder(e)
                .Count(n =>
                    n.Op
                        is not (
                            Ops.NegateOp
                            or Ops.ConstantOp
                            or Ops.BroadcastOp
                            or Ops.ReshapeOp
                            or Ops.TransposeOp
                            or Ops.SizedLikeOp
                            or Ops.SizeOfOp));
    }

    /// <summary>The gradient of softmax cross-entropy with respect to the logits is (p − y)/n.</summary>
    [Fact]
    public void Softmax_cross_entropy_has_the_gradient_p_minus_y_over_n()
    {
        var z = Expr.Variable("z", ["n", 10], DType.Float64);
        var labels = Expr.Variable("labels", ["n"], DType.Int64);
        var gradient = Loss.SoftmaxCrossEntropy.Apply(z, labels).Gradient(z).Simplify();
        Assert.Equal(
            """
            t1 = exp(z − stopgradient(max(z; 1)))
            (t1/sum(t1; 1) − onehot(labels; 10))/|n|
            """, gradient.Print());
    }

    [Fact]
    public void Deep_and_shared_graphs_are_simplified_without_recursion()
    {
        var (deep, shared) = (X, X);
        for (var i = 0; i < 20_000; i++) deep = Sin(deep) * 1 + 0;
        for (var i = 0; i < 60; i++) shared = shared + shared;

        Assert.Equal(20_001, Graph.TopologicalOrder(deep.Simplify()).Count);
        Assert.Equal("1.152921504606847e18·x", shared.Simplify().Print());
    }
}
