namespace FunctionalDL;

/// <summary>A loss, and how a training step makes it small.</summary>
/// <param name="Loss">The scalar L(w).</param>
/// <param name="Optimizer">How its gradients become updates.</param>
/// <param name="Of">
/// The name of the model, or the beginning of the names of the parameters, that are moved: <c>generator</c> for
/// <c>generator.dense1.weight</c>. Empty for all.
/// </param>
public sealed record Descent(Expr Loss, Optimizer Optimizer, string Of = "")
{
    internal bool Moves(string parameter) => Of.Length == 0 || parameter == Of || parameter.StartsWith($"{Of}.", StringComparison.Ordinal);
}
