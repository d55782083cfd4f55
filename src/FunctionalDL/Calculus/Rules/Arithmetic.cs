using FunctionalDL.Ops;
using static FunctionalDL.Rules.Parts;

namespace FunctionalDL.Rules;

/// <summary>Sums, products and constants. a and b are numbers; products are written with the number first.</summary>
static class Arithmetic
{
    /// <summary>f(a, b) for numbers is a number.</summary>
    public static Expr? Constant(Expr node)
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

    public static Expr? Sum(Expr node)
    {
        var x = node.Inputs[0];
        if (node.Op is NegateOp) return Negative(x);
        var y = node.Inputs[1];
        var sign = node.Op is AddOp ? 1 : -1;

        // x ± 0 = x, 0 + y = y, 0 − y = −y
        if (y.Number() == 0) return x;
        if (x.Number() == 0) return sign > 0 ? y : -y;

        // a·x ± b·x = (a ± b)·x
        var ((a, u), (b, v)) = (x.Scaled(), y.Scaled());
        if (ReferenceEquals(u, v)) return Times(a + sign * b, u);

        // x ± (−b)·y = x ∓ b·y, and −u + y = y − u
        if (b < 0 && y.Number() is null) return sign > 0 ? x - Times(-b, v) : x + Times(-b, v);
        if (sign > 0 && a < 0 && x.Number() is null) return y - Times(-a, u);

        // x + a = a + x
        if (sign > 0 && y.Number() is not null && x.Number() is null) return y + x;

        return CommonFactor(x, y, sign);
    }

    /// <summary>−(−x) = x, −(a·x) = (−a)·x, −(x − y) = y − x, −(a/y) = (−a)/y, −(−x/y) = x/y.</summary>
    static Expr? Negative(Expr x) => x.Op switch
    {
        NegateOp => x.Inputs[0],
        MultiplyOp when x.Inputs[0].Number() is { } a => Times(-a, x.Inputs[1]),
        SubtractOp => x.Inputs[1] - x.Inputs[0],
        DivideOp when IsNumberOverSomething(x.Inputs[0]) || x.Inputs[0].Scaled().Factor < 0 => -x.Inputs[0] / x.Inputs[1],
        _ => null,
    };

    /// <summary>x·y ± x·z = x·(y ± z), y/x ± z/x = (y ± z)/x, x ± x·z = x·(1 ± z).</summary>
    static Expr? CommonFactor(Expr x, Expr y, int sign)
    {
        Expr Join(Expr a, Expr b) => sign > 0 ? a + b : a - b;
        if (x.Op is DivideOp && y.Op is DivideOp && ReferenceEquals(x.Inputs[1], y.Inputs[1])) return Join(x.Inputs[0], y.Inputs[0]) / x.Inputs[1];
        if (x.Op is MultiplyOp && y.Op is MultiplyOp)
            for (var i = 0; i < 2; i++)
                for (var j = 0; j < 2; j++)
                    if (ReferenceEquals(x.Inputs[i], y.Inputs[j])) return x.Inputs[i] * Join(x.Inputs[1 - i], y.Inputs[1 - j]);
        for (var i = 0; i < 2; i++)
        {
            if (y.Op is MultiplyOp && ReferenceEquals(y.Inputs[i], x)) return x * Join(Like(x, 1), y.Inputs[1 - i]);
            if (x.Op is MultiplyOp && ReferenceEquals(x.Inputs[i], y)) return y * Join(x.Inputs[1 - i], Like(y, 1));
        }
        return null;
    }

    public static Expr? Product(Expr node)
    {
        var (x, y) = (node.Inputs[0], node.Inputs[1]);
        if (!node.DType.IsFloat()) return null;
        return node.Op is MultiplyOp ? Multiply(x, y) : Divide(x, y);
    }

    static Expr? Multiply(Expr x, Expr y)
    {
        // a·x: 1·x = x, 0·x = 0, (−1)·x = −x
        if (x.Number() is { } a && (a is 0 or 1 or -1)) return Times(a, y);

        // x·a = a·x
        if (y.Number() is not null && x.Number() is null) return y * x;

        // (a·u)·(b·v) = ab·(u·v)
        var ((p, u), (q, v)) = (x.Scaled(), y.Scaled());
        if (x.Number() is { } factor) return q == 1 ? null : Times(factor * q, v);
        if (p != 1 || q != 1) return Times(p * q, u * v);

        // x·(a/z) = a·x/z, x·(y/z) = x·y/z
        if (y.Quotient() is var (above, below)) return above.Number() is { } c ? Times(c, x) / below : x * above / below;
        if (x.Quotient() is var (over, under)) return over.Number() is { } d ? Times(d, y) / under : over * y / under;

        // f(x)·x = x·f(x), and (u·f(x))·x = (u·x)·f(x)
        if (Weight(x) > Weight(y)) return y * x;
        return x.Op is MultiplyOp && Weight(x.Inputs[1]) > Weight(y) ? x.Inputs[0] * y * x.Inputs[1] : null;
    }

    /// <summary>What stands first in a product: variables, then their powers, then the rest.</summary>
    static int Weight(Expr x) => x.VariableName is not null ? 0 : x.Powered() is ({ VariableName: not null }, _) ? 1 : x.Op is MultiplyOp ? 0 : 2;

    static Expr? Divide(Expr x, Expr y)
    {
        // x/1 = x, 0/y = 0, x/x = 1
        if (y.Number() == 1) return x;
        if (x.Number() == 0) return x;
        if (ReferenceEquals(x, y)) return Like(x, 1);

        // (−x)/y = −(x/y), and x/(u·n) = (x/u)/n for a number n that all elements share
        if (x.Op is NegateOp && !IsNumberOverSomething(x.Inputs[0])) return -(x.Inputs[0] / y);
        if ((y.Op is BroadcastOp ? y.Inputs[0] : y) is { Op: MultiplyOp } divisor && divisor.Inputs.FirstOrDefault(Parts.IsRepeatedScalar) is { } shared)
            return x / Functions.Broadcast(divisor.Inputs[ReferenceEquals(divisor.Inputs[0], shared) ? 1 : 0], y.Shape) / Functions.Broadcast(shared.Inputs[0], y.Shape);

        // x/(−b·v) = −x/(b·v), x/(y/z) = x·z/y, (x/y)/z = x/(y·z), but a number all elements share stays the last divisor: (x/n)/z = (x/z)/n
        var (b, v) = y.Scaled();
        if (b < 0 && y.Number() is null) return -x / Times(-b, v);
        if (x.Quotient() is var (above, below))
            return (below.IsRepeatedScalar(), y.IsRepeatedScalar()) switch
            {
                (true, false) => above / y / below,
                (false, true) => null,
                _ => above / (below * y),
            };
        if (y.Op is DivideOp) return x * y.Inputs[1] / y.Inputs[0];

        // x·y/y = x
        if (x.Op is MultiplyOp)
            for (var i = 0; i < 2; i++)
                if (ReferenceEquals(x.Inputs[i], y)) return x.Inputs[1 - i];
        return null;
    }
}
