using System.ComponentModel;

namespace FunctionalDL;

// The static members through which F#'s own sin, exp, abs, … and ** apply to expressions. C# has Functions.
public sealed partial class Expr
{
    /// <inheritdoc cref="Functions.Sin"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Expr Sin(Expr x) => Functions.Sin(x);

    /// <inheritdoc cref="Functions.Cos"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Expr Cos(Expr x) => Functions.Cos(x);

    /// <inheritdoc cref="Functions.Tan"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Expr Tan(Expr x) => Functions.Tan(x);

    /// <inheritdoc cref="Functions.Atan"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Expr Atan(Expr x) => Functions.Atan(x);

    /// <inheritdoc cref="Functions.Asin"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Expr Asin(Expr x) => Functions.Asin(x);

    /// <inheritdoc cref="Functions.Acos"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Expr Acos(Expr x) => Functions.Acos(x);

    /// <inheritdoc cref="Functions.Sinh"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Expr Sinh(Expr x) => Functions.Sinh(x);

    /// <inheritdoc cref="Functions.Cosh"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Expr Cosh(Expr x) => Functions.Cosh(x);

    /// <inheritdoc cref="Functions.Floor"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Expr Floor(Expr x) => Functions.Floor(x);

    /// <inheritdoc cref="Functions.Ceiling"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Expr Ceiling(Expr x) => Functions.Ceiling(x);

    /// <inheritdoc cref="Functions.Round"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Expr Round(Expr x) => Functions.Round(x);

    /// <inheritdoc cref="Functions.Truncate"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Expr Truncate(Expr x) => Functions.Truncate(x);

    /// <inheritdoc cref="Functions.Atan2"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Expr Atan2(Expr y, Expr x) => Functions.Atan2(y, x);

    /// <inheritdoc cref="Functions.Tanh"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Expr Tanh(Expr x) => Functions.Tanh(x);

    /// <inheritdoc cref="Functions.Exp"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Expr Exp(Expr x) => Functions.Exp(x);

    /// <inheritdoc cref="Functions.Log"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Expr Log(Expr x) => Functions.Log(x);

    /// <inheritdoc cref="Functions.Sqrt"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Expr Sqrt(Expr x) => Functions.Sqrt(x);

    /// <inheritdoc cref="Functions.Abs"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Expr Abs(Expr x) => Functions.Abs(x);

    /// <inheritdoc cref="Functions.Power(Expr, Expr)"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Expr Pow(Expr x, Expr y) => Functions.Power(x, y);

    /// <inheritdoc cref="Functions.Power(Expr, double)"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static Expr Pow(Expr x, double y) => Functions.Power(x, y);
}
