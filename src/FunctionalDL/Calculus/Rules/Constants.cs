using FunctionalDL.Ops;

namespace FunctionalDL.Rules;

/// <summary>What is known of numbers.</summary>
static class Constants
{
    /// <summary>f(a, b) for numbers is a number, where a person would write it as one: ln 1 is 0, and ln 2 stays ln 2.</summary>
    public static Expr? Fold(Expr node)
    {
        if (
            !node.DType.IsNumeric()
            || node.Shape.Rank > 0
            || node.Inputs.Length == 0
            || node.Inputs.Any(x => x.ConstantValue is not { Count: 1 }))
            return null;
        try
        {
            var value = node.Evaluate();
            return IsArithmetic(node) || Parts.IsWhole(value.GetDouble(0)) ? Expr.Constant(value) : null;
        }
        catch (TensorException)
        {
            // An error the user should see, where the expression runs.
            return null;
        }
    }

    static bool IsArithmetic(Expr node) => !node.Inputs.Any(Parts.IsNamed) && node.Op switch
    {
        SqrtOp or ExpOp or Expm1Op or LogOp or Log1POp or SinOp or CosOp or AtanOp or TanhOp or ErfOp or SigmoidOp or SoftplusOp => false,
        TanOp or AsinOp or AcosOp or SinhOp or CoshOp or AsinhOp or AcoshOp or AtanhOp or Atan2Op => false,
        PowerOp => node.Inputs[1].Number() is { } n && Parts.IsWhole(n),
        _ => true,
    };

    /// <summary>The part that a choice takes where its condition is known.</summary>
    public static Expr? Chosen(Expr node) => Truth(node.Inputs[0], 0) is { } truth ? node.Inputs[truth ? 1 : 2] : null;

    /// <summary>Whether a condition holds; null where that is not known.</summary>
    static bool? Truth(Expr condition, int depth)
    {
        if (depth > Product.MostParts) return null;
        return condition.Op switch
        {
            ConstantOp { Value.Count: 1 } constant => constant.Value.GetDouble(0) != 0,
            BroadcastOp => Truth(condition.Inputs[0], depth + 1),
            NotOp => !Truth(condition.Inputs[0], depth + 1),
            AndOp => Truth(condition.Inputs[0], depth + 1) & Truth(condition.Inputs[1], depth + 1),
            OrOp => Truth(condition.Inputs[0], depth + 1) | Truth(condition.Inputs[1], depth + 1),
            EqualOp => Compared((a, b) => a == b),
            LessOp => Compared((a, b) => a < b),
            LessOrEqualOp => Compared((a, b) => a <= b),
            _ => null,
        };

        bool? Compared(Func<double, double, bool> holds) =>
            condition.Inputs[0].Known() is { } a && condition.Inputs[1].Known() is { } b ? holds(a, b) : null;
    }
}
