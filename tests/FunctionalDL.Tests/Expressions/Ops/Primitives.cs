namespace FunctionalDL.Tests;

/// <summary>The closed set of primitives, by reflection.</summary>
static class Primitives
{
    public static IReadOnlyList<Type> All { get; } =
        [.. typeof(Op).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Op)) && !t.IsAbstract).OrderBy(t => t.Name)];
}
