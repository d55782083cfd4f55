namespace FunctionalDL.Tests.Training;

/// <summary>Every loss: its value by hand, its gradient against differences, and float32 against float64.</summary>
public class LossLaws
{
    static double Squared(double x) => x * x;

    /// <summary>A loss of a prediction and a target of three numbers, with a value by hand.</summary>
    public static TheoryData<string, Loss, double[], double[], double> Values =>
        new()
        {
            { "MeanAbsoluteError", Loss.MeanAbsoluteError, [1, -2, 0], [0.5, 1, 0], 3.5 / 3 },
            { "Huber", Loss.Huber(1), [1, -2, 0], [0.5, 1, 0], (0.125 + 2.5) / 3 },
            { "LogCosh", Loss.LogCosh, [1, -2, 1e-9], [0.5, 1, 0], (Math.Log(Math.Cosh(0.5)) + Math.Log(Math.Cosh(3)) + 5e-19) / 3 },
            { "Poisson", Loss.Poisson, [1, 2, 0.5], [0, 3, 1], (1 + 2 - 3 * Math.Log(2) + 0.5 - Math.Log(0.5)) / 3 },
            { "CosineDistance", Loss.CosineDistance, [1, 0, 1], [1, 1, 0], 0.5 },
            { "KullbackLeibler", Loss.KullbackLeibler, [0.2, 0.5, 0.3], [0, 0.25, 0.75], 0.25 * Math.Log(0.5) + 0.75 * Math.Log(2.5) },
            { "Hinge", Loss.Hinge, [0.3, -2, 0.5], [1, -1, -1], (0.7 + 0 + 1.5) / 3 },
            { "MeanSquaredError", Loss.MeanSquaredError, [1, -2, 0], [0.5, 1, 0], 9.25 / 3 },
            { "BinaryCrossEntropy", Loss.BinaryCrossEntropy, [0.5, 0.25, 0.8], [0, 1, 1], (Math.Log(2) + Math.Log(4) - Math.Log(0.8)) / 3 },
            {
                "BinaryCrossEntropyFromLogits",
                Loss.BinaryCrossEntropyFromLogits,
                [0, -2, 1],
                [0, 1, 1],
                (Math.Log(2) + Math.Log(1 + Math.Exp(2)) + Math.Log(1 + Math.Exp(-1))) / 3
            },
            {
                "CategoricalCrossEntropy",
                Loss.CategoricalCrossEntropy,
                [0.2, 0.5, 0.3],
                [0, 0.5, 0.5],
                -(Math.Log(0.5) + Math.Log(0.3)) / 2
            },
            { "SoftmaxCrossEntropy", Loss.SoftmaxCrossEntropy, [1, -2, 0], [0, 0, 1], Math.Log(Math.Exp(1) + Math.Exp(-2) + 1) },
            { "Triplet", Spread(Loss.Triplet(0.5)), [0.25, 1, 0.5], [0, 0, 0], 0.5625 - 0.0625 + 0.5 },
            { "SquaredHinge", Loss.SquaredHinge, [0.3, -2, 0.5], [1, -1, -1], (0.49 + 0 + 2.25) / 3 },
            { "Quantile", Loss.Quantile(0.25), [1, -2, 0], [0.5, 1, 0], (0.75 * 0.5 + 0.25 * 3) / 3 },
            {
                "GaussianNegativeLogLikelihood",
                Apart(Loss.GaussianNegativeLogLikelihood(), Two),
                [1, Math.Log(2), 0],
                [0.5, 1, 0],
                0.5 * (Math.Log(2) + 0.125)
            },
            { "MarginRanking", Apart(Loss.MarginRanking(0.5), Two), [0.25, 1, 0], [1, 0, 0], 1.25 },
            { "MultiMargin", Named(Loss.MultiMargin()), [0.25, 1, 0.5], [0, 0, 1], (0.75 + 1.5) / 3 },
            { "CosineEmbedding", Apart(Loss.CosineEmbedding(), Pair), [0, 2, 0], [1, 0, 0], 1 },
            { "CosineEmbedding, apart", Apart(Loss.CosineEmbedding(0.25), Pair), [1, 1, 0], [-1, 0, 0], Math.Sqrt(0.5) - 0.25 },
            { "Contrastive", Apart(Loss.Contrastive(), Pair), [0, 2, 0], [1, 0, 0], 4 },
            { "Contrastive, apart", Apart(Loss.Contrastive(2), Pair), [0, 1, 1], [-1, 0, 0], 0.5 },
            { "Dice", Loss.Dice(), [0.2, 0.5, 0.3], [0, 1, 1], 0.35 },
            { "Tversky", Loss.Tversky(0.3, 0.7), [0.2, 0.5, 0.3], [0, 1, 1], 1 / 3.0 },
            {
                "BinaryFocalFromLogits",
                Loss.BinaryFocalFromLogits(2, 0.25),
                [0, -2, 1],
                [0, 1, 1],
                (0.75 * 0.25 * Math.Log(2) + 0.25 * (Focal(Logistic(-2), 2) + Focal(Logistic(1), 2))) / 3
            },
            { "SoftmaxFocal", Loss.SoftmaxFocal(1.5), [1, 1, 1], [0, 0, 1], Focal(1 / 3.0, 1.5) },
            {
                "BinaryCrossEntropyFromLogitsWith",
                Loss.BinaryCrossEntropyFromLogitsWith(3),
                [0, -2, 1],
                [0, 1, 0.5],
                (Math.Log(2) - 3 * Math.Log(Logistic(-2)) - 1.5 * Math.Log(Logistic(1)) - 0.5 * Math.Log(Logistic(-1))) / 3
            },
            {
                "NegativeLogLikelihood",
                Loss.NegativeLogLikelihood(),
                [Math.Log(0.2), Math.Log(0.5), Math.Log(0.3)],
                [0, 0.25, 0.75],
                -0.25 * Math.Log(0.5) - 0.75 * Math.Log(0.3)
            },
            {
                "SoftmaxCrossEntropyWith",
                Loss.SoftmaxCrossEntropyWith(0.3, [1, 4, 9]),
                [Math.Log(0.2), Math.Log(0.5), Math.Log(0.3)],
                [0, 1, 0],
                -(0.1 * Math.Log(0.2) + 4 * 0.8 * Math.Log(0.5) + 9 * 0.1 * Math.Log(0.3)) / 4
            },
            // Of the eight sequences of three steps six read as one label: all but 000 and 101.
            { "Ctc", Apart(Loss.Ctc(), Logits, One), [0, 0, 0], [1, 0, 0], -Math.Log(0.75) },
            {
                "CategoricalCrossEntropy, smooth",
                Loss.CategoricalCrossEntropy.WithLabelSmoothing(0.3),
                [0.2, 0.5, 0.3],
                [0, 1, 0],
                -(0.1 * Math.Log(0.2) + 0.8 * Math.Log(0.5) + 0.1 * Math.Log(0.3))
            },
            {
                "BinaryCrossEntropy, smooth",
                Loss.BinaryCrossEntropy.WithLabelSmoothing(0.2),
                [0.5, 0.5, 0.8],
                [0, 1, 1],
                (2 * Math.Log(2) - 0.9 * Math.Log(0.8) - 0.1 * Math.Log(0.2)) / 3
            },
            {
                "CategoricalCrossEntropy, weighted",
                Loss.CategoricalCrossEntropy.WithClassWeights(1, 4, 9),
                [0.2, 0.5, 0.3],
                [0, 1, 0],
                4 * Math.Log(2)
            },
            {
                "BinaryCrossEntropy, weighted",
                Loss.BinaryCrossEntropy.WithClassWeights(3, 5),
                [0.5, 0.5, 0.8],
                [0, 1, 1],
                (3 * Math.Log(2) + 5 * Math.Log(2) - 5 * Math.Log(0.8)) / 3
            },
        };

    static readonly Expr F = Expr.Variable("f", ["n", 3], DType.Float64), Y = Expr.Variable("y", ["n", 3], DType.Float64);

    static Tensor Row(double[] values) => Tensor.Of(Shape.Of(1, 3), values);

    /// <summary>A loss of three embeddings an example, as a loss of three numbers.</summary>
    static Loss Spread(Loss triplet) => Loss.Of("spread", (f, y) => triplet.PerExample(ExpandDims(f, -1), y));

    static double Logistic(double z) => 1 / (1 + Math.Exp(-z));

    static double Focal(double p, double gamma) => -Math.Pow(1 - p, gamma) * Math.Log(p);

    static Expr One(Expr y) => Slice(y, 1, 0, 1).Cast(DType.Int64);

    static Expr Logits(Expr f) => Stack(-1, f, ZerosLike(f));

    static Expr Two(Expr f) => Slice(f, -1, 0, 2);

    static Expr Pair(Expr f) => Stack(1, Slice(f, -1, 0, 2), Slice(f, -1, 1, 3));

    /// <summary>A loss of other shapes, as a loss of three numbers, of which the first is the target.</summary>
    static Loss Apart(Loss loss, Func<Expr, Expr> prediction, Func<Expr, Expr>? target = null) =>
        Loss.Of("apart", (f, y) => loss.PerExample(prediction(f), (target ?? (t => Index(t, 1, 0)))(y)));

    /// <summary>A loss of labels, as one of shares.</summary>
    static Loss Named(Loss loss) => Loss.Of("named", (f, y) => loss.PerExample(f, ArgMax(y)));

    [Fact]
    public void Every_loss_is_here()
    {
        Factories.HaveRows<Loss>(Values.Select(row => (string)row[0]));
        Factories.HaveRows<Loss>(Kinds.Select(row => (string)row[0]));
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void The_value_is_that_of_the_formula(string name, Loss loss, double[] f, double[] y, double expected) =>
        Assert.True(Math.Abs(expected - loss.Apply(F, Y).Evaluate(("f", Row(f)), ("y", Row(y))).ToScalar()) < 1e-15, name);

    [Theory]
    [MemberData(nameof(Values))]
    public void The_gradient_agrees_with_differences(string name, Loss loss, double[] f, double[] y, double _)
    {
        // Away from the kinks of |e| and max(0, …), of which the table holds some.
        var check = GradientCheck.Check(loss.Apply(F, Y), [F], TensorSet.Of(("f", Row([.. f.Select(x => x + 0.0137)])), ("y", Row(y))));
        Assert.True(check.WorstError < 1e-7, $"{name}: {check}");
    }

    public static TheoryData<string, Loss, float[]> Kinds =>
        new()
        {
            { "MeanSquaredError", Loss.MeanSquaredError, Numbers },
            { "MeanAbsoluteError", Loss.MeanAbsoluteError, Numbers },
            { "Huber", Loss.Huber(0.5), Numbers },
            { "LogCosh", Loss.LogCosh, Numbers },
            { "Hinge", Loss.Hinge, Numbers },
            { "CosineDistance", Loss.CosineDistance, Numbers },
            { "Triplet", Spread(Loss.Triplet()), [0, 1e-30f, 1e-7f, -1e-4f, 0.3f, -1, float.PositiveInfinity, float.NaN] },
            { "BinaryCrossEntropyFromLogits", Loss.BinaryCrossEntropyFromLogits, Numbers },
            { "SoftmaxCrossEntropy", Loss.SoftmaxCrossEntropy, Numbers },
            { "SoftmaxCrossEntropy, smooth", Loss.SoftmaxCrossEntropy.WithLabelSmoothing(0.1), Numbers },
            { "BinaryCrossEntropyFromLogits, weighted", Loss.BinaryCrossEntropyFromLogits.WithClassWeights(0.5, 2), Numbers },
            { "SquaredHinge", Loss.SquaredHinge, Numbers },
            { "Quantile", Loss.Quantile(0.25), Numbers },
            { "GaussianNegativeLogLikelihood", Apart(Loss.GaussianNegativeLogLikelihood(), Two), [0, 1e-7f, 0.3f, -1, 8, -8] },
            { "MarginRanking", Apart(Loss.MarginRanking(), Two), Numbers },
            { "MultiMargin", Named(Loss.MultiMargin()), Numbers },
            { "CosineEmbedding", Apart(Loss.CosineEmbedding(), Pair), [0, 0.3f, -1, float.NaN] },
            { "Contrastive", Apart(Loss.Contrastive(), Pair), [0, 1e-30f, 1e-7f, -1e-4f, 0.3f, -1, float.PositiveInfinity, float.NaN] },
            { "Dice", Loss.Dice(), Shares },
            { "Tversky", Loss.Tversky(0.3, 0.7), Shares },
            { "BinaryFocalFromLogits", Loss.BinaryFocalFromLogits(1.5, 0.25), Numbers },
            { "SoftmaxFocal", Loss.SoftmaxFocal(), Numbers },
            { "SoftmaxFocal, γ 0.5", Loss.SoftmaxFocal(0.5), [0, 1e-7f, 0.3f, -1, 8, float.NaN] },
            { "BinaryCrossEntropyFromLogitsWith", Loss.BinaryCrossEntropyFromLogitsWith(3), Numbers },
            { "NegativeLogLikelihood", Loss.NegativeLogLikelihood(), Numbers },
            { "SoftmaxCrossEntropyWith", Loss.SoftmaxCrossEntropyWith(0.1, [1, 4, 9]), Numbers },
            { "Ctc", Apart(Loss.Ctc(), Logits, One), Numbers },
            { "Poisson", Loss.Poisson, [0, 1e-30f, 1e-7f, 0.3f, 1, 90, 1e4f] },
            { "BinaryCrossEntropy", Loss.BinaryCrossEntropy, Shares },
            { "CategoricalCrossEntropy", Loss.CategoricalCrossEntropy, Shares },
            { "KullbackLeibler", Loss.KullbackLeibler, Shares },
        };

    static readonly float[] Numbers = [0, 1e-30f, 1e-7f, -1e-4f, 0.3f, -1, 8, -30, 90, 1e4f, float.PositiveInfinity, float.NaN],
        Shares = [0, 1e-30f, 1e-7f, 0.3f, 0.9999f, 1];

    /// <summary>Small, large and special numbers in float32, compiled, against the float64 reference.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Float32_agrees_with_float64(string name, Loss loss, float[] numbers)
    {
        var (f, y) = (Expr.Variable("f", ["n", 3]), Expr.Variable("y", ["n", 3]));
        var n = numbers.Length * numbers.Length;
        var values = TensorSet.Of(
            ("f", Tensor.Of(Shape.Of(n, 3), [.. from u in numbers from v in numbers from x in new[] { u, v, 0.1f } select x])),
            ("y", Tensor.Of(Shape.Of(n, 3), [.. Enumerable.Repeat(new[] { 1f, 0, 0 }, n).SelectMany(row => row)])));
        var scalar = loss.PerExample(f, y);
        Expr[] outputs = [scalar, .. Sum(scalar).Gradient([f])];

        var singles = Compilation.Compile(outputs).Run(values);
        var doubles = Evaluator.Evaluate(
            [.. outputs.Select(o => o.WithPrecision(DType.Float64))],
            values.Map((_, value) => value.Cast(DType.Float64)));
        foreach (var (single, exact) in singles.Zip(doubles))
            for (var i = 0; i < single.Count; i++)
                Assert.True(
                    single.GetDouble(i).Equals(exact.GetDouble(i))
                        || Math.Abs(single.GetDouble(i) - exact.GetDouble(i)) <= 1e-6 * Math.Max(1, Math.Abs(exact.GetDouble(i))),
                    $"{name}: element {i} is {single.GetDouble(i)}, in float64 {exact.GetDouble(i)}");
    }

    [Fact]
    public void Log_cosh_is_exact_where_the_textbook_form_cancels()
    {
        var (f, y) = (Expr.Variable("f", ["n", 1]), Expr.Variable("y", ["n", 1]));
        double Of(float e) => Loss.LogCosh.Apply(f, y).Evaluate(("f", new[,] { { e } }), ("y", new float[1, 1])).ToScalar();
        Assert.Equal(5e-9, Of(1e-4f), 1e-14);
        Assert.Equal(1e30 - Math.Log(2), Of(1e30f), 1e24);
    }

    [Fact]
    public void The_triplet_loss_pulls_the_positive_and_pushes_the_negative()
    {
        var f = Expr.Variable("f", ["n", 3, 2], DType.Float64);
        var value = Loss.Triplet(0.5).Apply(f, Y).Evaluate(("f", Tensor.Of(Shape.Of(1, 3, 2), [0.0, 0, 1, 0, 0, 0.9])));
        Assert.Equal(1 - 0.81 + 0.5, value.ToScalar(), 1e-15);

        var data = new Dataset(Key.Of(1).Uniform([8, 3, 2]), Tensor.Zeros(DType.Float32, [8]));
        var run = Model.Input(3, 2).Dense(4).Fit(data, Loss.Triplet(), Optimizer.Adam(0.01), 30, 4);
        Assert.True(run.History[^1].Loss < run.History[0].Loss);
    }

    [Fact]
    public void Penalties_are_part_of_training_and_not_of_evaluation()
    {
        var data = new Dataset(Key.Of(1).Uniform([8, 2], DType.Float64), Tensor.Zeros(DType.Float64, [8, 1]));
        var model = Model.Input(DType.Float64, 2).Dense(1).Initialize(1);
        var w = model.Parameters["dense1.weight"].ToArray<double>();
        var loss = Loss.MeanSquaredError + Penalty.L2(0.5, name => name.EndsWith("weight", StringComparison.Ordinal)) + Penalty.L1(0.25);

        var plain = model.Evaluate(data, loss).Loss;
        var trained = model.Fit(data, loss, Optimizer.Sgd(0), 1, new GradientDescent()).History[0].Loss;
        Assert.Equal(plain + 0.5 * w.Sum(Squared) + 0.25 * w.Sum(Math.Abs), trained, 1e-12);
    }

    [Fact]
    public void Wrong_settings_are_named()
    {
        static void Fails(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<FunctionalException>(action).Message);
        Fails("δ 0 is not", () => Loss.Huber(0));
        Fails("has no class weights", () => Loss.MeanSquaredError.WithClassWeights(1, 2));
        Fails("label smoothing 2 is not", () => Loss.SoftmaxCrossEntropy.WithLabelSmoothing(2));
        Fails("2 class weights for 3 classes", () => Loss.SoftmaxCrossEntropy.WithClassWeights(1, 2).Apply(F, Y));
        Fails("l2 strength -1", () => Penalty.L2(-1));
    }
}
