namespace FunctionalDL.Tests.Engine;

/// <summary>What is computed in one step with what comes before it: in the order it was written, and where it means the same.</summary>
public class FusionTests
{
    /// <summary>A convolution in groups with more channels than are computed at once, and what may be added to it or done to it.</summary>
    static Expr[] AfterConvolution(Expr y)
    {
        var (channels, height, width) = (y.Shape[1], y.Shape[2], y.Shape[3]);
        Expr b = Expr.Variable("b", [channels, 1, 1]), c = Expr.Variable("c", [channels, 1, 1]);
        Expr row = Expr.Variable("row", [width]), column = Expr.Variable("column", [height, 1]),
            examples = Expr.Variable("examples", [2, 1, 1, 1]);
        return
        [
            y + b, Relu(y) + b, Relu(y + b) + c, Relu(Relu(y + b) + c), y + b + c, c + (b + y), y + row, y + column, y + examples,
            row + Relu(y),
            Maximum(y, 0.25), Maximum(y + b, -0.25), Relu(y) + y, Relu(y + b) * (y + b), MaxPool(Relu(y + b), [2, 2]) + b,
            Relu(MaxPool(y, [2, 2])) + b, MaxPool(Gelu(y + b), [2, 2]), MaxPool(Tanh(y), [2, 2]), MaxPool(Relu(y * b - c) / b, [2, 2]),
            MaxPool(Exp(y + b) * Reshape(Sum(Square(y + b), 2, 3), [y.Shape[0], channels, 1, 1]), [2, 2]),
        ];
    }

    static TensorSet Uniform(params ReadOnlySpan<Expr> of)
    {
        var all = Graph.Variables(of.ToArray());
        return TensorSet.Of([.. all.Select((v, i) => (v.VariableName!, EngineTests.Uniform(i + 1, v.Shape).Cast(v.DType)))]);
    }

    [Theory, InlineData(1), InlineData(2)]
    public void What_follows_a_convolution_is_done_in_its_order(int groups)
    {
        Expr x = Expr.Variable("x", [2, 4, 4, 5]), w = Expr.Variable("w", [18, 4 / groups, 3, 2]),
            v = Expr.Variable("v", [4, 18 / groups, 3, 2]);
        foreach (var y in new[] { Conv(x, w, padding: 1, groups: groups), ConvTranspose(x, v, groups: groups) })
        {
            var outputs = AfterConvolution(y);
            foreach (var output in outputs) EngineTests.Agrees([output], Uniform(output), 1e-5);
            foreach (var output in outputs) EngineTests.Agrees([output, y], Uniform(output), 1e-5);
        }
    }

    /// <summary>Padding meets no weight, not even an infinite one, and what is added and bounded afterwards still is.</summary>
    [Fact]
    public void An_infinite_weight_on_padding_leaves_what_follows()
    {
        Expr x = Expr.Variable("x", [1, 1, 3, 3]), w = Expr.Variable("w", [2, 1, 3, 3]), b = Expr.Variable("b", [2, 1, 1]);
        var weights = EngineTests.Uniform(1, w.Shape).As<float>().ToArray<float>();
        (weights[0], weights[9]) = (float.PositiveInfinity, float.NegativeInfinity);
        var values = TensorSet.Of(("x", EngineTests.Uniform(2, x.Shape)), ("w", Tensor.Of(w.Shape, (ReadOnlySpan<float>)weights)),
            ("b", EngineTests.Uniform(3, b.Shape)));
        var y = Conv(x, w, padding: 1);
        foreach (var output in new[] { y, y + b, Relu(y), Relu(y + b), MaxPool(Relu(y + b), [2, 2]), Relu(y) + b })
            EngineTests.Agrees([output], values, 1e-5);
    }

    /// <summary>Weights that are part of a larger array: their steps are even only within a row of the window.</summary>
    [Fact]
    public void Weights_may_be_cut_from_larger_ones()
    {
        Expr x = Expr.Variable("x", [2, 3, 6, 5]), w = Expr.Variable("w", [9, 5, 3, 4]);
        Expr[] cuts = [Slice(w, 3, 1, 3), Slice(w, 3, 0, 4, 2), Slice(w, 2, 0, 2), Slice(Slice(w, 3, 2, 4), 2, 1, 3),
            Transpose(w, 0, 1, 3, 2)];
        Expr[] outputs = [.. cuts.Select(cut => Conv(x, Slice(cut, 1, 1, 4), padding: 1))];
        foreach (var y in outputs) EngineTests.Agrees([y, Sum(Sin(y)).Gradient(x)], Uniform(y), 1e-5);
    }

    /// <summary>e^−x² and erf x share work; what only looks like it does not.</summary>
    [Theory, InlineData(3, 5), InlineData(4, 40)]
    public void Exponentials_beside_erf_are_those_of_their_own_arguments(int rows, int columns)
    {
        Expr x = Expr.Variable("x", [rows, columns]), y = Expr.Variable("y", [rows, columns]);
        Expr[] outputs = [Exp(-(x * y)) * Erf(x), Erf(x) + Exp(-(y * x)), Exp(x * x) * Erf(x), Exp(-(x * x)) - Erf(x),
            Exp(-(x * x)) - Erf(y), Exp(-(y * y)) + Erf(x) + Erf(y) + Exp(-(x * x))];
        foreach (var output in outputs) EngineTests.Agrees([output], Uniform(output), 1e-5);
    }

    /// <summary>Sums and products in pairs, on either side, where the first is needed elsewhere or is of another type.</summary>
    [Theory, InlineData(DType.Float32), InlineData(DType.Float64)]
    public void Pairs_of_sums_and_products_are_what_they_say(DType dtype)
    {
        Expr a = Expr.Variable("a", [6, 40], dtype), b = Expr.Variable("b", [6, 1], dtype), c = Expr.Variable("c", [40], dtype);
        var other = dtype == DType.Float32 ? DType.Float64 : DType.Float32;
        Expr product = a * b, sum = a + c;
        Expr[] outputs = [c - product, product - c, c - sum, b * sum, sum - b, Exp(product) + (product - c),
            (product.Cast(other) - c.Cast(other)).Cast(dtype), (a.Cast(other) + 1).Cast(dtype) * c];
        foreach (var output in outputs) EngineTests.Agrees([output], Uniform(output), 1e-5);
        EngineTests.Agrees([.. outputs, product, sum], Uniform(outputs), 1e-5);
    }

    static Expr Largest(Expr x) => ExpandDims(Max(x, [-1]), -1);

    /// <summary>Operands of one number a row or a column, on each side.</summary>
    [Theory, InlineData(3), InlineData(40)]
    public void Numbers_of_rows_stand_on_either_side(int columns)
    {
        Expr x = Expr.Variable("x", [5, columns]), row = Expr.Variable("row", [5, 1]), column = Expr.Variable("column", [columns]);
        Expr One(Expr e) => Broadcast(e, x.Shape);
        Expr Whole(Expr e) => (20 * e).Cast(DType.Int64);
        Expr NotZero(Expr e) => Maximum(Abs(Whole(e)), 1);
        Expr[] outputs =
        [
            Select(x > 0, One(row), x), Select(x > 0, x, One(row)), Select(One(row) > 0, x, One(column)),
            Select(x > row, One(row), One(column)), Select(One(row) > 0, One(row), One(column)),
            Whole(x) / NotZero(row), Whole(row) / NotZero(x), Whole(row) / NotZero(column), Whole(x) / NotZero(column),
            Whole(Max(x, [1])) / NotZero(Min(x, [1])), x - One(Largest(x)), One(SumKeep(x, 1)) / (2 + x), x > One(Largest(x)) - 0.1,
        ];
        foreach (var output in outputs) EngineTests.Agrees([output], Uniform(output), 1e-4);
        EngineTests.Agrees(outputs, Uniform(outputs), 1e-4);
    }

    /// <summary>Reductions of what is all one special value, or has one at the very end, where tiles and threads meet.</summary>
    [Theory, InlineData(DType.Float32), InlineData(DType.Float64)]
    public void Special_values_survive_reductions(DType dtype)
    {
        var x = Expr.Variable("x", [10, 3000], dtype);
        Expr[] outputs = [Sum(x), Sum(x, 0), Sum(x, 1), Max(x), Max(x, 0), Max(x, 1), Min(x), Min(x, 0), Min(x, 1)];
        Expr[] signs = [.. outputs.Select(y => 1 / y)];
        foreach (var (most, last) in new[] { (-0.0, -0.0), (double.NegativeInfinity, double.NegativeInfinity),
            (double.PositiveInfinity, double.PositiveInfinity), (1, double.NaN), (double.NaN, 1), (-2, -1), (2, 1) })
        {
            var values = new double[10 * 3000];
            Array.Fill(values, most);
            values[^1] = last;
            var given = TensorSet.Of(("x", Tensor.Of([10, 3000], (ReadOnlySpan<double>)values).Cast(dtype)));
            foreach (var y in outputs) EngineTests.Agrees([y], given, 1e-6);
            EngineTests.Agrees([.. outputs, .. signs], given, 1e-6);
        }
    }

    static readonly double[] Specials = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, 0, 1e-30, -1e-30, 1e-9, 1, -1,
        80, -80, 800, -800];

    /// <summary>Functions of one and of two special values, in rows that fill vectors and the rest.</summary>
    [Theory, InlineData(DType.Float32), InlineData(DType.Float64)]
    public void Special_values_survive_functions(DType dtype)
    {
        var n = Specials.Length;
        Expr x = Expr.Variable("x", [n, 1], dtype), y = Expr.Variable("y", [1, n], dtype);
        Expr[] outputs =
        [
            Sign(x), Abs(x), Expm1(x), Log1P(Abs(x)), Exp(x), Tanh(x), Sigmoid(x), Softplus(x), Erf(x), Sqrt(Abs(x)), Minimum(x, y),
            Maximum(x, y), Minimum(y, x), x < y, x <= y, Equal(x, y),
            x.Cast(DType.Bool), Select(x < y, x, y), Relu(x), Exp(x) - 1, x / y,
        ];
        EngineTests.Agrees(outputs, TensorSet.Of(("x", Tensor.Of([n, 1], Specials).Cast(dtype)),
            ("y", Tensor.Of([1, n], Specials).Cast(dtype))), dtype == DType.Float32 ? 2e-6 : 1e-12);
    }

    /// <summary>
    /// What follows a product block by block, in batches and in blocks narrower than its rows: rows reduced, the product transposed, a
    /// second reader.
    /// </summary>
    [Theory, InlineData(1, 40, 700), InlineData(3, 30, 40), InlineData(2, 100, 300)]
    public void What_follows_a_product_sees_all_of_it(int batches, int n, int m)
    {
        Expr x = Expr.Variable("x", [batches, n, 24]), w = Expr.Variable("w", [batches, 24, m]), b = Expr.Variable("b", [m]),
            r = Expr.Variable("r", [batches, n, m]);
        var y = MatMul(x, w);
        Expr[] outputs = [y * b, y * r, Sum(y * r, 1), Softmax(y + b), Sum(y, 0, 1), y - Largest(y), Sum(y * r), Tanh(y) + Sum(y, 0),
            Reshape(y, [n, batches * m]) * 2, Exp(y) * Reshape(Transpose(y), y.Shape)];
        foreach (var output in outputs) EngineTests.Agrees([output], Uniform(output), 1e-3);
        EngineTests.Agrees([outputs[0], outputs[^1]], Uniform(outputs), 1e-3);
    }
}
