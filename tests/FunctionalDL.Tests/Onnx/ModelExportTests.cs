namespace FunctionalDL.Tests.Onnx;

public class ModelExportTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("functionaldl").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static Model Mlp => Model.Input(20).Dense(16).Relu().Dense(4).Softmax().Initialize(1);

    [Fact]
    public void A_model_is_verified_and_written_and_takes_any_batch_size()
    {
        var path = Path.Combine(folder, "model.onnx");
        var verification = Mlp.ExportOnnx(
            path,
            new()
            {
                Name = "mlp",
                Metadata = new Dictionary<string, string> { ["made by"] = "a test" },
            });

        Assert.Equal([1, 2, 7, 33], verification.Sizes);
        Assert.InRange(verification.MaxDifference, 0, 1e-5);
        using var session = OnnxSession.Load(path);
        var input = Key.Of(3).Uniform([5, 20]);
        Assert.Equal(
            Mlp.Predict(input).ToArray<float>(),
            session.Run(TensorSet.Of(("input", input)))["output"].ToArray<float>(),
            (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal(["model.onnx", "model.proof.json"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void The_same_model_gives_the_same_bytes() =>
        Assert.Equal(
            OnnxExport.ToOnnx([("output", Mlp.Output)], Mlp.Parameters),
            OnnxExport.ToOnnx([("output", Mlp.Output)], Mlp.Parameters));

    [Fact]
    public void Gradients_and_whole_training_steps_are_models_too()
    {
        var model = Mlp;
        var target = Expr.Variable("target", [Model.Batch], DType.Int64);
        var step = new TrainingStep(Loss.CategoricalCrossEntropy.Apply(model.Output, target), model.Parameters, Optimizer.Adam());
        (string, Expr)[] outputs = [.. step.Outputs, .. step.Gradients.Select(g => ("gradient." + g.Key, g.Value))];

        // Every parameter and the optimizer's state are inputs; the labels OnnxVerification draws are 0 and 1.
        var state = step.InitialState.With(model.Parameters);
        var bytes = OnnxExport.ToOnnx(outputs, state);
        Assert.InRange(OnnxVerification.Verify(bytes, outputs, state, 1e-4).MaxDifference, 0, 1e-4);
    }

    [Fact]
    public void A_training_step_is_verified_from_the_states_that_training_comes_to()
    {
        var model = Mlp;
        var loss = Loss.CategoricalCrossEntropy.Apply(model.Output, Expr.Variable("target", [Model.Batch], DType.Int64));
        var step = new TrainingStep(loss, model.Parameters, Optimizer.Adam(1e-2) >> Schedule.Cosine(100));
        var path = Path.Combine(folder, "step.onnx");
        var verification = step.ExportOnnx(path);
        Assert.Equal(0, verification.BothNaN);
        Assert.Equal(OnnxVerification.DefaultSizes, verification.Sizes);

        // The file trains: its outputs are the next step's inputs.
        using var session = OnnxSession.Load(path);
        var batch = TensorSet.Of(
            ("input", Key.Of(5).Uniform([16, 20])),
            ("target", Tensor.Vector([.. Enumerable.Range(0, 16).Select(i => (long)(i % 3))])));
        var (carried, losses) = (step.InitialParameters.With(step.InitialState), new List<double>());
        for (var i = 0; i < 20; i++)
        {
            var next = session.Run(carried.With(batch));
            losses.Add(next["loss"].ToScalar());
            carried = TensorSet.Of(step.Carried.Select(c => KeyValuePair.Create(c.Name, next["next." + c.Name])));
        }
        Assert.InRange(losses[^1], 0, losses[0] - 0.1);
    }

    [Fact]
    public void Elements_that_are_NaN_in_both_are_counted()
    {
        var x = Expr.Variable("x", ["n"]);
        (string, Expr)[] outputs = [("y", Sqrt(x - 2))];
        var verification = OnnxVerification.Verify(OnnxExport.ToOnnx(outputs, TensorSet.Empty), outputs, TensorSet.Empty);
        Assert.Equal(1 + 2 + 7 + 33, verification.BothNaN);
        Assert.Contains("43 elements are NaN in both", verification.ToString());
    }

    [Fact]
    public void Nothing_is_left_where_a_file_cannot_be_written()
    {
        var missing = Path.Combine(folder, "no such folder", "model.onnx");
        var error = Assert.Throws<DataException>(() => Mlp.ExportOnnx(missing));
        Assert.Contains(missing, error.Message);

        Directory.CreateDirectory(Path.Combine(folder, "model.onnx"));
        Assert.Throws<DataException>(() => Mlp.WriteOnnx(Path.Combine(folder, "model.onnx")));
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public void A_model_without_values_cannot_be_written() =>
        Assert.Contains(
            "Initialize",
            Assert.ThrowsAny<FunctionalException>(() => Model.Input(2).Dense(1).WriteOnnx(Path.Combine(folder, "m.onnx"))).Message);

    [Fact]
    public void A_wrong_model_is_found_out()
    {
        var x = Expr.Variable("x", ["n"]);
        var bytes = OnnxExport.ToOnnx([("y", Sin(x))], TensorSet.Empty);
        Assert.Contains(
            "output \"y\"",
            Assert.Throws<OnnxMismatchException>(() => OnnxVerification.Verify(bytes, [("y", Cos(x))], TensorSet.Empty)).Message);

        // Whole numbers that are nearly equal are not.
        var n = Expr.Variable("n", [3], DType.Int64);
        var whole = OnnxExport.ToOnnx([("y", n + 2001)], TensorSet.Empty);
        Assert.Throws<OnnxMismatchException>(() => OnnxVerification.Verify(whole, [("y", n + 2000)], TensorSet.Empty, tolerance: 1));
    }

    [Fact]
    public void Numbers_differ_by_their_size_NaN_from_a_number_and_whole_numbers_in_every_digit()
    {
        var (x, n) = (Expr.Variable("x", ["n"]), Expr.Variable("n", [3], DType.Int64));
        void Differ(Expr written, Expr meant)
        {
            var bytes = OnnxExport.ToOnnx([("y", written)], TensorSet.Empty);
            Assert.Throws<OnnxMismatchException>(() => OnnxVerification.Verify(bytes, [("y", meant)], TensorSet.Empty));
        }
        Differ(x * 0 + 1001, x * 0 + 1000);
        Differ(Sqrt(x - 2), x);
        Differ(x, Sqrt(x - 2));
        Differ(n * 0 + Expr.Constant((1L << 53) + 1), n * 0 + Expr.Constant(1L << 53));
    }

    /// <summary>
    /// Inputs are drawn so that what is wrong below 0, for one of two whole numbers, or in the last output alone is met, and told of by
    /// its place.
    /// </summary>
    [Fact]
    public void What_is_wrong_somewhere_is_found_out()
    {
        var (x, n) = (Expr.Variable("x", ["n"]), Expr.Variable("n", [8], DType.Int64));
        string Found((string, Expr)[] written, (string, Expr)[] meant) =>
            Assert
                .Throws<OnnxMismatchException>(() =>
                    OnnxVerification.Verify(OnnxExport.ToOnnx(written, TensorSet.Empty), meant, TensorSet.Empty))
                .Message;
        Found([("y", Abs(x))], [("y", x)]);
        Found([("y", Maximum(-x, 0))], [("y", -x)]);
        Found([("y", n * 0)], [("y", n)]);
        Found([("y", n * 0 + 1)], [("y", n)]);
        Assert.Contains("output \"b\"", Found([("a", x), ("b", x), ("c", x)], [("a", x), ("b", x + 1), ("c", x)]));
        Assert.Contains("output \"c\"", Found([("a", x), ("b", x), ("c", x)], [("a", x), ("b", x), ("c", x + 1)]));

        var m = Expr.Variable("m", [2, 3]);
        Assert.Contains("element [1, 2] of", Found([("y", m)], [("y", m + Expr.Constant(new[,] { { 0f, 0, 0 }, { 0, 0, 1 } }))]));
    }

    /// <summary>The first step of momentum does not depend on μ: what differs is met where the second goes on from it.</summary>
    [Fact]
    public void A_training_step_that_is_wrong_from_the_second_on_is_found_out()
    {
        var x = Expr.Variable("x", ["n"]);
        TrainingStep Step(double momentum) =>
            new(Mean(Square(x - Expr.Variable("w", Shape.Scalar))), TensorSet.Of(("w", 2f)), Optimizer.Momentum(0.1, momentum));
        Assert.InRange(OnnxVerification.Verify(OnnxExport.ToOnnx(Step(0.9).Outputs, TensorSet.Empty), Step(0.9)).MaxDifference, 0, 1e-5);
        Assert.Throws<OnnxMismatchException>(() =>
            OnnxVerification.Verify(OnnxExport.ToOnnx(Step(0.5).Outputs, TensorSet.Empty), Step(0.9)));
    }

    [Fact]
    public void Sizes_that_were_refused_are_not_told_of()
    {
        (string, Expr)[] outputs = [("y", Expr.Variable("x", ["n"]) + SliceFrom(Expr.Constant(new float[10]), 0, 0, "n"))];
        Assert.Equal([1, 2, 7], OnnxVerification.Verify(OnnxExport.ToOnnx(outputs, TensorSet.Empty), outputs, TensorSet.Empty).Sizes);
    }

    [Fact]
    public void The_largest_difference_is_that_of_all_elements()
    {
        var x = Expr.Variable("x", [3]);
        (string, Expr)[] meant = [("a", x + Expr.Constant(new[] { 0f, 5e-5f, 0 })), ("b", x)];
        Assert.InRange(
            OnnxVerification.Verify(OnnxExport.ToOnnx([("a", x), ("b", x)], TensorSet.Empty), meant, TensorSet.Empty).MaxDifference,
            4e-5,
            6e-5);
    }

    /// <summary>Rows of a float32 product in digits that depend on the order of the sum.</summary>
    [Fact]
    public void Nothing_is_written_where_the_runtime_disagrees()
    {
        var x = Expr.Variable("x", ["n", 1000]);
        var digits = (MatMul(x, Expr.Constant(Key.Of(1).Uniform([1000, 8]))) * 1e7).Cast(DType.Int64);
        var path = Path.Combine(folder, "digits.onnx");
        Assert.Throws<OnnxMismatchException>(() => VerifiedExport.ExportOnnx(path, [("y", digits)], TensorSet.Empty));
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public void Named_dimensions_are_told_apart()
    {
        var x = Expr.Variable("x", ["n", "m"]);
        var bytes = OnnxExport.ToOnnx([("y", x + SizeOf("n", DType.Float32))], TensorSet.Empty);
        var error = Assert.Throws<OnnxMismatchException>(() =>
            OnnxVerification.Verify(bytes, [("y", x + SizeOf("m", DType.Float32))], TensorSet.Empty));
        Assert.Contains("element [0, 0] of output \"y\"", error.Message);
        Assert.Contains("m = 2, n = 1", error.Message);
    }

    [Fact]
    public void A_damaged_file_is_refused()
    {
        var path = Path.Combine(folder, "damaged.onnx");
        File.WriteAllBytes(path, [8, 8, 58, 255, 1, 0]);
        Assert.Contains(path, Assert.Throws<OnnxRuntimeFailure>(() => OnnxSession.Load(path)).Message);
    }
}
