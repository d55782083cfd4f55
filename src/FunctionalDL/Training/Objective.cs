using System.Collections.Immutable;
using static FunctionalDL.Functions;

namespace FunctionalDL;

/// <summary>
/// What training makes small for a model of any outputs: the weighted sum of losses, each of an output and a column of targets, or of all
/// of them together. A
/// <see cref="Loss"/> alone is one of the only output and the only target.
/// </summary>
/// <remarks>
/// Each loss is the mean over the examples, L = Σ wᵢ Lᵢ / Σ wᵢ with the weights wᵢ of a data set that has them.
/// </remarks>
/// <example><code>
/// Objective both = Loss.SoftmaxCrossEntropy.On("digit") + 0.1 * Loss.MeanSquaredError.On("price");
/// </code></example>
public sealed class Objective
{
    Objective(ImmutableArray<ObjectiveTerm> terms) => Terms = terms;

    internal ImmutableArray<ObjectiveTerm> Terms { get; }

    internal static Objective Of(Loss loss, string? output, string? target) => new([new(loss.Name, loss, output, target, null, 1)]);

    /// <summary>The loss of the only output and the only target.</summary>
    public static implicit operator Objective(Loss loss) => Of(loss, null, null);

    /// <summary>A loss of your own of all outputs together.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="perExample">Lᵢ, <c>[n]</c> or <c>[n, …]</c>, from the outputs and the targets by their names.</param>
    /// <example><code>
    /// Objective.Of("triplet", (outputs, _) => Maximum(outputs["near"] - outputs["far"] + 0.2, 0))
    /// </code></example>
    public static Objective Of(string name, Func<IReadOnlyDictionary<string, Expr>, IReadOnlyDictionary<string, Expr>, Expr> perExample) =>
        new([new(name, null, null, null, perExample, 1)]);

    /// <summary>The sum of both.</summary>
    public static Objective operator +(Objective a, Objective b) => new(a.Terms.AddRange(b.Terms));

    /// <summary>The objective with all its losses multiplied by a number.</summary>
    /// <exception cref="FunctionalException">The number is negative, infinite, or none.</exception>
    public static Objective operator *(double weight, Objective objective) => weight >= 0 && double.IsFinite(weight)
        ? new([.. objective.Terms.Select(term => term with { Weight = weight * term.Weight })])
        : throw new FunctionalException(FormattableString.Invariant($"Objective: {weight} times a loss. Give a number, 0 or more."));

    /// <summary>Σ wᵢ Lᵢ / Σ wᵢ sᵢ, with what is not given 1: a scalar.</summary>
    /// <param name="losses">Lᵢ, of the places that count divided by all.</param>
    /// <param name="share">sᵢ, the share of the places that count.</param>
    /// <param name="weights">wᵢ.</param>
    internal static Expr Mean(Expr losses, Expr? share, Expr? weights)
    {
        if (weights is null && share is null) return Functions.Mean(losses);
        weights = weights?.Cast(losses.DType);
        var count = Sum((weights, share) switch
        {
            (null, _) => share!,
            (_, null) => weights,
            _ => share * weights,
        });
        var sum = Sum(weights is null ? losses : losses * weights);
        return sum / Select(count > 0, count, Full(count, 1));
    }

    /// <summary>The losses with their weights.</summary>
    public override string ToString() => string.Join(" + ", Terms);
}

/// <summary>A part of an objective.</summary>
/// <param name="Name">The loss's name.</param>
/// <param name="Loss">A loss of one output; null where it is of all.</param>
/// <param name="Output">The output; null for the only one.</param>
/// <param name="Target">The column of targets; null for that of the output's name, or the only one.</param>
/// <param name="OfAll">A loss of all outputs.</param>
/// <param name="Weight">What it is multiplied by.</param>
sealed record ObjectiveTerm(
    string Name, Loss? Loss, string? Output, string? Target,
    Func<IReadOnlyDictionary<string, Expr>, IReadOnlyDictionary<string, Expr>, Expr>? OfAll, double Weight)
{
    public override string ToString()
    {
        var factor = Weight == 1 ? "" : FormattableString.Invariant($"{Weight} ");
        return $"{factor}{Name}{(Output is null ? "" : $" of {Output}")}";
    }
}
