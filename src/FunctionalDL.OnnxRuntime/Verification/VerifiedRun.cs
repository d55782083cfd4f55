namespace FunctionalDL;

/// <summary>A run of a model in a verification.</summary>
/// <param name="Trial">The number of the sizes, from 0, which the random inputs depend on.</param>
/// <param name="Step">The number of the training step, from 0; 0 for what is no training step.</param>
/// <param name="Sizes">The sizes of the named dimensions.</param>
/// <param name="Reference">What computed the reference: <c>evaluator</c> or <c>engine</c>, and in which precision.</param>
public sealed record VerifiedRun(int Trial, int Step, Sizes Sizes, string Reference)
{
    /// <summary>The shapes of the inputs that were drawn, by name.</summary>
    internal IReadOnlyDictionary<string, Shape> Inputs { get; init; } = new Dictionary<string, Shape>();

    /// <summary>What each output is.</summary>
    internal IReadOnlyList<OutputProbe> Probes { get; init; } = [];
}
