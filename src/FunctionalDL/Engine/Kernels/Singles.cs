using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using V = System.Runtime.Intrinsics.Vector512<float>;

namespace FunctionalDL.Engine;

/// <summary>
/// Elementary functions of float32 vectors. Each reduces its argument to a short interval, takes a polynomial there and undoes the
/// reduction. The coefficients were fitted for the least relative error (Lawson's iteration on Chebyshev nodes); the errors named are the
/// largest found over all of float32 by the tests.
/// </summary>
static class Singles
{
    /// <summary>ln 2 as a sum of two numbers, the first so short that its products with exponents are exact.</summary>
    const float Log2High = 0.693359375f, Log2Low = -2.12194440e-4f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Fma(V a, V b, V c) => Vector512.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Fma(V a, V b, float c) => Vector512.MultiplyAddEstimate(a, b, Vector512.Create(c));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Copysign(V size, V sign) => Vector512.ConditionalSelect(Vector512.Create(-0f), sign, size);

    /// <summary>eˣ = 2ⁿ · e^r with |r| ≤ ln 2 / 2. Error at most 1.5 ulp, also for results below the normal range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp(V x)
    {
        var bounded = Between(-104, x, 89);
        var n = Vector512.Round(bounded * 1.44269504f);
        var r = Fma(n, Vector512.Create(-Log2High), bounded);
        r = Fma(n, Vector512.Create(-Log2Low), r);
        var p = Fma(Vector512.Create(0.00139505998f), r, 0.00836892147f);
        p = Fma(p, r, 0.041666206f);
        p = Fma(p, r, 0.166665182f);
        p = Fma(p, r, 0.5f);
        p = Fma(Fma(p, r, 1f), r, 1f);
        if (Avx512F.IsSupported) return Avx512F.Scale(p, n);

        // In two factors, for 2ⁿ itself may be outside the range where the result is not.
        var whole = Vector512.ConvertToInt32Native(n);
        var half = whole >> 1;
        return p * PowerOfTwo(half) * PowerOfTwo(whole - half);
    }

    /// <summary>x, or the bound it is beyond. NaN stays: where a comparison fails, the result is the second operand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Between(float least, V x, float most) =>
        Vector512.MinNative(Vector512.Create(most), Vector512.MaxNative(Vector512.Create(least), x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V PowerOfTwo(Vector512<int> n) => ((n + Vector512.Create(127)) << 23).AsSingle();

    /// <summary>ln x = n ln 2 + ln(1 + f) with √½ ≤ 1 + f &lt; √2. Error at most 1 ulp; −∞ at 0, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log(V x)
    {
        // Numbers below the normal range are scaled into it.
        var tiny = Vector512.LessThan(x, Vector512.Create(1.17549435e-38f));
        var scaled = Vector512.ConditionalSelect(tiny, x * 8388608f, x);
        var bits = scaled.AsInt32() - Vector512.Create(0x3F3504F3);
        var exponent = (bits >> 23) - (Vector512.Create(23) & tiny.AsInt32());
        var f = ((bits & Vector512.Create(0x007FFFFF)) + Vector512.Create(0x3F3504F3)).AsSingle() - V.One;
        var n = Vector512.ConvertToSingle(exponent);

        var p = Fma(Vector512.Create(0.0674645454f), f, -0.116756231f);
        p = Fma(p, f, 0.118882321f);
        p = Fma(p, f, -0.124055974f);
        p = Fma(p, f, 0.142195433f);
        p = Fma(p, f, -0.166679949f);
        p = Fma(p, f, 0.200021192f);
        p = Fma(p, f, -0.250000089f);
        p = Fma(p, f, 0.333333135f);
        var square = f * f;
        var rest = Fma(p * f, square, n * Log2Low);
        var result = Fma(n, Vector512.Create(Log2High), f + Fma(Vector512.Create(-0.5f), square, rest));

        result = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(float.PositiveInfinity)), result, x);
        result = Vector512.ConditionalSelect(Vector512.Equals(x, V.Zero), Vector512.Create(float.NegativeInfinity), result);
        return Vector512.ConditionalSelect(Vector512.LessThan(x, V.Zero), Vector512.Create(float.NaN), result);
    }

    /// <summary>tanh x: x + x³ P(x²) near 0, and 1 − 2/(e^2|x| + 1) further out. Error at most 2 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh(V x)
    {
        const float near = 0.625f;
        var size = Vector512.Abs(x);
        var s = x * x;
        var p = Fma(Vector512.Create(-0.00570497802f), s, 0.0206390787f);
        p = Fma(p, s, -0.0537397116f);
        p = Fma(p, s, 0.133314416f);
        p = Fma(p, s, -0.333332807f);
        var inner = Fma(p * s, x, x);
        var outer = V.One - Vector512.Create(2f) / (Exp(size + size) + V.One);
        // The sign of −0 is lost in the sum.
        return Copysign(Vector512.ConditionalSelect(Vector512.LessThan(size, Vector512.Create(near)), inner, outer), x);
    }

    /// <summary>erf x, given e^−x²: x + x P(x²) near 0, and 1 − e^−x² Q(|x|) further out. Error at most 2 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Erf(V x, V gaussian)
    {
        const float near = 0.92f, one = 4;
        var size = Vector512.Abs(x);
        var s = x * x;
        var p = Fma(Vector512.Create(-0.000600062427f), s, 0.00499506481f);
        p = Fma(p, s, -0.0267678853f);
        p = Fma(p, s, 0.112818509f);
        p = Fma(p, s, -0.376124978f);
        p = Fma(p, s, 0.128379151f);
        var inner = Fma(p, x, x);

        var t = Vector512.MinNative(Vector512.Create(one), size);
        var q = Fma(Vector512.Create(-0.000461596384f), t, 0.00690619135f);
        q = Fma(q, t, -0.0456761606f);
        q = Fma(q, t, 0.177326709f);
        q = Fma(q, t, -0.453517467f);
        q = Fma(q, t, 0.813820899f);
        q = Fma(q, t, -1.05943513f);
        q = Fma(q, t, 0.988620102f);
        var outer = Fma(-gaussian, q, 1f);
        return Vector512.ConditionalSelect(Vector512.LessThan(size, Vector512.Create(near)), inner, Copysign(outer, x));
    }
}
