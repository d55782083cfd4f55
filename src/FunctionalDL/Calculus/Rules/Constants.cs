namespace FunctionalDL.Rules;

/// <summary>f(a, b) for numbers is a number.</summary>
static class Constants
{
    public static Expr? Fold(Expr node)
    {
        if (!node.DType.IsNumeric() || node.Inputs.Length == 0 || node.Inputs.Any(x => x.ConstantValue is not { Count: 1 }) || node.Shape.Rank > 0) return null;
        try
        {
            return Expr.Constant(node.Evaluate());
        }
        catch (TensorException)
        {
            // An error the user should see, where the expression runs.
            return null;
        }
    }
}
