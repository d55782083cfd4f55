using FsCheck;
using FsCheck.Xunit;
using FunctionalDL.Engine;
using FunctionalDL.Ops;
using FunctionalDL.Testing;
using FunctionalDL.Tests.Expressions;
using FunctionalDL.Tests.Expressions.Ops;

namespace FunctionalDL.Tests.Engine;

/// <summary>What the engine computes is what the evaluator computes, with the same bits for any number of threads.</summary>
public class EngineTests
{
    /// <summary>The op table, without the size of a dimension that no variable of the expression has.</summary>
    public static TheoryData<int> Rows => [.. Enumerable.Range(0, OpTable.Rows.Count).Where(row => OpTable.Rows[row].Name != "SizeOf")];

    [Theory, MemberData(nameof(Rows))]
    public void Every_row_of_the_op_table_agrees(int row)
    {
        var c = new ExpressionCase(OpTable.Rows[row].Output, OpTable.Rows[row].Values);
        Agrees([c.Output], c.Values, 1e-12);
        if (c.Output.Op.Name != "RandomUniform")
            Agrees([c.WithPrecision(DType.Float32).Output], c.WithPrecision(DType.Float32).Values, 1e-5);
    }

    static readonly int[] Lengths = [0, 1, 7, 16, 65, 1000];

    /// <summary>
    /// Rows and columns around the sizes of vectors, panels and tiles: softmax, normalization, products and sums of all kinds.
    /// </summary>
    [Theory]
    [CombinatorialSizes]
    public void Sizes_of_all_kinds_agree(int rows, int columns)
    {
        var (x, w) = (Expr.Variable("x", ["n", "m"]), Expr.Variable("w", ["m", 33]));
        var centred = x - MeanKeep(x, -1);
        Expr[] outputs =
        [
            LogSoftmax(x),
            centred / Sqrt(MeanKeep(Square(centred), -1) + 1e-5),
            MatMul(x, w),
            MatMul(Transpose(x), x),
            Transpose(x) * 2,
            Sum(x, 0),
            Sum(x),
            Mean(Gelu(x) * Tanh(x)),
            .. rows > 0 ? [Max(x, 0)] : Array.Empty<Expr>(),
            x * (x > 0).Cast(DType.Float32),
            Concat(1, x, Reshape(Reshape(x, [x.Shape.Elements]), ["n", "m"])),
        ];
        var values = TensorSet.Of(("x", Uniform(1, [rows, columns])), ("w", Uniform(2, [columns, 33])));
        Agrees(outputs, values, 1e-4);
        var loss = Sum(Tanh(MatMul(x, w) + Softmax(MatMul(x, w))));
        Agrees([loss, .. loss.Gradient([x, w])], values, 1e-4);
    }

    sealed class CombinatorialSizesAttribute : Xunit.Sdk.DataAttribute
    {
        public override IEnumerable<object[]> GetData(System.Reflection.MethodInfo testMethod) =>
            from rows in Lengths from columns in Lengths where (long)rows * columns < 100_000 select new object[] { rows, columns };
    }

    /// <summary>
    /// Products small and large, of a few rows or columns, of operands as they are, transposed, sliced and shared among batches, and what
    /// follows them block by block.
    /// </summary>
    [Property(MaxTest = 200)]
    public void Products_of_all_shapes_agree(DoNotSize<int> any)
    {
        var seed = any.Item;
        var random = new Random(seed);
        int Pick(params ReadOnlySpan<int> sizes) => sizes[random.Next(sizes.Length)];
        var (batch, n, k, m) = (
            Pick(1, 3),
            Pick(1, 2, 3, 4, 5, 13, 24, 40, 130),
            Pick(1, 2, 3, 16, 65, 600),
            Pick(1, 2, 3, 15, 16, 17, 33, 128, 300));
        var dtype = Pick(0, 1) == 0 ? DType.Float32 : DType.Float64;
        Expr Operand(string name, bool shared, int rows, int columns) => (shared ? Pick(0, 1) : Pick(0, 1, 2)) switch
        {
            0 => Expr.Variable(name, shared ? [rows, columns] : [batch, rows, columns], dtype),
            1 => Transpose(Expr.Variable(name, shared ? [columns, rows] : [batch, columns, rows], dtype)),
            _ => Slice(Expr.Variable(name, [batch, rows, 2 * columns + 1], dtype), 2, 1, 2 * columns + 1, 2),
        };
        var (x, y) = (Operand("x", Pick(0, 1) == 0, n, k), Operand("y", Pick(0, 1) == 0, k, m));
        TensorSet values = TensorSet.Of([
            .. Graph.Variables([x, y]).Select((v, i) => (v.VariableName!, Uniform(seed + i, v.Shape).Cast(dtype))),
        ]);
        var product = MatMul(x, y);
        var scaled = product / Math.Sqrt(k) + 0.5;
        Expr[] outputs = Pick(0, 1, 2, 3, 4, 5) switch
        {
            0 => [product],
            1 => [Relu(scaled)],
            2 => [Softmax(scaled), product],
            3 => [scaled + Transpose(Transpose(product)), Sum(Tanh(scaled), 0)],
            4 => [Max(scaled), Sum(Sin(scaled), -1)],
            _ => [scaled > 0.5, (scaled > 0).Cast(DType.Int64)],
        };
        // Whole numbers, so that no rounding decides on which side of a bound a product is.
        if (outputs[0].DType == DType.Bool)
            values = values.Map((_, value) => value.Cast(DType.Float64).As<double>().Map(v => Math.Round(3 * v)).Cast(dtype));
        Agrees(outputs, values, dtype == DType.Float32 ? 1e-4 : 1e-11);
    }

    /// <summary>Functions whose gradient shares work with them, in rows shorter than a vector and in long ones.</summary>
    [Theory]
    [InlineData(5, 3), InlineData(16, 17), InlineData(3, 1000)]
    public void Activations_and_their_gradients_agree(int rows, int columns)
    {
        var (x, b) = (Expr.Variable("x", ["n", columns]), Expr.Variable("b", [columns]));
        var loss = Mean(Gelu(2 * x + b) * Tanh(x) - Softmax(x - b) * MeanKeep(Erf(x), -1));
        Agrees(
            [loss, .. loss.Gradient([x, b])],
            TensorSet.Of(("x", Uniform(1, [rows, columns]).As<float>().Map(u => 4 * u)), ("b", Uniform(2, [columns]))),
            1e-4);
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void Loops_over_time_agree(bool reverse)
    {
        var (x, h, w) = (Expr.Variable("x", ["time", "batch", 3]), Expr.Variable("h", ["batch", 5]), Expr.Variable("w", [8, 5]));
        var scan = Scan([h], [x], (carried, element) => [Tanh(MatMul(Concat(1, carried[0], element[0]), w))], reverse);
        var loss = Sum(Sin(scan.Steps[0])) + Sum(Square(scan.Last[0]));
        var values = TensorSet.Of(("x", Uniform(1, [6, 4, 3])), ("h", Uniform(2, [4, 5])), ("w", Uniform(3, [8, 5])));
        Agrees([scan.Steps[0], scan.Last[0], .. loss.Gradient([x, h, w])], values, 1e-4);
    }

    /// <summary>Random steps, with as many examples as are split into chunks, and not; no steps, one and several.</summary>
    [Property(MaxTest = 40)]
    public void Random_loops_over_time_agree(DoNotSize<int> any)
    {
        var seed = any.Item;
        var random = new Random(seed);
        var (time, batch, dtype) = (
            random.Next(0, 5),
            new[] { 1, 3, 16, 24, 48 }[random.Next(5)],
            random.Next(2) == 0 ? DType.Float32 : DType.Float64);
        var scan = Scan([RandomLoops.H, RandomLoops.C], [RandomLoops.X], (h, e) => RandomLoops.Step(seed)(h, e[0]), reverse: seed % 2 == 0);
        var loss = Sum(Sin(scan.Steps[0])) + Sum(Square(scan.Last[1]));
        Expr[] outputs =
        [
            scan.Last[0],
            .. loss.Gradient([RandomLoops.X, RandomLoops.H, RandomLoops.C, RandomLoops.W, RandomLoops.V, RandomLoops.B]),
        ];
        Agrees(Graph.WithPrecision(outputs, dtype), RandomLoops.Values(seed, time, batch, dtype), dtype == DType.Float32 ? 2e-4 : 1e-10);
    }

    /// <summary>
    /// Gathered rows times a matrix are rows of a product, and gradients of tables are products of sums, where that is less work.
    /// </summary>
    [Theory]
    [InlineData(5, 40), InlineData(40, 5), InlineData(1, 2), InlineData(7, 0)]
    public void Products_of_gathered_rows_agree(int rows, int tokens)
    {
        var (table, w, b, i) = (
            Expr.Variable("table", [rows, 8]),
            Expr.Variable("w", [8, 24]),
            Expr.Variable("b", [24]),
            Expr.Variable("i", ["n", 2], DType.Int64));
        var y = MatMul(Transpose(Gather(table, i), 1, 0, 2), w) + b;
        Expr[] parts = [.. Enumerable.Range(0, 3).Select(part => Slice(y, 2, 8 * part, 8 * part + 8))];
        var loss = Sum(parts[0] * Tanh(parts[1]) * parts[2]);
        var values = TensorSet.Of(("table", Uniform(1, [rows, 8])), ("w", Uniform(2, [8, 24])), ("b", Uniform(3, [24])),
            ("i", Tensor.Of([tokens, 2], Key.Of(4).Uniform([tokens, 2]).As<float>().Map(u => (long)(u * rows)).Span)));
        Agrees([y, .. loss.Gradient([table, w, b])], values, 1e-4);
    }

    [Fact]
    public void Errors_are_those_of_the_evaluator()
    {
        var (x, i) = (Expr.Variable("x", [3]), Expr.Variable("i", ["n"], DType.Int64));
        var indices = TensorSet.Of(("x", Tensor.Vector(1f, 2, 3)), ("i", Tensor.Vector(0L, 3)));
        foreach (var y in (Expr[])[Gather(x, i), OneHot(i, 3), ScatterAdd(i, Gather(x, Minimum(i, 2)), 3), Expr.Constant(7L) / (i - 3)])
            Assert.Equal(
                Assert.Throws<TensorException>(() => y.Evaluate(indices)).Message,
                Assert.Throws<TensorException>(() => y.Compile().Run(indices)).Message);
        Assert.Throws<FunctionalException>(() => (x + 1).Compile().Run());
        Assert.Throws<ShapeException>(() => (x + 1).Compile().Run(("x", Tensor.Vector(1f))));
        Assert.Throws<DTypeException>(() => (x + 1).Compile().Run(("x", Tensor.Vector(1.0, 2, 3))));
    }

    /// <summary>Sums of sums: added one after another in float32, four million tenths are 10 % off.</summary>
    [Fact]
    public void Long_sums_stay_precise()
    {
        const int n = 1 << 22;
        var x = Expr.Variable("x", [2 * n]);
        var sums = Compilation
            .Compile([Sum(x), Sum(Reshape(x, [2, n]), 1), Sum(Reshape(x, [n, 2]), 0)])
            .Run(("x", Tensor.Full(DType.Float32, [2 * n], 0.1f)));
        Assert.Equal(1, sums[0].ToScalar() / (2.0 * n * 0.1f), 1e-6);
        foreach (var sum in sums.Skip(1).SelectMany(s => s.ToArray<float>())) Assert.Equal(1, sum / ((double)n * 0.1f), 5e-5);
    }

    /// <summary>Outputs that are one value, a value's other shape, part of another value, a variable or a constant.</summary>
    [Fact]
    public void Outputs_may_share_their_values()
    {
        var x = Expr.Variable("x", ["n", 4]);
        var y = Tanh(x);
        Agrees(
            [
                y,
                y,
                Reshape(y, [4 * x.Shape[0]]),
                Transpose(y),
                Slice(y, 0, 1, 2),
                x,
                Slice(x, 0, 0, 2),
                Expr.Constant(Tensor.Vector(1f, 2)),
                Sum(y),
            ],
            TensorSet.Of(("x", Uniform(1, [3, 4]))),
            1e-6);
    }

    [Fact]
    public void Several_threads_may_run_one_function()
    {
        var x = Expr.Variable("x", ["n", "n"]);
        var f = Sum(Tanh(MatMul(x, x))).Compile();
        Tensor[] inputs = [.. Enumerable.Range(1, 40).Select(n => Uniform(n, [n, n]))];
        var expected = inputs.Select(v => f.Run(("x", v))[0].ToScalar()).ToArray();
        Assert.Equal(expected, inputs.AsParallel().AsOrdered().WithDegreeOfParallelism(4).Select(v => f.Run(("x", v))[0].ToScalar()));
    }

    [Fact]
    public void Every_elementwise_primitive_has_a_kernel()
    {
        // Keys are single numbers, and bits are shifted where integers are taken apart: the evaluator does for both.
        Type[] rare = [typeof(FoldKeyOp), typeof(ShiftLeftOp), typeof(ShiftRightOp)];
        Assert.Empty(Primitives.All.Where(op => op.IsSubclassOf(typeof(ElementwiseOp))).Except(rare).Except(ElementwiseRules.Codes.Keys));
        foreach (var (op, code) in ElementwiseRules.Codes)
            foreach (var lane in (DType[])[DType.Float32, DType.Float64, DType.Int64])
                Assert.True(
                    Kernel.Of(code, lane, Extent.Full) != 0
                        || lane == DType.Int64 && (op.IsSubclassOf(typeof(UnaryOp)) || op == typeof(PowerOp) || op == typeof(Atan2Op)),
                    $"{op.Name} in {lane}");
    }

    [Fact]
    public void An_explanation_names_the_steps()
    {
        var x = Expr.Variable("x", ["n", 4]);
        Assert.Contains("matmul 3×4×3", MatMul(x, Transpose(x)).Compile().Explain(TensorSet.Of(("x", Uniform(1, [3, 4])))));
    }

    internal static Tensor Uniform(int seed, Shape shape) => Key.Of(seed).Uniform(shape).As<float>().Map(u => 2 * u - 1);

    internal static void Agrees(Expr[] outputs, TensorSet values, double tolerance) => Laws.CompiledAgrees(outputs, values, tolerance);
}
