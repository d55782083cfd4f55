using System.Collections.Immutable;
using static FunctionalDL.Functions;

namespace FunctionalDL;

/// <summary>
/// What training makes small: L(w) = 1/n Σ Lᵢ(w), the mean over the n examples of a batch of a loss Lᵢ of each. A loss is a function
/// from predictions and targets to expressions; it has no gradient of its own.
/// </summary>
/// <remarks>
/// Examples are along the first axis. Where an example has several numbers (a vector prediction, a label for each place of a sequence),
/// Lᵢ is the mean over them. Predictions and targets must have the same shape: a <c>[n, 1]</c> against an <c>[n]</c> is an error, never a
/// broadcast.
/// </remarks>
public sealed partial class Loss
{
    readonly Func<Expr, Expr, Expr> pointwise;

    Loss(string name, Func<Expr, Expr, Expr> pointwise, LossDomain domain) =>
        (Name, this.pointwise, Domain) = (name, pointwise, domain);

    /// <summary>A loss like another.</summary>
    Loss(Loss other, string name, Func<Expr, Expr, Expr>? pointwise = null) : this(name, pointwise ?? other.pointwise, other.Domain) =>
        (Penalties, IgnoredLabel, PlaceWeights, Blank) = (other.Penalties, other.IgnoredLabel, other.PlaceWeights, other.Blank);

    /// <summary>The loss's name.</summary>
    public string Name { get; }

    /// <summary>The predictions and targets that mean something to the loss.</summary>
    public LossDomain Domain { get; }

    /// <summary>The label that says that a place does not count; null where all do.</summary>
    public long? IgnoredLabel { get; private init; }

    /// <summary>The class that stands for no label in sequences of labels.</summary>
    internal int? Blank { get; private init; }

    internal bool HasPenalties => !Penalties.IsEmpty;

    ImmutableArray<Penalty> Penalties { get; init; } = [];

    /// <summary>
    /// Of a weighted mean what each place weighs, from predictions and targets; its losses come multiplied by that. Null where each
    /// weighs 1.
    /// </summary>
    Func<Expr, Expr, Expr>? PlaceWeights { get; init; }

    /// <summary>
    /// A loss of your own: from predictions and targets to a value for each example, <c>[n]</c>, or several, <c>[n, …]</c>, whose mean is
    /// taken.
    /// </summary>
    /// <param name="name">The loss's name.</param>
    /// <param name="perExample">Lᵢ from predictions and targets.</param>
    /// <param name="domain">What predictions and targets are; any numbers if not given.</param>
    public static Loss Of(string name, Func<Expr, Expr, Expr> perExample, LossDomain? domain = null) =>
        new(name, perExample, domain ?? LossDomain.Any);

    /// <summary>
    /// Lᵢ for each example: <c>[n]</c>, the mean over its places, weighted where they have weights; 0 for one of which all labels are
    /// ignored.
    /// </summary>
    /// <exception cref="ShapeException">Predictions and targets do not fit together.</exception>
    public Expr PerExample(Expr prediction, Expr target)
    {
        var (losses, counted) = Counted(prediction, target);
        return counted is null ? losses : losses / Select(counted > 0, counted, Full(counted, 1));
    }

    /// <summary>
    /// The sum over the places of each example that count, divided by all its places, and which share of them counts, where some may not
    /// or weigh otherwise: L is the sum of the first over the examples divided by that of the second.
    /// </summary>
    internal (Expr Losses, Expr? Share) Counted(Expr prediction, Expr target)
    {
        var counts = IgnoredLabel is { } ignored ? Not(Equal(Labels(prediction, target, ignored), Full(target, ignored))) : null;
        if (counts is not null) target = Select(counts, target, ZerosLike(target));
        var (losses, weights) = (pointwise(prediction, target), PlaceWeights?.Invoke(prediction, target));
        if (counts is not null)
        {
            losses = Select(counts, losses, ZerosLike(losses));
            weights = weights is null ? counts.Cast(losses.DType) : Select(counts, weights, ZerosLike(weights));
        }
        return (MeanOfPlaces(losses), weights is null ? null : MeanOfPlaces(weights));

        Expr MeanOfPlaces(Expr losses)
        {
            if (losses.Rank == 0) throw new ShapeException($"Loss \"{Name}\": {prediction.Type} and {target.Type} gave one number. "
                + "Return one for each example: [n] or [n, …].");
            return losses.Rank == 1 ? losses : Mean(losses, [.. Enumerable.Range(1, losses.Rank - 1)]);
        }
    }

    Expr Labels(Expr prediction, Expr target, long ignored) => target.DType.IsInteger() && target.Rank == prediction.Rank - 1 ? target
        : throw new ShapeException($"Loss \"{Name}\": label {ignored} is ignored, and targets are {target.Type} for predictions "
            + $"{prediction.Type}. Give integers as labels.");

    /// <summary>
    /// L = 1/n Σ Lᵢ: a scalar; with ignored labels the mean over the places that count, with weights the weighted one, Σ w L / Σ w.
    /// </summary>
    /// <exception cref="ShapeException">Predictions and targets do not fit together.</exception>
    public Expr Apply(Expr prediction, Expr target)
    {
        var (losses, share) = Counted(prediction, target);
        return Objective.Mean(losses, share, null);
    }

    /// <summary>
    /// This loss without the places that have a label, such as −100 or that of padding: L is the mean over the others, 0 where there are
    /// none.
    /// </summary>
    /// <param name="label">The label.</param>
    /// <exception cref="FunctionalException">The loss has no classes.</exception>
    public Loss WithIgnoredLabel(long label) => Domain.Targets == LossTargets.Classes
        ? new(this, FormattableString.Invariant($"{Name}, ignored label {label}")) { IgnoredLabel = label }
        : throw new FunctionalException($"Loss \"{Name}\": its targets are not classes, so it has no label to ignore. "
            + "Use a cross-entropy, or weights of examples.");

    /// <summary>This loss of one output of a model with several; the sum of such is an <see cref="Objective"/>.</summary>
    /// <param name="output">The output.</param>
    /// <param name="target">The column of targets; the one of the output's name if not given.</param>
    public Objective On(string output, string? target = null) => Objective.Of(this, output, target);

    /// <summary>The loss's name.</summary>
    public override string ToString() => Name;

    static Expr SameShape(string loss, Expr prediction, Expr target)
    {
        if (prediction.Shape != target.Shape)
            throw new ShapeException($"{loss}: predictions are {prediction.Type}, targets {target.Type}. Give both the same shape, "
                + "such as by ExpandDims or Squeeze.");
        return target.Cast(prediction.DType);
    }

    /// <summary>Class targets as probabilities [n…, k]: labels become one-hot.</summary>
    static Expr Probabilities(string loss, Expr prediction, Expr target)
    {
        if (prediction.Rank < 2) throw new ShapeException($"{loss}: predictions are {prediction.Type}. "
            + "Give each example an axis of classes: [n, k].");
        if (target.DType.IsInteger() && target.Rank == prediction.Rank - 1) target = OneHot(target, prediction.Shape[^1], prediction.DType);
        if (prediction.Shape[^1] == 1)
            throw new ShapeException($"{loss}: predictions are {prediction.Type}, one class alone, whose probability is always 1. "
                + "Give two outputs, or take BinaryCrossEntropyFromLogits for one.");
        if (prediction.Shape != target.Shape)
            throw new ShapeException($"{loss}: predictions are {prediction.Type}, targets {target.Type}. "
                + $"Give int64 labels {prediction.Shape.Slice(0, prediction.Rank - 1)} or probabilities {prediction.Shape}.");
        return target.Cast(prediction.DType);
    }
}
