using FunctionalDL.Ops;

namespace FunctionalDL.Rules;

/// <summary>What rules look for in expressions.</summary>
static class Parts
{
    /// <summary>
    /// The number an expression is everywhere, where it is a constant repeated. Numbers that have a name, e and π, are kept like
    /// variables.
    /// </summary>
    public static double? Number(this Expr x) => x.Known() is { } value && NamedFunctions.NameOf(value) is null ? value : null;

    /// <summary>The number an expression is everywhere, whether it has a name or not.</summary>
    public static double? Known(this Expr x)
    {
        return x.DType.IsNumeric() && x.RepeatedNumber is { } value && Math.Abs(value) <= Largest(x.DType) ? value : null;

        // Infinities and NaN have rules of their own.
        static double Largest(DType dtype) => dtype.IsFloat() ? double.MaxValue : Ratio.LargestWhole;
    }

    public static bool IsNamed(this Expr x) => x.Known() is { } value && NamedFunctions.NameOf(value) is not null;

    public static bool IsE(this Expr x) => x.Known() == Math.E;

    /// <summary>An expression as a number times a rest: a·x, −x and x itself.</summary>
    public static (double Factor, Expr Of) Scaled(this Expr x) => x.Op switch
    {
        NegateOp => (-1, x.Inputs[0]),
        MultiplyOp when x.Inputs[0].Number() is { } a => (a, x.Inputs[1]),
        _ => (1, x),
    };

    /// <summary>A number times an expression, in its shortest form.</summary>
    public static Expr Times(double a, Expr x) => a switch
    {
        1 => x,
        -1 => -x,
        0 => Functions.Full(x, 0),
        _ => a * x,
    };

    /// <summary>An expression as base and whole exponent: x is x¹.</summary>
    public static (Expr Base, double Exponent) Powered(this Expr x) =>
        x.Op is PowerOp && x.Inputs[1].Number() is { } n ? (x.Inputs[0], n) : (x, 1);

    /// <summary>Whether an expression is one number, known or not, repeated over axes.</summary>
    public static bool IsRepeatedScalar(this Expr x) => x.Op is BroadcastOp && x.Inputs[0].Rank == 0;

    public static bool IsWhole(double n) => Math.Floor(n) == n;

    /// <summary>A constant of x's type, of a number.</summary>
    public static Expr Like(Expr x, double value) => Functions.Full(x, value);
}
