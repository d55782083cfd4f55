namespace FunctionalDL;

/// <summary>A figure of merit: a function from predictions and targets, example by example along the first axis, to a number.</summary>
public sealed class Metric
{
    readonly Func<Tensor, Tensor, double> measure;

    Metric(string name, Func<Tensor, Tensor, double> measure) => (Name, this.measure) = (name, measure);

    /// <summary>The metric's name.</summary>
    public string Name { get; }

    /// <summary>A metric of your own.</summary>
    public static Metric Of(string name, Func<Tensor, Tensor, double> measure) => new(name, measure);

    /// <summary>The metric of the predictions, given the targets.</summary>
    public double Measure(Tensor predictions, Tensor targets) => measure(predictions, targets);

    /// <summary>
    /// The share of examples whose largest prediction is at the label: <c>[n…, k]</c> against labels <c>int64 [n…]</c> or one-hot <c>[n…, k]</c>.
    /// </summary>
    public static Metric Accuracy { get; } = new("accuracy", (predictions, targets) =>
    {
        var predicted = Classes(predictions).Span;
        var actual = (targets is Tensor<long> labels && targets.Shape.Rank < predictions.Shape.Rank ? labels : Classes(targets)).Span;
        if (predicted.Length != actual.Length || actual.IsEmpty)
            throw new ShapeException($"Accuracy: predictions are {predictions.Describe()}, targets {targets.Describe()}. Give one label, or a one-hot row, for each prediction.");
        var equal = 0;
        for (var i = 0; i < actual.Length; i++)
            if (predicted[i] == actual[i]) equal++;
        return equal / (double)actual.Length;
    });

    /// <summary>The index of the largest element along the last axis.</summary>
    static Tensor<long> Classes(Tensor scores) => (Tensor<long>)Functions.ArgMax(Expr.Constant(scores)).Evaluate(TensorSet.Empty);

    /// <summary>The metric's name.</summary>
    public override string ToString() => Name;
}
