using System.Numerics;

namespace FunctionalDL.Ops;

/// <summary>Elementary functions in the forms that keep their precision where the textbook form loses it.</summary>
static class SpecialValues
{
    /// <summary>
    /// ln(1 + x). With u the rounded 1 + x, ln(u)·x/(u − 1) cancels the rounding of u (Kahan; Higham, Accuracy and Stability, §1.14.1).
    /// </summary>
    public static T Log1P<T>(T x) where T : IFloatingPointIeee754<T>
    {
        var u = T.One + x;
        if (u == T.One) return x;
        return T.IsPositiveInfinity(u) ? u : T.Log(u) * (x / (u - T.One));
    }

    /// <summary>eˣ − 1, by the same cancellation: with u the rounded eˣ, (u − 1)·x/ln u.</summary>
    public static T Expm1<T>(T x) where T : IFloatingPointIeee754<T>
    {
        var u = T.Exp(x);
        if (u == T.One) return x;
        var less = u - T.One;
        return less == -T.One || T.IsInfinity(u) ? less : less * (x / T.Log(u));
    }

    /// <summary>erf x, which is −0 for −0.</summary>
    public static T Erf<T>(T x) where T : IFloatingPointIeee754<T> =>
        T.IsZero(x) ? x : T.CreateChecked(MathNet.Numerics.SpecialFunctions.Erf(double.CreateChecked(x)));

    /// <summary>1/(1 + e⁻ˣ) for x ≥ 0 and eˣ/(1 + eˣ) below, so that e is never raised to a large power.</summary>
    public static T Sigmoid<T>(T x) where T : IFloatingPointIeee754<T>
    {
        var e = T.Exp(-T.Abs(x));
        return (x >= T.Zero ? T.One : e) / (T.One + e);
    }
}
