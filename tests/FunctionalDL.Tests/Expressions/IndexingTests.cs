using FunctionalDL.Tests.Onnx;
using static FunctionalDL.Tests.Expressions.StructuralCase;

namespace FunctionalDL.Tests.Expressions;

/// <summary>Elements and slices taken from where indices say, and put there: ONNX's operators are the oracle.</summary>
public class IndexingTests
{
    static readonly Expr X = Expr.Variable("x", ["n", 4, 3]), U = Expr.Variable("u", [2, 3, 3]);
    static readonly Tensor Values = Numbers(1, 2, 4, 3), Updates = Numbers(2, 2, 3, 3);

    static Tensor Indices(Shape shape, params long[] values) => Tensor.Of(shape, values);

    static readonly Tensor Along1 = Indices([2, 3, 3], 3, 0, 1, 3, 0, 2, 3, 1, 2, 0, 0, 0, 1, 2, 3, 1, 3, 0);

    public static TheoryData<int> Axes => [0, 1, 2];

    [Theory, MemberData(nameof(Axes))]
    public void Gathering_along_an_axis_is_GatherElements(int axis)
    {
        var shape = Shape.Of(2, 4, 3).With(axis, 5);
        var at = Tensor.Of(shape, [.. Enumerable.Range(0, shape.ElementCount).Select(i => (long)(i * 7 % (axis == 0 ? 2 : 3)))]);
        var i = Expr.Variable("i", shape, DType.Int64);
        var x = Expr.Variable("x", [2, 4, 3]);
        Holds(
            $"axis {axis}",
            GatherAlong(x, i, axis),
            TensorSet.Of(("x", Values), ("i", at)),
            OneNode.Run("GatherElements", 13, 1, [Values, at], ("axis", (long)axis))[0]);
    }

    [Fact]
    public void Indices_may_be_fewer_along_other_axes()
    {
        var at = Indices([2, 2, 2], 3, 0, 1, 2, 0, 0, 2, 1);
        var y = GatherAlong(Expr.Variable("x", [2, 4, 3]), Expr.Variable("i", [2, 2, 2], DType.Int64), 1);
        Tensor expected = Tensor.Of(
            [2, 2, 2],
            [.. Enumerable.Range(0, 8).Select(k => Values.As<float>()[k / 4, (int)at.GetDouble(k), k % 2])]);
        Holds("fewer", y, TensorSet.Of(("x", Values), ("i", at)), expected);
    }

    [Fact]
    public void A_batch_may_have_a_name()
    {
        var i = Expr.Variable("i", ["n", 2, 3], DType.Int64);
        var at = Indices([2, 2, 3], 3, 0, 1, 2, 0, 0, 2, 1, 0, 1, 3, 3);
        Holds(
            "batch",
            GatherAlong(X, i, 1),
            TensorSet.Of(("x", Values), ("i", at)),
            OneNode.Run("GatherElements", 13, 1, [Values, at], ("axis", 1L))[0]);
    }

    [Theory, InlineData(0, 2), InlineData(0, 3), InlineData(0, 1), InlineData(1, 1), InlineData(1, 2), InlineData(2, 1)]
    public void Gathering_by_vectors_is_GatherND(int batchAxes, int k)
    {
        var shape = Shape.Of(2, 4, 3).Slice(0, batchAxes).Concat([2, k]);
        long Index(int i) => i * 5 % (batchAxes + i % k == 0 ? 2 : 3);
        var at = Tensor.Of(shape, [.. Enumerable.Range(0, shape.ElementCount).Select(Index)]);
        var i = Expr.Variable("i", shape, DType.Int64);
        Holds(
            $"{batchAxes}, {k}",
            GatherND(Expr.Variable("x", [2, 4, 3]), i, batchAxes),
            TensorSet.Of(("x", Values), ("i", at)),
            OneNode.Run("GatherND", 13, 1, [Values, at], ("batch_dims", (long)batchAxes))[0]);
    }

    public static TheoryData<ScatterReduction> Reductions => [.. Enum.GetValues<ScatterReduction>()];

    static string Name(ScatterReduction reduction) => reduction switch
    {
        ScatterReduction.Set => "none",
        ScatterReduction.Add => "add",
        ScatterReduction.Multiply => "mul",
        ScatterReduction.Maximum => "max",
        _ => "min",
    };

    [Theory, MemberData(nameof(Reductions))]
    public void Scattering_along_an_axis_is_ScatterElements(ScatterReduction reduction)
    {
        // Which of several takes a place ONNX leaves open; here it is the last.
        var distinct = Indices([2, 3, 3], 3, 0, 1, 2, 1, 2, 1, 2, 3, 0, 0, 0, 1, 2, 3, 2, 3, 1);
        foreach (var at in reduction == ScatterReduction.Set ? [distinct] : new[] { distinct, Along1 })
        {
            var y = ScatterAlong(Expr.Variable("x", [2, 4, 3]), Expr.Variable("i", [2, 3, 3], DType.Int64), U, 1, reduction);
            Holds(
                $"{reduction}",
                y,
                TensorSet.Of(("x", Values), ("i", at), ("u", Updates)),
                OneNode.Run("ScatterElements", 18, 1, [Values, at, Updates], ("axis", 1L), ("reduction", Name(reduction)))[0]);
        }
    }

    [Theory, MemberData(nameof(Reductions))]
    public void Scattering_by_vectors_is_ScatterND(ScatterReduction reduction)
    {
        var at = reduction == ScatterReduction.Set ? Indices([3, 2], 0, 3, 1, 0, 1, 2) : Indices([3, 2], 0, 3, 1, 0, 0, 3);
        var (x, i, u) = (Expr.Variable("x", [2, 4, 3]), Expr.Variable("i", [3, 2], DType.Int64), Expr.Variable("u", [3, 3]));
        var values = TensorSet.Of(("x", Values), ("i", at), ("u", Numbers(3, 3, 3)));
        Holds(
            $"{reduction}",
            ScatterND(x, i, u, reduction),
            values,
            OneNode.Run("ScatterND", 18, 1, [Values, at, values["u"]], ("reduction", Name(reduction)))[0]);
    }

    [Theory, MemberData(nameof(Reductions))]
    public void Whole_numbers_are_scattered_exactly(ScatterReduction reduction)
    {
        foreach (var dtype in new[] { DType.Int64, DType.Int32, DType.UInt8, DType.Int8 })
        {
            Tensor x = Tensor.Vector(100L, 2, 3, 4).Cast(dtype), u = Tensor.Vector(7L, 100, 1, 5, 3, 100).Cast(dtype),
                at = Tensor.Vector(0L, 2, 0, 3, 3, 2);
            var y = ScatterND(
                Expr.Variable("x", [4], dtype),
                ExpandDims(Expr.Variable("i", [6], DType.Int64), 1),
                Expr.Variable("u", [6], dtype),
                reduction);
            long[] expected = reduction switch
            {
                ScatterReduction.Set => [1, 2, 100, 3],
                ScatterReduction.Add => [108, 2, 203, 12],
                ScatterReduction.Multiply => [700, 2, 30000, 60],
                ScatterReduction.Maximum => [100, 2, 100, 5],
                _ => [1, 2, 3, 3],
            };
            Same($"{reduction} of {dtype}", y, TensorSet.Of(("x", x), ("i", at), ("u", u)), Tensor.Vector(expected).Cast(dtype), 0);
        }
    }

    [Fact]
    public void The_last_of_equal_indices_wins_and_gets_the_gradient()
    {
        var (x, u, i) = (Expr.Variable("x", [3]), Expr.Variable("u", [4]), Expr.Constant(Tensor.Vector(2L, 0, 2, 0)));
        var y = ScatterAlong(x, i, u, 0);
        var at = TensorSet.Of(("x", new[] { 1f, 2, 3 }), ("u", new[] { 4f, 5, 6, 7 }));
        Same("last", y, at, new[] { 7f, 2, 6 }, 0);
        var gradients = Sum(y * y).Gradient([x, u]);
        Same("of x", gradients[0], at, new[] { 0f, 4, 0 }, 0);
        Same("of u", gradients[1], at, new[] { 0f, 0, 12, 14 }, 0);
        var truths = ScatterAlong(x > 1.5, i, u > 5.5, 0);
        Same("truths", truths, at, Tensor.Vector(true, true, true), 0);
    }

    [Fact]
    public void Equal_largest_elements_share_the_gradient()
    {
        var (x, u, i) = (Expr.Variable("x", [3]), Expr.Variable("u", [4]), Expr.Constant(Tensor.Vector(2L, 0, 2, 0)));
        var at = TensorSet.Of(("x", new[] { 5f, 2, 3 }), ("u", new[] { 3f, 5, 3, 1 }));
        var gradients = Sum(ScatterAlong(x, i, u, 0, ScatterReduction.Maximum)).Gradient([x, u]);
        Same("of x", gradients[0], at, new[] { 0.5f, 1, 1 / 3f });
        Same("of u", gradients[1], at, new[] { 1 / 3f, 0.5f, 1 / 3f, 0 });
    }

    [Fact]
    public void Products_with_zeros_have_their_gradient()
    {
        var (x, u) = (Expr.Variable("x", [2], DType.Float64), Expr.Variable("u", [5], DType.Float64));
        var y = ScatterAlong(x, Expr.Constant(Tensor.Vector(0L, 1, 0, 1, 0)), u, 0, ScatterReduction.Multiply);
        Derivatives.Agree(y, TensorSet.Of(("x", new[] { 3.0, 0 }), ("u", new[] { 0, 2, 5, -1.5, 0 })));
    }

    [Fact]
    public void Nothing_is_scattered_where_there_is_nothing()
    {
        var (x, i, u) = (Expr.Variable("x", [3]), Expr.Variable("i", ["k"], DType.Int64), Expr.Variable("u", ["k"]));
        var none = TensorSet.Of(("x", new[] { 1f, 2, 3 }), ("i", Array.Empty<long>()), ("u", Array.Empty<float>()));
        foreach (var reduction in Enum.GetValues<ScatterReduction>())
        {
            var y = ScatterAlong(x, i, u, 0, reduction);
            Assert.Equal([1f, 2, 3], y.Evaluate(none).ToArray<float>());
            Assert.Equal([1f, 2, 3], y.Compile().Run(none)[0].ToArray<float>());
        }
    }

    [Fact]
    public void What_does_not_fit_is_told()
    {
        var (x, i, u) = (Expr.Variable("x", [2, 3]), Expr.Variable("i", [2, 3], DType.Int64), Expr.Variable("u", [2, 3]));
        static string Error(Func<object> make) => Assert.ThrowsAny<FunctionalException>(make).Message;
        Assert.Contains("GatherAlong: indices [3] into [2, 3]", Error(() => GatherAlong(x, Expr.Variable("j", [3], DType.Int64), 0)));
        Assert.Contains("as many as x has, or fewer", Error(() => GatherAlong(x, Expr.Variable("j", [2, 4], DType.Int64), 0)));
        Assert.Contains("as many as x has, or fewer", Error(() => GatherAlong(x, Expr.Variable("j", ["n", 3], DType.Int64), 1)));
        Assert.Contains("GatherND: indices [2, 3] into [2, 3]", Error(() => GatherND(x, i)));
        Assert.Contains("do not say for how many", Error(() => GatherND(x, Expr.Variable("j", ["n"], DType.Int64))));
        Assert.Contains("Give one update for each", Error(() => ScatterAlong(x, i, Expr.Variable("v", [2, 2]), 0)));
        Assert.Contains("Give [2, 3]", Error(() => ScatterND(x, Expr.Variable("j", [2, 1], DType.Int64), Expr.Variable("v", [2, 2]))));
        Assert.Contains("Cast both", Error(() => ScatterAlong(x, i, u.Cast(DType.Int64), 0)));
        Assert.Contains("of numbers", Error(() => ScatterAlong(x > 0, i, u > 0, 0, ScatterReduction.Add)));
        var at = TensorSet.Of(("x", Numbers(1, 2, 3)), ("u", Numbers(2, 2, 3)), ("i", Tensor.Of([2, 3], [0L, 1, 0, 1, 0, 2])));
        foreach (var y in new[] { GatherAlong(x, i, 0), ScatterAlong(x, i, u, 0), GatherND(x, Reverse(Slice(i, 1, 1, 3), 1)) })
        {
            Assert.Contains("index 2", Error(() => y.Evaluate(at)));
            Assert.Contains("index 2", Error(() => y.Compile().Run(at)));
        }
    }
}
