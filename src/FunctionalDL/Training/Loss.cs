using System.Collections.Immutable;
using static FunctionalDL.Functions;

namespace FunctionalDL;

/// <summary>
/// What training makes small: L(w) = 1/n Σ Lᵢ(w), the mean over the n examples of a batch of a loss Lᵢ of each. A loss is a function from
/// predictions and targets to expressions; it has no gradient of its own.
/// </summary>
/// <remarks>
/// Examples are along the first axis. Where an example has several numbers (a vector prediction, a label for each place of a sequence), Lᵢ is the mean over them.
/// Predictions and targets must have the same shape: a <c>[n, 1]</c> against an <c>[n]</c> is an error, never a broadcast.
/// </remarks>
public sealed partial class Loss
{
    readonly Func<Expr, Expr, Expr> pointwise;
    readonly ImmutableArray<Penalty> penalties;

    Loss(string name, Func<Expr, Expr, Expr> pointwise, LossDomain domain, ImmutableArray<Penalty> penalties = default) =>
        (Name, this.pointwise, Domain, this.penalties) = (name, pointwise, domain, penalties.IsDefault ? [] : penalties);

    /// <summary>The loss's name.</summary>
    public string Name { get; }

    /// <summary>The predictions and targets that mean something to the loss.</summary>
    public LossDomain Domain { get; }

    internal bool HasPenalties => !penalties.IsEmpty;

    /// <summary>
    /// A loss of your own: from predictions and targets to a value for each example, <c>[n]</c>, or several, <c>[n, …]</c>, whose mean is taken.
    /// </summary>
    /// <param name="name">The loss's name.</param>
    /// <param name="perExample">Lᵢ from predictions and targets.</param>
    /// <param name="domain">What predictions and targets are; any numbers if not given.</param>
    public static Loss Of(string name, Func<Expr, Expr, Expr> perExample, LossDomain? domain = null) => new(name, perExample, domain ?? LossDomain.Any);

    /// <summary>Lᵢ for each example: <c>[n]</c>.</summary>
    /// <exception cref="ShapeException">Predictions and targets do not fit together.</exception>
    public Expr PerExample(Expr prediction, Expr target)
    {
        var losses = pointwise(prediction, target);
        if (losses.Rank == 0) throw new ShapeException($"Loss \"{Name}\": {prediction.Type} and {target.Type} gave one number. Return one for each example: [n] or [n, …].");
        return losses.Rank == 1 ? losses : Mean(losses, [.. Enumerable.Range(1, losses.Rank - 1)]);
    }

    /// <summary>L = 1/n Σ Lᵢ: a scalar.</summary>
    /// <exception cref="ShapeException">Predictions and targets do not fit together.</exception>
    public Expr Apply(Expr prediction, Expr target) => Mean(PerExample(prediction, target));

    /// <summary>The variable that stands for the targets of a batch: one example is like <paramref name="targets"/>' rows, of any size along the named dimensions of the prediction.</summary>
    internal static Expr TargetVariable(Tensor targets, Expr prediction) => Expr.Variable("target",
        Shape.Of([.. targets.Shape.Select((size, axis) => axis == 0 ? Model.Batch : axis < prediction.Rank && !prediction.Shape[axis].IsKnown ? prediction.Shape[axis] : size)]), targets.DType);

    /// <summary>The loss's name.</summary>
    public override string ToString() => Name;

    static Expr SameShape(string loss, Expr prediction, Expr target)
    {
        if (prediction.Shape != target.Shape)
            throw new ShapeException($"{loss}: predictions are {prediction.Type}, targets {target.Type}. Give both the same shape, such as by ExpandDims or Squeeze.");
        return target.Cast(prediction.DType);
    }

    /// <summary>Class targets as probabilities [n…, k]: labels become one-hot.</summary>
    static Expr Probabilities(string loss, Expr prediction, Expr target)
    {
        if (prediction.Rank < 2) throw new ShapeException($"{loss}: predictions are {prediction.Type}. Give each example an axis of classes: [n, k].");
        if (target.DType == DType.Int64 && target.Rank == prediction.Rank - 1) target = OneHot(target, prediction.Shape[^1], prediction.DType);
        if (prediction.Shape[^1] == 1)
            throw new ShapeException($"{loss}: predictions are {prediction.Type}, one class alone, whose probability is always 1. Give two outputs, or take BinaryCrossEntropyFromLogits for one.");
        if (prediction.Shape != target.Shape)
            throw new ShapeException($"{loss}: predictions are {prediction.Type}, targets {target.Type}. Give int64 labels {prediction.Shape.Slice(0, prediction.Rank - 1)} or probabilities {prediction.Shape}.");
        return target.Cast(prediction.DType);
    }
}
