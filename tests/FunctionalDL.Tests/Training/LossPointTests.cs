namespace FunctionalDL.Tests.Training;

/// <summary>Losses of one number where their formulas change, or where an error is 0.</summary>
public class LossPointTests
{
    static readonly SwitchingPoint[] points =
    [
        Of("MeanSquaredError", Loss.MeanSquaredError, 3, 3, 0, 0, 2),
        Of("MeanAbsoluteError", Loss.MeanAbsoluteError, 3, 3, 0, (-1, 0, 1), 0),
        Of("Huber", Loss.Huber(), 3, 3, 0, 0, 1),
        Of("Huber, at δ", Loss.Huber(2), 2, 0, 2, 2, (1, 0, 0)),
        Of("Huber, at −δ", Loss.Huber(2), -2, 0, 2, -2, (0, 0, 1)),
        Of("LogCosh", Loss.LogCosh, 3, 3, 0, 0, 1),
        Of("LogCosh, at 1", Loss.LogCosh, 1, 0, 0.4337808304830271, Math.Tanh(1), 1 - Math.Tanh(1) * Math.Tanh(1)),
        Of("LogCosh, at −1", Loss.LogCosh, -1, 0, 0.4337808304830271, -Math.Tanh(1), 1 - Math.Tanh(1) * Math.Tanh(1)),
        Of("LogCosh, far", Loss.LogCosh, 800, 0, 800 - Math.Log(2), 1, 0),
        Of("Poisson", Loss.Poisson, 1, 1, 1, 0, 1),
        Of("Poisson, no events", Loss.Poisson, 2, 0, 2, 1, 0),
        Of("Hinge", Loss.Hinge, 1, 1, 0, (-1, 0, 0), 0),
        Of("BinaryCrossEntropy", Loss.BinaryCrossEntropy, 1, 1, 0, -1, 1),
        Of("BinaryCrossEntropy, class 0", Loss.BinaryCrossEntropy, 0, 0, 0, 1, 1),
        Of("BinaryCrossEntropyFromLogits", Loss.BinaryCrossEntropyFromLogits, 0, 1, Math.Log(2), -0.5, 0.25),
        Of("BinaryCrossEntropyFromLogits, class 0", Loss.BinaryCrossEntropyFromLogits, 0, 0, Math.Log(2), 0.5, 0.25),
        Of("BinaryCrossEntropyFromLogits, undecided", Loss.BinaryCrossEntropyFromLogits, 0, 0.5, Math.Log(2), 0, 0.25),
        new(
            "CosineDistance",
            f => Sum(Loss.CosineDistance.PerExample(Stack(1, Reshape(f, [1]), Full(Reshape(f, [1]), 1)), Numbers(0, 1))),
            0,
            0,
            0,
            1),
        Pair("CategoricalCrossEntropy", Loss.CategoricalCrossEntropy, 1, 0, -1, 1),
        Pair("KullbackLeibler", Loss.KullbackLeibler, 1, 0, -1, 1),
        Pair("SoftmaxCrossEntropy", Loss.SoftmaxCrossEntropy, 0, Math.Log(2), -0.5, 0.25),
        new(
            "SoftmaxCrossEntropy, labels",
            f => Sum(Loss.SoftmaxCrossEntropy.PerExample(WithZero(f), Expr.Constant(Tensor.Vector(0L)))),
            0,
            Math.Log(2),
            -0.5,
            0.25),
        Of("SquaredHinge", Loss.SquaredHinge, 1, 1, 0, 0, (2, 0, 0)),
        Of("Quantile", Loss.Quantile(0.25), 3, 3, 0, (-0.25, 0, 0.75), 0),
        Of("BinaryFocalFromLogits", Loss.BinaryFocalFromLogits(0), 0, 1, Math.Log(2), -0.5, 0.25),
        Of("BinaryFocalFromLogits, right", Loss.BinaryFocalFromLogits(0.5), 1000, 1, 0, 0, 0),
        Of("BinaryFocalFromLogits, wrong", Loss.BinaryFocalFromLogits(), -1000, 1, 1000, -1, 0),
        Of("BinaryCrossEntropyFromLogitsWith", Loss.BinaryCrossEntropyFromLogitsWith(3), 0, 1, 3 * Math.Log(2), -1.5, 0.75),
        Of("BinaryCrossEntropyFromLogitsWith, wrong", Loss.BinaryCrossEntropyFromLogitsWith(3), -1000, 1, 3000, -3, 0),
        Of("Dice", Loss.Dice(), 1, 1, 0, -1 / 3.0, 2 / 9.0),
        Of("Dice, nothing", Loss.Dice(), 0, 0, 0, 1, -2),
        Of("Tversky", Loss.Tversky(0.25, 0.5), 1, 1, 0, -0.25, 0.125),
        Pair("NegativeLogLikelihood", Loss.NegativeLogLikelihood(), -1000, 1000, -1, 0),
        Pair("SoftmaxCrossEntropyWith", Loss.SoftmaxCrossEntropyWith(classWeights: [3, 5]), 0, Math.Log(2), -0.5, 0.25),
        Pair("SoftmaxFocal", Loss.SoftmaxFocal(0), 0, Math.Log(2), -0.5, 0.25),
        Pair("SoftmaxFocal, right", Loss.SoftmaxFocal(0.5), 1000, 0, 0, 0),
        Pair("SoftmaxFocal, wrong", Loss.SoftmaxFocal(), -1000, 1000, -1, 0),
        new("MultiMargin", f => Sum(Loss.MultiMargin().PerExample(WithZero(f), Labels(0))), 1, 0, (-0.5, 0, 0), 0),
        new("MarginRanking", f => Sum(Loss.MarginRanking(1).PerExample(WithZero(f), Sign(-1))), -1, 0, (0, 0, 1), 0),
        new("CosineEmbedding", f => Sum(Loss.CosineEmbedding().PerExample(WithAxis(f), Sign(1))), 0, 0, 0, 1),
        new("CosineEmbedding, apart", f => Sum(Loss.CosineEmbedding(1).PerExample(WithAxis(f), Sign(-1))), 0, 0, 0, 0),
        new("Contrastive", f => Sum(Loss.Contrastive().PerExample(Reshape(WithZero(f), [1, 2, 1]), Sign(1))), 0, 0, 0, 1),
        new("Contrastive, apart", f => Sum(Loss.Contrastive().PerExample(Reshape(WithZero(f), [1, 2, 1]), Sign(-1))), 1, 0, 0, (1, 0, 0)),
        new(
            "GaussianNegativeLogLikelihood",
            f => Sum(Loss.GaussianNegativeLogLikelihood().PerExample(WithZero(f), Expr.Constant(Tensor.Vector(3.0)))),
            3,
            0,
            0,
            1),
        // One step of two classes reads as the one label with the probability σ(−f).
        new("Ctc", f => Sum(Loss.Ctc().PerExample(Reshape(WithZero(f), [1, 1, 2]), Reshape(Labels(1), [1, 1]))), 0, Math.Log(2), 0.5, 0.25),
        // ‖a − p‖² − ‖a − n‖² + margin is f² − 1 + 0.2.
        new(
            "Triplet",
            f => Sum(Loss.Triplet(0.2).PerExample(Reshape(Stack(0, Full(f, 0), f, Full(f, 1)), [1, 3, 1]), f)),
            Math.Sqrt(0.8) - 1e-16,
            0,
            (0, 0, 2 * Math.Sqrt(0.8)),
            (0, 0, 2)),
    ];

    static Expr Numbers(params double[] y) => Expr.Constant(Tensor.Of(Shape.Of(1, y.Length), y));

    static Expr WithZero(Expr f) => Reshape(Stack(0, f, Full(f, 0)), [1, 2]);

    static Expr Labels(long label) => Expr.Constant(Tensor.Vector(label));

    static Expr Sign(double sign) => Expr.Constant(Tensor.Vector(sign));

    /// <summary>(1, f) and (1, 0).</summary>
    static Expr WithAxis(Expr f) => Reshape(Stack(0, Full(f, 1), f, Full(f, 1), Full(f, 0)), [1, 2, 2]);

    static SwitchingPoint Of(string name, Loss loss, double f, double y, double value, Sided first, Sided second) =>
        new(name, x => Sum(loss.PerExample(Reshape(x, [1, 1]), Full(Reshape(x, [1, 1]), y))), f, value, first, second);

    /// <summary>Two classes, the first of them right; the other's prediction is 0.</summary>
    static SwitchingPoint Pair(string name, Loss loss, double f, double value, Sided first, Sided second) =>
        new(
            name,
            x => Sum(loss.PerExample(WithZero(x), Concat(1, Full(Reshape(x, [1, 1]), 1), Full(Reshape(x, [1, 1]), 0)))),
            f,
            value,
            first,
            second);

    public static TheoryData<string> Names => [.. points.Select(p => p.Name)];

    [Fact]
    public void Every_loss_is_here() => Factories.HaveRows<Loss>(points.Select(p => p.Name));

    [Theory, MemberData(nameof(Names))]
    public void Value_and_two_derivatives_are_right_where_a_formula_changes(string name) => points.Single(p => p.Name == name).Holds();
}
