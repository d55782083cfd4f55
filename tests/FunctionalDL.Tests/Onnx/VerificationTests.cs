using FunctionalDL.Onnx;
using Google.Protobuf;

namespace FunctionalDL.Tests.Onnx;

/// <summary>What a verification compares with, and what it says.</summary>
public class VerificationTests
{
    static readonly Expr X = Expr.Variable("x", ["n", 4]);

    static OnnxVerification Verify((string Name, Expr Value)[] outputs, OnnxVerificationOptions? options = null) =>
        OnnxVerification.Verify(OnnxExport.ToOnnx(outputs, TensorSet.Empty), outputs, TensorSet.Empty, options);

    [Fact]
    public void Small_runs_are_compared_with_the_evaluator_and_large_ones_with_the_engine()
    {
        var wide = Expr.Variable("w", ["n", 1000]);
        var weight = Expr.Constant(Key.Of(1).Uniform([1000, 1000]));
        var verification = Verify([("y", MatMul(MatMul(MatMul(wide, weight), weight), weight) * 1e-6f)]);
        Assert.Equal(
            ["evaluator in float64", "evaluator in float64", "engine in float64", "engine in float64"],
            verification.Runs.Select(r => r.Reference));
        Assert.Equal([1, 2, 7, 33], verification.Sizes);
        Assert.Equal(43 * 1000, verification.Outputs.Single().Elements);
        Assert.InRange(verification.MaxDifference, 1e-9, 1e-5);
    }

    [Fact]
    public void Work_counts_products_loops_and_elements()
    {
        Sizes With(int n) => Sizes.None.With("n", n);
        Assert.Equal(2.0 * 5 * 4 * 3, Work.Of([MatMul(X, Expr.Constant(new float[4, 3]))], With(5)));
        Assert.Equal(20 + 20, Work.Of([Tanh(Exp(X))], With(5)));
        var y = Model.Input(3, 8, 8).Conv2D(16, 3).Initialize(1);
        Assert.InRange(Work.Of([y.Output], Sizes.None.With("batch", 2)), 2.0 * 2 * 16 * 36 * 27, 2.0 * 2 * 16 * 64 * 27 * 1.2);
        var loop = Model.Input(10, 3).Lstm(5).Initialize(1).Output;
        Assert.InRange(Work.Of([loop], Sizes.None.With("batch", 1)), 10 * 2.0 * (3 + 5) * 20, 10 * 4.0 * (3 + 5) * 20);
    }

    [Fact]
    public void Default_sizes_that_would_take_too_long_are_left_out_and_told_of()
    {
        (string, Expr)[] outputs = [("y", MatMul(X, Expr.Constant(new float[4, 8])))];
        var bytes = OnnxExport.ToOnnx(outputs, TensorSet.Empty);
        OnnxVerification Bounded(double work, IReadOnlyList<int>? sizes = null) =>
            new Verifier(bytes, outputs, TensorSet.Empty, [], new() { Sizes = sizes }) { MostWork = work }.Verify(steps: 1);

        // 2·4·8 for each row, of which there are 1, 2, 7 and 33.
        Assert.Equal([1, 2, 7], Bounded(10 * 64).Sizes);
        Assert.Equal([33], Bounded(10 * 64).LeftOut);
        Assert.Contains("33 would have taken too long", Bounded(10 * 64).ToString());
        // Two in any case, and all that are asked for.
        Assert.Equal([1, 2], Bounded(0).Sizes);
        Assert.Equal([7, 33, 5], Bounded(0, [7, 33, 5]).Sizes);
        Assert.Empty(Bounded(43 * 64).LeftOut);
    }

    [Fact]
    public void Given_inputs_take_the_place_of_random_ones()
    {
        (string, Expr)[] outputs = [("y", Sqrt(X - 2))];
        var given = Key.Of(1).Uniform([3, 4]).As<float>().Map(u => u + 5);
        var verification = Verify(outputs, new() { Inputs = TensorSet.Of(("x", given)) });
        Assert.Equal((0, 12), (verification.BothNaN, verification.Outputs[0].Elements));
        Assert.Contains("\"z\" is no input", Assert.Throws<FunctionalException>(() =>
            Verify(outputs, new() { Inputs = TensorSet.Of(("z", given)) })).Message);
        Assert.Throws<DTypeException>(() => Verify(outputs, new() { Inputs = TensorSet.Of(("x", given.Cast(DType.Float64))) }));
    }

    [Fact]
    public void Another_seed_draws_other_inputs()
    {
        (string, Expr)[] outputs = [("y", Sin(X * 100))];
        double[] Differences(long seed) => [.. Verify(outputs, new() { Seed = seed }).Outputs.Select(o => o.MaxDifference)];
        Assert.Equal(Differences(1), Differences(1));
        Assert.NotEqual(Differences(1), Differences(2));
    }

    /// <summary>What rounding decides agrees in the model's own precision, and is counted.</summary>
    [Fact]
    public void What_rounding_decides_is_compared_in_the_models_own_precision()
    {
        // In float32, x + 2²⁵ forgets x: all are equal, and the first is the largest.
        var verification = Verify([("at", ArgMax(X + (1 << 25), 1)), ("y", Exp(X + 200) * 0 + X)]);
        Assert.InRange(verification.Outputs[0].DecidedByRounding, 1, 43);
        // e²⁰⁰ is infinite in float32 and not in float64: ∞·0 is NaN.
        Assert.Equal((43 * 4, 43 * 4), (verification.Outputs[1].DecidedByRounding, verification.BothNaN));
        Assert.Contains("decided by rounding", verification.ToString());
    }

    [Fact]
    public void Half_floats_are_compared_in_their_own_precision()
    {
        var x = Expr.Variable("x", ["n", 4], DType.Float16);
        var runs = Verify([("y", x * 3 + 1)], new() { Tolerance = 2e-3 }).Runs;
        Assert.All(runs, run => Assert.Equal("evaluator in its own precision", run.Reference));
    }

    static byte[] Changed(byte[] model, Action<GraphProto> change)
    {
        var proto = ModelProto.Parser.ParseFrom(model);
        change(proto.Graph);
        return proto.ToByteArray();
    }

    /// <summary>One node in the middle of a deep model is another: that one is named, with its expression and both values.</summary>
    [Theory, InlineData("Tanh", "Sigmoid"), InlineData("Max", "Min"), InlineData("MatMul", "Add")]
    public void The_first_node_that_differs_is_named(string from, string to)
    {
        var model = Model.Input(4).Dense(4).Tanh().Dense(4).Relu().Dense(4).Tanh().Dense(4).Relu().Dense(4).Initialize(1);
        var written = new OnnxOptions { PrimitivesOnly = true };
        var bytes = OnnxExport.ToOnnx(model.Outputs, model.Parameters, written);
        var changed = "";
        var wrong = Changed(bytes, graph =>
        {
            var node = graph.Node.Where(n => n.OpType == from).ElementAt(1);
            (node.OpType, changed) = (to, node.Name);
        });
        var options = new OnnxVerificationOptions { Sizes = [4], Written = written };
        OnnxVerification.Verify(bytes, model.Outputs, model.Parameters, options);
        var error = Assert.Throws<OnnxMismatchException>(() => OnnxVerification.Verify(wrong, model.Outputs, model.Parameters, options));
        Assert.Contains($"The first node that differs is \"{changed}\" ({to}), which computes ", error.Message);
        Assert.Contains("in OnnxRuntime; what it reads agrees", error.Message);
        Assert.Contains("batch = 4", error.Message);
    }

    [Fact]
    public void Wrong_parameters_are_found_at_the_node_that_reads_them()
    {
        var model = Model.Input(4).Dense(4).Tanh().Dense(3).Initialize(1);
        var other = model.WithParameters(model.Parameters.Map((name, value) =>
            name == "dense2.weight" ? value.As<float>().Map(w => w + 0.1f) : value));
        var error = Assert.Throws<OnnxMismatchException>(() =>
            OnnxVerification.Verify(OnnxExport.ToOnnx(other.Outputs, other.Parameters), model.Outputs, model.Parameters));
        Assert.Matches("first node that differs is \"dense2/Gemm\"", error.Message);
    }

    /// <summary>What is carried comes after all losses, of which a step may have several.</summary>
    [Fact]
    public void A_step_of_several_losses_is_carried_right()
    {
        var x = Expr.Variable("x", ["n", 3]);
        var step = TrainingStep.Of(scope =>
        [
            new(Mean(Square(x - scope.Parameter("a", [3], Initializer.Zeros))), Optimizer.Momentum(0.1, 0.9), "a"),
            new(Mean(Square(x + scope.Parameter("b", [3], Initializer.Zeros))), Optimizer.Sgd(0.2), "b"),
        ]);
        Assert.InRange(OnnxVerification.Verify(OnnxExport.ToOnnx(step.Outputs, TensorSet.Empty), step).MaxDifference, 0, 1e-5);
    }

    [Theory, InlineData(-1.0), InlineData(double.NaN)]
    public void A_tolerance_that_allows_nothing_is_refused(double tolerance) =>
        Assert.Throws<FunctionalException>(() => new OnnxVerificationOptions { Tolerance = tolerance });

    [Fact]
    public void No_sizes_are_refused() => Assert.Throws<FunctionalException>(() => new OnnxVerificationOptions { Sizes = [] });
}
