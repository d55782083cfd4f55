using FunctionalDL.Tests.Onnx;
using static FunctionalDL.Tests.Expressions.StructuralCase;

namespace FunctionalDL.Tests.Expressions;

public class CumulativeTests
{
    static readonly Tensor Values = Numbers(1, 2, 4, 3);
    static readonly Expr X = Expr.Variable("x", ["n", 4, 3]);

    public static TheoryData<int, bool, bool> Forms
    {
        get
        {
            var data = new TheoryData<int, bool, bool>();
            foreach (var axis in new[] { 0, 1, 2 })
                foreach (var exclusive in new[] { false, true })
                    foreach (var reverse in new[] { false, true }) data.Add(axis, exclusive, reverse);
            return data;
        }
    }

    [Theory, MemberData(nameof(Forms))]
    public void Sums_are_CumSum(int axis, bool exclusive, bool reverse)
    {
        var expected = OneNode.Run(
            "CumSum",
            14,
            1,
            [Values, (long)axis],
            ("exclusive", exclusive ? 1L : 0L),
            ("reverse", reverse ? 1L : 0L))[0];
        Holds("sums", CumulativeSum(X, axis, exclusive, reverse), TensorSet.Of(("x", Values)), expected);
    }

    [Theory, MemberData(nameof(Forms))]
    public void Products_are_their_definition(int axis, bool exclusive, bool reverse)
    {
        var y = CumulativeProduct(X, axis, exclusive, reverse);
        Holds("products", y, TensorSet.Of(("x", Values)), Defined(Values, axis, exclusive, reverse));
        var wholes = Values.As<float>().Map(v => (long)(v * 10)).Cast(DType.Int64);
        var whole = CumulativeProduct(Expr.Variable("x", [2, 4, 3], DType.Int64), axis, exclusive, reverse);
        Same("whole products", whole, TensorSet.Of(("x", wholes)), Defined(wholes, axis, exclusive, reverse), 0);
    }

    static Tensor Defined(Tensor x, int axis, bool exclusive, bool reverse)
    {
        var (outer, n, inner) = (x.Shape.Slice(0, axis).ElementCount, x.Shape[axis].Size, x.Shape.Slice(axis + 1, 3).ElementCount);
        var result = new double[x.Count];
        for (var at = 0; at < result.Length; at++)
        {
            var (line, i) = (at / inner / n * n * inner + at % inner, at / inner % n);
            var which = Enumerable.Range(0, n).Where(j => reverse ? j > i : j < i).Append(i).Where(j => j != i || !exclusive);
            result[at] = which.Aggregate(1.0, (product, j) => product * x.GetDouble(line + j * inner));
        }
        return Tensor.Of(x.Shape, result).Cast(x.DType);
    }

    [Fact]
    public void Products_with_zeros_have_their_gradients()
    {
        var x = Expr.Variable("x", [2, 5], DType.Float64);
        var at = TensorSet.Of(("x", Tensor.Of([2, 5], [1.5, 0, -2, 0.5, 3, 0, 2, 0, -1, 4])));
        foreach (var y in new[] { CumulativeProduct(x), CumulativeProduct(x, 1, true, true), Product(x, 1), Product(x, 0), Product(x) })
            Derivatives.Agree(y, at);
    }

    [Theory, InlineData(new[] { 0 }), InlineData(new[] { 1, 2 }), InlineData(new[] { 0, 1, 2 }), InlineData(new[] { -1 })]
    public void Products_over_axes_are_ReduceProd(int[] axes)
    {
        var expected = OneNode.Run(
            "ReduceProd",
            18,
            1,
            [Values, Tensor.Vector(axes.Select(a => (long)a).ToArray())],
            ("keepdims", 0L))[0];
        Holds("products", Product(X, axes), TensorSet.Of(("x", Values)), expected);
        Holds("products", Product(Expr.Variable("x", [2, 4, 3]), axes), TensorSet.Of(("x", Values)), expected);
    }

    [Fact]
    public void Over_nothing_a_product_is_1_and_a_sum_0()
    {
        var x = Expr.Variable("x", ["n", 0]);
        var none = TensorSet.Of(("x", Tensor.Zeros(DType.Float32, [2, 0])));
        Same("known", Product(x, 1), none, new[] { 1f, 1 }, 0);
        var (y, empty) = (Expr.Variable("y", ["n", 2]), TensorSet.Of(("y", Tensor.Zeros(DType.Float32, [0, 2]))));
        Assert.Equal([1f, 1], Product(y, 0).Evaluate(empty).ToArray<float>());
        Assert.Equal([1f, 1], Product(y, 0).Compile().Run(empty)[0].ToArray<float>());
        foreach (var z in new[] { CumulativeSum(y, 0), CumulativeProduct(y, 0), CumulativeProduct(y, 0, true), Sort(y, 0) })
        {
            Assert.Equal(Shape.Of(0, 2), z.Evaluate(empty).Shape);
            Assert.Equal(Shape.Of(0, 2), z.Compile().Run(empty)[0].Shape);
        }
    }

    /// <summary>A long sum keeps its digits, on one thread and on several, in rows and in columns.</summary>
    [Theory, InlineData(1, 200_000), InlineData(200_000, 1), InlineData(700, 600)]
    public void Long_sums_are_exact_to_the_last_digit(int rows, int columns)
    {
        var x = Expr.Variable("x", [rows, columns]);
        var at = TensorSet.Of(("x", Tensor.Full(DType.Float32, [rows, columns], 0.1f)));
        for (var axis = 0; axis < 2; axis++)
        {
            var y = CumulativeSum(x, axis);
            var sums = y.Compile().Run(at)[0].As<float>();
            var n = axis == 0 ? rows : columns;
            Assert.True(sums.BitEquals(y.Evaluate(at)));
            Assert.Equal((float)(n * (double)0.1f), sums.Span[^1]);
        }
    }

    [Theory, InlineData(0, false), InlineData(1, true), InlineData(-1, false)]
    public void Sorting_is_sorting(int axis, bool descending)
    {
        var at = TensorSet.Of(("x", Values));
        var x = axis == 0 ? X : Expr.Variable("x", [2, "m", 3]);
        var expected = OneNode.Run(
            "TopK",
            11,
            2,
            [Values, Tensor.Vector((long)Values.Shape[axis < 0 ? axis + 3 : axis].Size)],
            ("axis", (long)axis),
            ("largest", descending ? 1L : 0L));
        Holds("sorted", Sort(x, axis, descending), at, expected[0]);
        Same("places", ArgSort(x, axis, descending), at, expected[1], 0);
    }

    [Fact]
    public void Sorting_keeps_equal_elements_in_order()
    {
        var x = Expr.Constant(Tensor.Vector(2.0, 1, 2, double.NaN, 1, -0.0, 0));
        Assert.Equal([5, 6, 1, 4, 0, 2, 3], ArgSort(x).Evaluate().ToArray<long>());
        Assert.Equal([3, 0, 2, 1, 4, 5, 6], ArgSort(x, descending: true).Evaluate().ToArray<long>());
    }

    [Fact]
    public void The_smallest_is_where_it_is_first()
    {
        var at = TensorSet.Of(("x", Values));
        Same("floats", ArgMin(X, 1), at, OneNode.Run("ArgMin", 13, 1, [Values], ("axis", 1L), ("keepdims", 0L))[0], 0);
        Tensor[] all =
        [
            Tensor.Vector(3L, long.MinValue, long.MaxValue, long.MinValue), Tensor.Vector<byte>(3, 0, 255, 0),
            Tensor.Vector<sbyte>(3, -128, 127, -128), Tensor.Vector(3.0, double.NaN, double.NegativeInfinity, double.NaN),
        ];
        foreach (var value in all) Same($"{value.DType}", ArgMin(Expr.Variable("x", [4], value.DType)), TensorSet.Of(("x", value)), 1L, 0);
        Assert.Throws<DTypeException>(() => ArgMin(X > 0));
    }

    [Theory, InlineData(1.0), InlineData(2.0), InlineData(3.0), InlineData(1.5), InlineData(double.PositiveInfinity)]
    public void Norms_are_their_definition(double p)
    {
        var x = Values.As<float>();
        double Of(IEnumerable<float> values) => double.IsInfinity(p)
            ? values.Max(v => Math.Abs((double)v))
            : Math.Pow(values.Sum(v => Math.Pow(Math.Abs(v), p)), 1 / p);
        var rows = Tensor.Of([2, 4], [.. Enumerable.Range(0, 8).Select(i => (float)Of(x.Span.ToArray().Skip(3 * i).Take(3)))]);
        Holds("rows", Norm(X, p, 2), TensorSet.Of(("x", Values)), rows, order: p == 1.5 ? 1 : 2);
        Holds("all", Norm(X, p), TensorSet.Of(("x", Values)), (float)Of(x.Span.ToArray()), order: 1);
        var extreme = Expr.Constant(Tensor.Vector(1e200, -1e200));
        Assert.Equal(Of([1, -1]), Norm(extreme, p).Evaluate().ToScalar() / 1e200, 1e-12);
        var zero = Expr.Variable("z", [3], DType.Float64);
        Assert.Equal([0.0, 0, 0], Norm(zero, p).Gradient(zero).Evaluate(("z", new double[3])).ToArray<double>());
        Assert.Equal(0, Norm(Expr.Variable("e", [0]), p).Evaluate(("e", Array.Empty<float>())).ToScalar());
    }

    [Fact]
    public void What_cannot_be_is_told()
    {
        var wholes = Expr.Variable("x", ["n", 2], DType.Int64);
        Assert.Contains("Fix the size", Assert.Throws<DTypeException>(() => Product(wholes)).Message);
        Assert.Contains("Fix the size", Assert.Throws<DTypeException>(() => CumulativeProduct(wholes, 0)).Message);
        Assert.Contains("takes numbers", Assert.Throws<DTypeException>(() => Product(X > 0)).Message);
        Assert.Contains("takes numbers", Assert.Throws<DTypeException>(() => CumulativeSum(X > 0)).Message);
        Assert.Contains("1 or more", Assert.Throws<FunctionalException>(() => Norm(X, 0.5)).Message);
        Assert.Throws<ShapeException>(() => CumulativeSum(X, 3));
    }
}
