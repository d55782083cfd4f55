namespace FunctionalDL.Tests.Engine;

/// <summary>What is written anew before it is planned means the same, for every start and size and with special values.</summary>
public class RewritingTests
{
    static readonly Expr A = Expr.Variable("a", [4, 3]), B = Expr.Variable("b", [2, 3]);

    static void Agrees(Expr[] outputs, params ReadOnlySpan<(string, Tensor)> values)
    {
        var given = TensorSet.Of(values.ToArray());
        var all = given.With(TensorSet.Of(Graph.Variables(outputs).Where(v => !given.ContainsKey(v.VariableName!)).Select((v, i) =>
            KeyValuePair.Create(v.VariableName!, EngineTests.Uniform(i, v.Shape).Cast(v.DType)))));
        foreach (var y in outputs) EngineTests.Agrees([y], all, 1e-5);
        EngineTests.Agrees(outputs, all, 1e-5);
    }

    /// <summary>Sums of what is padded, that fill an axis together and that do not: with a rest, an overlap, a part twice, a value, or
    /// along two axes.</summary>
    [Fact]
    public void Sums_of_padded_parts()
    {
        Expr first = Pad(A, 0, 0, 2), second = Pad(B, 0, 4, 0), rest = Pad(B, 0, 4, 3), c = Expr.Variable("c", [1, 3]);
        Agrees(
        [
            first + second, second + first, Pad(A, 0, 0, 5) + rest, Pad(A, 0, 3, 0) + Pad(B, 0, 0, 5), Pad(A, 0, 1, 1) + Pad(B, 0, 0, 4),
            first + second + second, first + first + second, first + Pad(B, 0, 1, 3) + second, first + second + Pad(B, 0, 0, 4),
            Pad(A, 0, 0, 2, 1) + second, first + Pad(B, 0, 4, 0, -2), Pad(A, 0, 0, 2, 0.5) + Pad(B, 0, 4, 0, 0.5),
            Pad(A, 0, 0, 3) + Pad(B, 0, 4, 1) + Pad(c, 0, 6, 0),
            Dilate(A, 0, 1) + Pad(Slice(A, 0, 0, 3), 0, 2, 2), Pad(A, 1, 0, 3) + Pad(A, 1, 3, 0),
            Pad(Slice(A, 0, 0, 2), 0, 0, 2) + Pad(Slice(A, 0, 2, 4), 0, 2, 0), Pad(A, 1, 0, 3) + Broadcast(Index(Index(c, 0, 0), 0, 0),
            [4, 6]),
        ]);
    }

    /// <summary>Every slice of something padded.</summary>
    [Theory, InlineData(0), InlineData(7), InlineData(double.NegativeInfinity)]
    public void Slices_of_what_is_padded(double value)
    {
        var x = Expr.Variable("x", [3]);
        var padded = Pad(x, 0, 2, 3, value);
        var slices = from start in Enumerable.Range(0, 9)
                     from end in Enumerable.Range(start, 9 - start)
                     from step in new[] { 1, 2, 3 }
                     select Slice(padded, 0, start, end, step);
        Expr between = Slice(Dilate(x, 0, 1), 0, 1, 4), wide = Slice(Pad(A, 1, 1, 2, value), 0, 1, 3);
        Agrees([.. slices, between, wide, Slice(2 * padded + 1, 0, 1, 4) * Slice(2 * padded + 1, 0, 4, 7)]);
    }

    /// <summary>Slices of slices, some of them strided, moved and put into another shape.</summary>
    [Fact]
    public void Slices_of_slices()
    {
        var x = Expr.Variable("x", [5, 12, 2]);
        var every = Slice(x, 1, 1, 12, 2);
        var some = Slice(every, 1, 1, 6, 2);
        Agrees([some * 2, Slice(some, 1, 1, 2) * 2, Transpose(some) * 2, Reshape(Transpose(every, 1, 0, 2), [2, 3, 10]) * 3,
            Sum(Slice(x, 0, 1, 5, 3), 1), Reshape(Slice(x, 2, 1, 2), [60]) * 2, Reshape(Slice(x, 1, 2, 8), [5, 3, 4]) + 1,
            Concat(1, every, Slice(x, 1, 0, 12, 3)), Pad(every, 1, 1, 0, 5), Pad(Transpose(some, 2, 1, 0), 0, 1, 2, -1)]);
    }

    static Tensor Indices(int rows, params int[] shape) =>
        Tensor.Of([.. shape.Select(n => (Dim)n)], (ReadOnlySpan<long>)[.. Enumerable.Range(0, shape.Aggregate((p, n) => p * n)).Select(i =>
            (long)(i * 7 % 5 % rows))]);

    /// <summary>Products of gathered rows, moved and regrouped, and rows that are added up, also where the table has rows that are never
    /// used and are infinite.</summary>
    [Fact]
    public void Products_of_rows_are_those_of_the_rows_used()
    {
        Expr table = Expr.Variable("table", [6, 4]), w = Expr.Variable("w", [4, 5]), i = Expr.Variable("i", [3, 2, 4], DType.Int64),
            flat = Expr.Variable("flat", [24], DType.Int64);
        Expr rows = Gather(table, flat), g = Expr.Variable("g", [24, 5]), narrow = Expr.Variable("narrow", [2, 3]), cube = Gather(table, i);
        var moved = Transpose(cube, 2, 0, 1, 3);
        Expr updates = Expr.Variable("u", [4, 3, 2, 4]), turned = Transpose(updates, 1, 2, 0, 3);
        Expr[] outputs =
        [
            MatMul(rows, w), MatMul(Transpose(rows), g), MatMul(Reshape(rows, [48, 2]), narrow),
            MatMul(Transpose(Reshape(rows, [48, 2])), Expr.Variable("g2", [48, 3])), MatMul(moved, w), Transpose(cube, 2, 0, 1, 3) * 2,
            Transpose(cube, 3, 0, 1, 2) * 2,
            ScatterAdd(i, turned, 6), ScatterAdd(i, MatMul(turned, w), 6), ScatterAdd(flat, MatMul(rows, w), 6),
            ScatterAdd(flat, Reshape(MatMul(Reshape(rows, [48, 2]), narrow), [24, 6]), 6),
            ScatterAdd(i, Transpose(updates, 2, 1, 0, 3) is var other ? Transpose(other, 1, 0, 2, 3) : other, 6),
        ];
        (string, Tensor) At(string name, params int[] shape) => (name, Indices(6, shape));
        Agrees(outputs, At("i", 3, 2, 4), At("flat", 24));
        var infinite = EngineTests.Uniform(1, [6, 4]).As<float>().ToArray<float>();
        Array.Fill(infinite, float.PositiveInfinity, 20, 4);
        Agrees([outputs[0], outputs[1], outputs[4]], At("i", 3, 2, 4), At("flat", 24),
            ("table", Tensor.Of([6, 4], (ReadOnlySpan<float>)infinite)));
    }

    /// <summary>The gradient of a pooling times a mask, of itself or of another, at values that are equal to the bound, and summed over
    /// some axes.</summary>
    [Fact]
    public void Gradients_of_pooling_are_masked_and_summed()
    {
        Expr x = Expr.Variable("x", [2, 3, 4, 6]), z = Expr.Variable("z", [2, 3, 4, 6]);
        foreach (var pooled in new[] { MaxPool(x, [2, 2]), MaxPool(x, [2, 3], [1, 2], Padding.Of((1, 0), (1, 1))) })
        {
            var g = Sum(Square(pooled) + pooled).Gradient(x);
            Expr Mask(Expr of, double bound) => (of > bound).Cast(DType.Float32);
            Agrees([g * Mask(x, 0), Mask(x, 0) * g, g * Mask(z, 0), g * Mask(x, 1), g * (x < 1).Cast(DType.Float32), Sum(g, 2, 3),
                Sum(g, 0, 2, 3), Sum(g, 3), Sum(g, 2), Sum(g), Sum(g, 0, 1)],
                ("x", (Tensor)Key.Of(1).Uniform([2, 3, 4, 6]).As<float>().Map(u => MathF.Floor(3 * u))));
        }
    }

    /// <summary>Zeros with a sign: −0 + 0 is 0, and what is put back where a window found it is 0.</summary>
    [Fact]
    public void Zeros_keep_their_sign()
    {
        Expr x = Expr.Variable("x", [1, 1, 4]), g = Expr.Variable("g", [1, 1, 2]);
        Expr[] outputs = [x + 0.0, 0.0 + x, x - 0.0, x * 1, x + -0.0, Sum(MaxPool(x, [2]) * g).Gradient(x),
            Sum(MaxPool(x, [2], [3]) * g).Gradient(x) * 1];
        Agrees([.. outputs[..6].Select(y => 1 / y)], ("x", Tensor.Of([1, 1, 4], [-0f, 0, -0f, -0f])),
            ("g", Tensor.Of([1, 1, 2], [-0f, -0f])));
    }
}
