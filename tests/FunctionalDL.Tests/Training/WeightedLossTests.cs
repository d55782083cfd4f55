namespace FunctionalDL.Tests.Training;

/// <summary>Weighted means over what counts: Σ w L / Σ w, whatever the batches.</summary>
public class WeightedLossTests
{
    static readonly double[] Weights = [0.5, 2, 3];

    static readonly long[] Labels = [.. Enumerable.Range(0, 600).Select(i => i % 7 == 3 ? -100L : i * i % 3)];

    static readonly Tensor Logits = Key.Of(1).Uniform([600, 3], DType.Float64).As<double>().Map(u => 6 * u - 3);

    /// <summary>By loops, as PyTorch's documentation has it.</summary>
    static double Expected(double smoothing, int from = 0, int to = 600)
    {
        var (sum, count, z) = (0.0, 0.0, Logits.As<double>());
        for (var i = from; i < to; i++)
        {
            if (Labels[i] < 0) continue;
            var all = Math.Log(Enumerable.Range(0, 3).Sum(k => Math.Exp(z[i, k])));
            for (var k = 0; k < 3; k++) sum += Weights[k] * ((k == Labels[i] ? 1 - smoothing : 0) + smoothing / 3) * (all - z[i, k]);
            count += Weights[Labels[i]];
        }
        return sum / count;
    }

    static Model Identity => Model.Input(DType.Float64, 3).Then(Layer.Of("same", x => x));

    [Theory]
    [InlineData(0), InlineData(0.2)]
    public void The_mean_is_weighted_over_all_batches(double smoothing)
    {
        var loss = Loss.SoftmaxCrossEntropyWith(smoothing, Weights, -100);
        var value = loss.Apply(Expr.Constant(Logits), Expr.Constant(Tensor.Vector(Labels))).Evaluate().ToScalar();
        Assert.Equal(Expected(smoothing), value, 1e-12);
        Assert.Equal(Expected(smoothing), Identity.Evaluate(new(Logits, Tensor.Vector(Labels)), loss).Loss, 1e-12);
        if (smoothing > 0) return;
        var plain = Loss.NegativeLogLikelihood(Weights, -100);
        var model = Identity.LogSoftmax();
        Assert.Equal(Expected(0), model.Evaluate(new(Logits, Tensor.Vector(Labels)), plain).Loss, 1e-12);
    }

    /// <summary>A step's loss is the weighted mean over its batch, and weights of examples multiply those of the classes.</summary>
    [Fact]
    public void A_batch_has_its_own_mean()
    {
        var data = new Dataset(Logits, Tensor.Vector(Labels)).Take(50);
        var loss = Loss.SoftmaxCrossEntropyWith(classWeights: Weights, ignoredLabel: -100);
        var model = Model.Input(DType.Float64, 3).Dense(3, initializer: Initializer.Of("one", (_, _, _) => Unit)).Initialize(1);
        var run = model.Fit(data, loss, Optimizer.Sgd(0), 1, new GradientDescent());
        Assert.Equal(Expected(0, 0, 50), run.History[0].Loss, 1e-12);

        double[] doubled = [.. Enumerable.Range(0, 50).Select(i => i < 20 ? 1.0 : 0)];
        var weighted = model.Evaluate(data.WithWeights(Tensor.Vector(doubled)), loss).Loss;
        Assert.Equal(Expected(0, 0, 20), weighted, 1e-12);
    }

    static Tensor Unit => Tensor.Of(Shape.Of(3, 3), [1.0, 0, 0, 0, 1, 0, 0, 0, 1]);

    [Fact]
    public void Without_settings_it_is_the_plain_loss()
    {
        var labels = Expr.Constant(Tensor.Vector(Labels).As<long>().Map(l => Math.Max(l, 0)));
        double[] Each(Loss loss) => loss.PerExample(Expr.Constant(Logits), labels).Evaluate().ToArray<double>();
        Assert.Equal(Each(Loss.SoftmaxCrossEntropy), Each(Loss.SoftmaxCrossEntropyWith()));
    }

    /// <summary>What is set afterwards keeps the weights.</summary>
    [Fact]
    public void Settings_are_kept()
    {
        var one = Loss.SoftmaxCrossEntropyWith(0.2, Weights, -100) + Penalty.L2(1);
        var two = (Loss.SoftmaxCrossEntropyWith(classWeights: Weights) + Penalty.L2(1)).WithIgnoredLabel(-100).WithLabelSmoothing(0.2);
        double Of(Loss loss) => loss.Apply(Expr.Constant(Logits), Expr.Constant(Tensor.Vector(Labels))).Evaluate().ToScalar();
        Assert.Equal(Expected(0.2), Of(one), 1e-12);
        Assert.Equal(Of(one), Of(two), 1e-15);
    }

    [Fact]
    public void Wrong_settings_are_named()
    {
        static void Fails(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<FunctionalException>(action).Message);
        var (f, y) = (Expr.Variable("f", ["n", 3]), Expr.Variable("y", ["n"], DType.Int64));
        Fails("class weight is not a number", () => Loss.SoftmaxCrossEntropyWith(classWeights: [-1]));
        Fails("2 class weights for 3 classes", () => Loss.NegativeLogLikelihood([1, 2]).Apply(f, y));
        Fails("label smoothing 2", () => Loss.SoftmaxCrossEntropyWith(2));
        Fails("positive weight -1", () => Loss.BinaryCrossEntropyFromLogitsWith(-1));
        Fails("γ -1", () => Loss.BinaryFocalFromLogits(-1));
        Fails("α 2", () => Loss.BinaryFocalFromLogits(2, 2));
        Fails("γ NaN", () => Loss.SoftmaxFocal(double.NaN));
        Fails("margin NaN", () => Loss.MultiMargin(double.NaN));
        Fails("margin -1", () => Loss.MarginRanking(-1));
        Fails("margin -1", () => Loss.Contrastive(-1));
        Fails("margin 2", () => Loss.CosineEmbedding(2));
        Fails("smoothing is not above 0", () => Loss.Dice(0));
        Fails("weight is below 0", () => Loss.Tversky(-1));
        Fails("Quantile: 1 is not", () => Loss.Quantile(1));
        Fails("ε 0", () => Loss.GaussianNegativeLogLikelihood(0));
        Fails("blank -1", () => Loss.Ctc(-1));
        Fails("nothing for class weights to multiply", () => Loss.Dice().WithClassWeights(1, 2).Apply(f, f));
        Fails("int64 labels [n]", () => Loss.MultiMargin().Apply(f, f));
        Fails("two scores", () => Loss.MarginRanking().Apply(f, f));
        Fails("two embeddings", () => Loss.Contrastive().Apply(f, y));
        Fails("a sign for each", () => Loss.CosineEmbedding().Apply(Expr.Variable("f", ["n", 2, 3]), Expr.Variable("s", ["n", 1])));
        Fails("logarithm of the variance", () => Loss.GaussianNegativeLogLikelihood().Apply(f, y));
        Fails("axis of places", () => Loss.Dice().Apply(Expr.Variable("p", ["n"]), Expr.Variable("q", ["n"])));
    }

    /// <summary>A variance of nearly 0 counts as ε, and comes back.</summary>
    [Fact]
    public void A_vanishing_variance_has_a_gradient()
    {
        var f = Expr.Variable("f", [1, 2]);
        var loss = Loss.GaussianNegativeLogLikelihood().Apply(f, Expr.Constant(Tensor.Vector(1f)));
        var results = Compilation.Compile([loss, loss.Gradient(f)]).Run(("f", new[,] { { 0, -1000f } }));
        Assert.Equal(0.5 * (Math.Log(1e-6) + 1e6), results[0].ToScalar(), 1.0);
        Assert.Equal(-5e5, results[1].GetDouble(1), 1.0);
    }
}
