using System.Collections.Immutable;
using FunctionalDL;

/// <summary>What a model of a table is to predict: the same steps for numbers and for classes, from what differs between the two.</summary>
abstract record Goal(string Target)
{
    /// <summary>What predicting it is called.</summary>
    public string Name => GetType().Name.ToLowerInvariant();

    /// <summary>The numbers the network gives for a row.</summary>
    public abstract int Outputs { get; }

    /// <summary>The target of each row.</summary>
    public abstract Tensor Targets(Table rows);

    /// <summary>
    /// The loss of the network's outputs, and the layer that makes predictions of them, as the targets to train on suggest.
    /// </summary>
    public abstract (Loss Loss, Layer Finish) Learning(Tensor targets);

    /// <summary>How good predictions are, by name.</summary>
    public abstract Dictionary<string, double> Figures(Tensor predictions, Tensor targets);
}

/// <summary>A number: the network learns it in deviations from its mean, and predicts it in its own unit.</summary>
sealed record Regression(string Target) : Goal(Target)
{
    public override int Outputs => 1;

    public override Tensor Targets(Table rows) => rows.Numbers(Target);

    public override (Loss, Layer) Learning(Tensor targets)
    {
        var scale = Normalizer.Fit(targets);
        return (Loss.Of("squared error", (f, y) => Functions.Square(f - scale.Apply(y))),
            Layer.Of("unit", f => f * Expr.Constant(scale.Deviation.Cast(f.DType)) + Expr.Constant(scale.Mean.Cast(f.DType))));
    }

    public override Dictionary<string, double> Figures(Tensor predictions, Tensor targets) => new()
    {
        ["rmse"] = Metric.RootMeanSquaredError.Measure(predictions, targets),
        ["mae"] = Metric.MeanAbsoluteError.Measure(predictions, targets),
        ["r2"] = Metric.RSquared.Measure(predictions, targets),
    };
}

/// <summary>One of several texts: the network learns their logits, and predicts their probabilities.</summary>
sealed record Classification(string Target, ImmutableArray<string> Classes) : Goal(Target)
{
    public override int Outputs => Classes.Length;

    public override Tensor Targets(Table rows) => rows.Labels(Target, Classes);

    public override (Loss, Layer) Learning(Tensor targets) => (Loss.SoftmaxCrossEntropy, Layer.Softmax);

    public override Dictionary<string, double> Figures(Tensor predictions, Tensor targets) => new()
    {
        ["testAccuracy"] = Metric.Accuracy.Measure(predictions, targets),
        ["f1"] = Metric.F1().Measure(predictions, targets),
    };
}
