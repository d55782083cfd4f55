namespace FunctionalDL.Tests;

/// <summary>The closed set of primitives that have a value, by reflection.</summary>
static class Primitives
{
    public static IReadOnlyList<Type> All { get; } =
        [.. typeof(Op).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Op)) && !t.IsAbstract && t != typeof(FunctionalDL.Ops.AbstractFunctionOp)).OrderBy(t => t.Name)];
}
