namespace FunctionalDL;

/// <summary>How a gradient is checked.</summary>
public sealed record GradientCheckOptions
{
    /// <summary>The most elements to check of each variable; larger variables are sampled.</summary>
    public int Samples { get; init; } = 20;

    /// <summary>The largest relative error of a gradient that agrees.</summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>The key the samples are drawn with.</summary>
    public Key Key { get; init; } = Key.Of(0);

    /// <summary>How expressions are evaluated: the reference evaluator, or a compiled function for large models.</summary>
    public Func<IReadOnlyList<Expr>, Func<TensorSet, Tensor[]>> Evaluator { get; init; } =
        outputs => values => FunctionalDL.Evaluator.Evaluate([.. outputs], values);

    /// <summary>What is checked, and how.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Samples} elements of each variable, tolerance {Tolerance:R}, {Key}");
}
