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

    /// <summary>a − b·q with q = a/b cut towards 0. A whole number divided by 0 is an error.</summary>
    public static T Remainder<T>(T a, T b) where T : INumber<T>
    {
        if (!IsWhole<T>()) return a % b;
        if (T.IsZero(b)) throw new TensorException("Remainder: a whole number is divided by 0. Guard the divisor, or cast to a float.");
        // The smallest number divided by −1 would be an error of the processor.
        return T.IsNegative(b) && b == -T.One ? T.Zero : a % b;
    }

    /// <summary>
    /// aⁿ for whole numbers, by squares; it wraps around. A power with an exponent below 0 is a whole number for ±1 alone.
    /// </summary>
    public static T WholePower<T>(T a, T n) where T : INumber<T>
    {
        if (T.IsNegative(n) && a != T.One && a != -T.One)
            throw new TensorException(
                FormattableString.Invariant($"Power: the whole number {a} is raised to {n}, below 0. Cast both sides to a float."));
        var (result, square, two) = (T.One, a, T.One + T.One);
        for (; !T.IsZero(n); n /= two, square *= square)
            if (!T.IsZero(n % two)) result *= square;
        return result;
    }

    /// <summary>Whether numbers of a type are whole ones.</summary>
    public static bool IsWhole<T>() where T : INumber<T> => T.One / (T.One + T.One) == T.Zero;

    /// <summary>1/(1 + e⁻ˣ) for x ≥ 0 and eˣ/(1 + eˣ) below, so that e is never raised to a large power.</summary>
    public static T Sigmoid<T>(T x) where T : IFloatingPointIeee754<T>
    {
        var e = T.Exp(-T.Abs(x));
        return (x >= T.Zero ? T.One : e) / (T.One + e);
    }
}
