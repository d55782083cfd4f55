namespace FunctionalDL;

/// <summary>What a loop over time leaves: each carried value after every step, <c>[time, …]</c>, and after the last one.</summary>
/// <param name="Steps">
/// For each carried value its values after the steps; element t is the value after the step that took element t.
/// </param>
/// <param name="Last">For each carried value its value after the last step; the first value where there are no steps.</param>
public sealed record ScanResult(IReadOnlyList<Expr> Steps, IReadOnlyList<Expr> Last);
