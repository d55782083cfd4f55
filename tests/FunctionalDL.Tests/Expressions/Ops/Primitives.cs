namespace FunctionalDL.Tests;

/// <summary>
/// The closed set of primitives that have a value and a rule of their own, by reflection: not abstract functions, and not custom
/// gradients, whose rule is their user's.
/// </summary>
static class Primitives
{
    public static IReadOnlyList<Type> All { get; } =
    [
        .. typeof(Op)
            .Assembly.GetTypes()
            .Where(t =>
                t.IsSubclassOf(typeof(Op))
                && !t.IsAbstract
                && t != typeof(FunctionalDL.Ops.AbstractFunctionOp)
                && t != typeof(FunctionalDL.Ops.CustomGradientOp))
            .OrderBy(t => t.Name),
    ];
}
