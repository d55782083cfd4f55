namespace FunctionalDL;

/// <summary>
/// Variables that stand for something while a rule is at work and are replaced in what it makes. No two of them have one name.
/// </summary>
static class Placeholder
{
    // It keeps names apart and shows in no result.
    static long count;

    /// <summary>A new variable of another expression's type.</summary>
    public static Expr Like(Expr e) => Of(e.Type);

    /// <summary>A new variable of a type.</summary>
    public static Expr Of(TensorType type) => Expr.Variable($"□{Interlocked.Increment(ref count)}", type.Shape, type.DType);
}
