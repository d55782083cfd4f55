namespace FunctionalDL;

/// <summary>
/// Variables that stand for something while a rule is at work and are replaced in what it makes. No two of them have one name.
/// </summary>
static class Placeholder
{
    // It keeps names apart and shows in no result.
    static long count;

    /// <summary>A new variable of another expression's type.</summary>
    public static Expr Like(Expr e) => Expr.Variable($"□{Interlocked.Increment(ref count)}", e.Shape, e.DType);
}
