namespace FunctionalDL;

/// <summary>Derivations of expressions.</summary>
public static class Derivations
{
    /// <summary>
    /// The derivation of ∂y/∂x of a scalar y by the chain rule. Given a point, each factor gets its value, and kinks and poles at the
    /// point are named.
    /// </summary>
    /// <param name="y">The function. Abstract functions in it (<see cref="AbstractFunctions"/>) are written f1′ and so on.</param>
    /// <param name="x">A variable, or a part of y.</param>
    /// <param name="at">The values of all variables, or null.</param>
    /// <param name="functions">Bodies for abstract functions: the derivation keeps their names and shows both.</param>
    /// <exception cref="ShapeException"><paramref name="y"/> is not a scalar.</exception>
    /// <exception cref="FunctionalException">A variable has no value at the point, or an abstract function no body.</exception>
    public static Derivation Derivation(
        this Expr y,
        Expr x,
        TensorSet? at = null,
        IReadOnlyDictionary<string, Func<Expr, Expr>>? functions = null
    ) => new DerivationWriter(y, x, at, functions ?? new Dictionary<string, Func<Expr, Expr>>()).Write();
}
