namespace FunctionalDL;

/// <summary>
/// What a loss takes: which predictions and which targets mean something to it. <see cref="Model.Fit(Dataset, Objective, Optimizer, int,
/// Batching, long, FitOptions?)"/> refuses others.
/// </summary>
/// <param name="Predictions">What predictions are.</param>
/// <param name="Targets">What targets are.</param>
public sealed record LossDomain(LossPredictions Predictions = LossPredictions.Any, LossTargets Targets = LossTargets.Any)
{
    /// <summary>All numbers.</summary>
    public static LossDomain Any { get; } = new();
}

/// <summary>What predictions are to a loss.</summary>
public enum LossPredictions
{
    /// <summary>Any numbers.</summary>
    Any,

    /// <summary>Probabilities, each by itself, from 0 to 1: what a sigmoid gives.</summary>
    Probabilities,

    /// <summary>Numbers whose sigmoid the loss takes.</summary>
    Logits,

    /// <summary>Probabilities of classes along the last axis, whose sum is 1: what a softmax gives.</summary>
    ClassProbabilities,

    /// <summary>Numbers whose softmax along the last axis the loss takes.</summary>
    ClassLogits,

    /// <summary>Numbers above 0, such as rates.</summary>
    Positive,

    /// <summary>Logarithms of probabilities of classes along the last axis: what a log-softmax gives.</summary>
    ClassLogProbabilities,
}

/// <summary>What targets are to a loss.</summary>
public enum LossTargets
{
    /// <summary>Any numbers.</summary>
    Any,

    /// <summary>0 or 1, or a probability between.</summary>
    Probabilities,

    /// <summary>Labels <c>int64 [n…]</c> from 0 to k − 1, or probabilities <c>[n…, k]</c> whose rows have the sum 1.</summary>
    Classes,

    /// <summary>−1 or 1.</summary>
    Signs,

    /// <summary>Numbers not below 0.</summary>
    Counts,

    /// <summary>
    /// Sequences of labels <c>int64 [n, s]</c> from 0 to k − 1, each as long as it is and then padded with a number below 0.
    /// </summary>
    LabelSequences,
}
