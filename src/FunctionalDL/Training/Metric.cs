namespace FunctionalDL;

/// <summary>A figure of merit: a function from predictions and targets, example by example along the first axis, to a number.</summary>
/// <remarks>
/// Where a metric is of classes, predictions <c>[n…, k]</c> of k ≥ 2 classes are read by their largest. Predictions that are each a
/// class or not, one column, or several labels of an example, are read by a threshold: of probabilities after <see
/// cref="FromProbabilities"/>, of logits after <see cref="FromLogits"/>; where a model is evaluated by a loss that takes probabilities or
/// logits (<see cref="LossDomain"/>) the loss says which.
/// </remarks>
public sealed partial class Metric
{
    readonly Func<Tensor, Tensor, double?, double> measure;
    readonly bool readsClasses;
    readonly double? threshold;

    Metric(string name, Func<Tensor, Tensor, double> measure)
        : this(name, (predictions, targets, _) => measure(predictions, targets), false, null) { }

    Metric(
        string name,
        Func<Tensor, Tensor, double?, double> measure,
        bool readsClasses = true,
        double? threshold = null,
        string? output = null
    ) => (Name, this.measure, this.readsClasses, this.threshold, Output) = (name, measure, readsClasses, threshold, output);

    /// <summary>The metric's name.</summary>
    public string Name { get; }

    /// <summary>The output it is of, in a model of several; null for the only one.</summary>
    public string? Output { get; }

    /// <summary>This metric of one output of a model with several, named as both.</summary>
    public Metric On(string output) => new($"{output} {Name}", measure, readsClasses, threshold, output);

    /// <summary>A metric of your own.</summary>
    public static Metric Of(string name, Func<Tensor, Tensor, double> measure) => new(name, measure);

    /// <summary>
    /// This metric of predictions that are probabilities, each of a class or not: those above the threshold are taken for 1.
    /// </summary>
    /// <param name="threshold">The threshold, between 0 and 1.</param>
    /// <exception cref="FunctionalException">The threshold is outside 0 to 1, or the metric is not one of classes.</exception>
    public Metric FromProbabilities(double threshold = 0.5) =>
        !(threshold is > 0 and < 1)
            ? throw new FunctionalException(
                FormattableString.Invariant($"Metric {Name}: threshold {threshold} is not between 0 and 1. 0.5 is usual."))
            : Above(threshold, threshold == 0.5 ? Name : FormattableString.Invariant($"{Name}, threshold {threshold}"));

    /// <summary>This metric of predictions that are logits, each of a class or not: those above 0 are taken for 1.</summary>
    /// <exception cref="FunctionalException">The metric is not one of classes.</exception>
    public Metric FromLogits() => Above(0, Name);

    Metric Above(double threshold, string name) =>
        readsClasses
            ? new(name, measure, true, threshold, Output)
            : throw new FunctionalException(
                $"Metric {Name}: it is not of classes, so that predictions have no threshold. Take Accuracy, Precision, Recall or F1.");

    /// <summary>The metric of the predictions, given the targets. A metric of classes is NaN where a prediction is.</summary>
    /// <exception cref="FunctionalException">
    /// Predictions and targets do not fit together, or predictions can be read in several ways.
    /// </exception>
    public double Measure(Tensor predictions, Tensor targets) => measure(predictions, targets, threshold);

    /// <summary>The metric of predictions that a loss takes.</summary>
    internal double Measure(Tensor predictions, Tensor targets, Loss? loss) =>
        measure(
            predictions,
            targets,
            threshold
                ?? (
                    HaveOneClass(predictions, targets)
                        ? null
                        : loss?.Domain.Predictions switch
                        {
                            LossPredictions.Probabilities => 0.5,
                            LossPredictions.Logits => 0,
                            _ => null,
                        }));

    internal static IReadOnlyDictionary<string, double> None { get; } = new Dictionary<string, double>();

    /// <summary>The metric's name.</summary>
    public override string ToString() => Name;
}
