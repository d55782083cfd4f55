namespace FunctionalDL;

/// <summary>A run of a model that was compared with the reference.</summary>
/// <param name="Trial">The number of the sizes, from 0, which the random inputs depend on.</param>
/// <param name="Step">The number of the training step, from 0.</param>
/// <param name="Sizes">The sizes of the named dimensions.</param>
/// <param name="Reference">What computed the reference, and in which precision.</param>
public sealed record ProvenRun(int Trial, int Step, IReadOnlyDictionary<string, int> Sizes, string Reference)
{
    /// <summary>The shapes of the inputs that were drawn, by name.</summary>
    public IReadOnlyDictionary<string, int[]> Inputs { get; init; } = new SortedDictionary<string, int[]>(StringComparer.Ordinal);

    /// <summary>What each output is, where the file alone is enough to run it again.</summary>
    public IReadOnlyList<OutputProbe> Probes { get; init; } = [];

    internal static ProvenRun Of(VerifiedRun run, bool isDrawn) =>
        new(run.Trial, run.Step, Sorted(run.Sizes.Known, size => size), run.Reference)
        {
            Inputs = Sorted(run.Inputs, shape => shape.ToSizes()),
            Probes = isDrawn ? run.Probes : [],
        };

    static SortedDictionary<string, TTo> Sorted<TFrom, TTo>(IReadOnlyDictionary<string, TFrom> from, Func<TFrom, TTo> map) =>
        new(from.ToDictionary(f => f.Key, f => map(f.Value)), StringComparer.Ordinal);
}
