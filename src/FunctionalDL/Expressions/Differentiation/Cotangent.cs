using FunctionalDL.Ops;
using static FunctionalDL.Functions;

namespace FunctionalDL;

/// <summary>
/// A gradient on its way back: the value where the mask is true (everywhere, if there is none), and 0 elsewhere, whatever the value is
/// there; 0 everywhere if the flag, one truth value, is false.
/// </summary>
/// <remarks>
/// What goes back into a branch of <see cref="Select"/> is masked so. Functions of one element at a time leave the mask as it is, and 0
/// takes the place of what they made of the elements not taken only afterwards: a slope that is infinite or no number there meets no 0
/// that it would make NaN of. Masks go through elementwise ops, ops that move elements, sums and extremes; they end at products,
/// convolutions and loops. A flag, of a condition that is the same for all elements, goes through all.
/// </remarks>
readonly record struct Cotangent(Expr Value, Expr? Mask = null, Expr? Flag = null)
{
    /// <summary>The gradient with its zeros in place.</summary>
    public Expr Clean => All is { } all ? Select(all, Value, ZerosLike(Value)) : Value;

    Expr? All
    {
        get
        {
            if (Flag is null) return Mask;
            return Mask is null ? Broadcast(Flag, Value.Shape) : And(Mask, Flag);
        }
    }

    /// <summary>0 where another mask is false, too.</summary>
    public Cotangent Within(Expr? mask)
    {
        var (all, flag) = (mask, Flag);
        for (; all?.Op is AndOp && Single(all.Inputs[1]) is { } part; all = all.Inputs[0]) flag = Both(flag, part);
        if (all is null) return this;
        return Single(all) is { } single ? this with { Flag = Both(flag, single) } : new(Value, Both(Mask, all), flag);
    }

    public static Cotangent operator +(Cotangent a, Cotangent b)
    {
        if (a.Flag == b.Flag && a.Mask == b.Mask) return a with { Value = a.Value + b.Value };
        // The two branches of one Select, perhaps inside a branch of another.
        if (a.Flag == b.Flag && IsOpposite(a.Mask, b.Mask)) return new(Select(a.Mask!, a.Value, b.Value), null, a.Flag);
        if (a.Flag == b.Flag && IsOpposite(b.Mask, a.Mask)) return new(Select(b.Mask!, b.Value, a.Value), null, a.Flag);
        if (a.Mask == b.Mask && IsOpposite(a.Flag, b.Flag)) return new(Select(a.Flag!, a.Value, b.Value), a.Mask);
        if (a.Mask == b.Mask && IsOpposite(b.Flag, a.Flag)) return new(Select(b.Flag!, b.Value, a.Value), a.Mask);
        var flag = Either(a.Flag, b.Flag);
        return new(a.Clean + b.Clean, flag is null ? Either(a.All, b.All) : Either(a.Mask, b.Mask), flag);
    }

    /// <summary>The truth value a mask is everywhere, if it is one.</summary>
    static Expr? Single(Expr mask)
    {
        if (mask.Op is NotOp) return Single(mask.Inputs[0]) is { } opposite ? Not(opposite) : null;
        if (mask.Rank == 0) return mask;
        return mask.Op is BroadcastOp && mask.Inputs[0].Shape.Elements == 1 ? Reshape(mask.Inputs[0], Shape.Scalar) : null;
    }

    static Expr Both(Expr? a, Expr b) => a is null || a == b ? b : And(a, b);

    /// <summary>Where one of two masks or flags is true.</summary>
    public static Expr? Either(Expr? a, Expr? b)
    {
        if (a is null || b is null) return null;
        return a == b ? a : Or(a, b);
    }

    static bool IsOpposite(Expr? a, Expr? b) => a is not null && b?.Op is NotOp && b.Inputs[0] == a;
}
