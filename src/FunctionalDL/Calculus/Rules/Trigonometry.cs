using FunctionalDL.Ops;
using static FunctionalDL.Rules.Parts;

namespace FunctionalDL.Rules;

/// <summary>Even and odd functions, and sin² + cos² = 1.</summary>
static class Trigonometry
{
    /// <summary>f(−x) = −f(x) for sin, tanh, arctan and erf; cos(−x) = cos x; |−x| = |x|; ||x|| = |x|.</summary>
    public static Expr? Parity(Expr node)
    {
        var x = node.Inputs[0];
        if (node.Op is AbsOp && x.Op is AbsOp) return x;
        var (a, u) = x.Scaled();
        if (x.Number() is not null || a >= 0) return null;
        var mirrored = new Expr(node.Op, Times(-a, u));
        return node.Op is CosOp or AbsOp ? mirrored : -mirrored;
    }

    /// <summary>sin²x + cos²x = 1, 1 − sin²x = cos²x, 1 − cos²x = sin²x.</summary>
    public static Expr? Pythagoras(Expr node)
    {
        if (node.Op is NegateOp) return null;
        var (x, y) = (node.Inputs[0], node.Inputs[1]);
        if (Squared(y) is not { } v) return null;
        return node.Op switch
        {
            AddOp when Squared(x) is { } u && u.Op.GetType() != v.Op.GetType() && ReferenceEquals(u.Inputs[0], v.Inputs[0]) => Like(x, 1),
            SubtractOp when x.Number() == 1 => Functions.Square(v.Op is SinOp ? Functions.Cos(v.Inputs[0]) : Functions.Sin(v.Inputs[0])),
            _ => null,
        };
    }

    /// <summary>The sine or cosine of which x is the square.</summary>
    static Expr? Squared(Expr x) => x.Powered() is ({ Op: SinOp or CosOp } u, 2) ? u : null;
}
