namespace FunctionalDL.Engine;

/// <summary>The passes from expressions to a plan, in order. Each is a function from one immutable value to the next.</summary>
static class Compiler
{
    /// <param name="outputs">The expressions.</param>
    /// <param name="sizes">The actual sizes.</param>
    /// <param name="ofCaller">
    /// The outputs for whose values the caller gives memory; those that no step writes, such as variables, stay where they are.
    /// </param>
    /// <param name="unchanging">
    /// The variables that stay the same from run to run of a loop; what depends on them and on constants alone is done once, before it.
    /// </param>
    /// <exception cref="ShapeException">An array is too large for memory.</exception>
    public static Plan Compile(
        IReadOnlyList<Expr> outputs, Sizes sizes, IReadOnlyList<int> ofCaller, IReadOnlySet<string>? unchanging = null)
    {
        var storages = new Storages();
        var lowered = Lowering.Lower(Rewriting.Apply(outputs, sizes), sizes, storages, unchanging ?? new HashSet<string>(), Compile);
        Storage[] results = [.. lowered.Outputs.Select(o => o.Storage)];
        var scheduled = Scheduling.Apply(Fusion.Apply(lowered.Instructions), results, lowered.Changing);
        var (once, each) = Emission.Apply(Epilogues.Join(scheduled, results), results, storages);

        Step[] steps = [.. once, .. each];
        var read = Emission.Read(steps).Concat(results).ToHashSet();
        var written = steps.SelectMany(s => s.WrittenStorages).ToHashSet();
        var given = ofCaller.Select(o => results[o]).Where(written.Contains).ToHashSet();
        var all = storages.All();
        var plan = new Plan
        {
            Steps = [.. steps],
            StepsOnce = once.Length,
            Outputs = [.. lowered.Outputs],
            Variables = lowered.Variables,
            Constants = [.. lowered.Constants.Where(c => read.Contains(c.Storage)).Select(c => (c.Storage, c.Value()))],
            OfCaller = given,
            Storages = all,
            Allocation = Allocation.Of(steps, once.Length, results, given, all.Length),
            ScratchBytes = steps.Select(s => s.ScratchBytes).DefaultIfEmpty().Max(),
        };
        PlanVerifier.Verify(plan);
        return plan;
    }
}
