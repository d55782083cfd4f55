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
