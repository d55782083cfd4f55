using System.Globalization;

namespace FunctionalDL;

/// <summary>What a function of one number is like at a point, seen from both sides.</summary>
public enum Smoothness
{
    /// <summary>The slopes from both sides are one: it is the derivative.</summary>
    Differentiable,

    /// <summary>The slopes from both sides differ.</summary>
    Kink,

    /// <summary>The value jumps.</summary>
    Jump,

    /// <summary>The value is finite and a slope is infinite.</summary>
    VerticalTangent,

    /// <summary>The function has a value at the point and none on one side of it.</summary>
    Edge,

    /// <summary>The function has no finite value at the point.</summary>
    NoValue,

    /// <summary>The values near the point do not settle to anything.</summary>
    Unknown,
}

/// <summary>The slopes of a function of one number at a point, from values below and above it.</summary>
/// <param name="Kind">What the function is like.</param>
/// <param name="Below">The slope from below; ±∞ where it is infinite or the value jumps, NaN where there is none.</param>
/// <param name="Above">The slope from above.</param>
public sealed record Slopes(Smoothness Kind, double Below, double Above)
{
    /// <summary>The derivative; NaN where there is none.</summary>
    public double Derivative => Kind == Smoothness.Differentiable ? (Below + Above) / 2 : double.NaN;

    /// <summary>
    /// Looks at a function on both sides of a point. What it finds is numerical: right to about six digits, and blind to what happens
    /// on a smaller scale.
    /// </summary>
    /// <param name="f">The function; NaN or ±∞ where it has no value.</param>
    /// <param name="x">The point.</param>
    public static Slopes Of(Func<double, double> f, double x)
    {
        if (!double.IsFinite(f(x))) return new(Smoothness.NoValue, double.NaN, double.NaN);
        var (below, above) = (OneSidedSlope.Of(f, x, -1), OneSidedSlope.Of(f, x, 1));
        return new(KindOf(below, above), Slope(below, f(x) - below.Value), Slope(above, above.Value - f(x)));
    }

    static Smoothness KindOf(OneSidedSlope below, OneSidedSlope above)
    {
        bool Any(SideKind kind) => below.Kind == kind || above.Kind == kind;
        if (Any(SideKind.NoValue)) return Smoothness.Edge;
        if (Any(SideKind.Jump)) return Smoothness.Jump;
        if (Any(SideKind.Unknown)) return Smoothness.Unknown;
        if (Any(SideKind.Infinite)) return Smoothness.VerticalTangent;
        return below.Agrees(above) ? Smoothness.Differentiable : Smoothness.Kink;
    }

    static double Slope(OneSidedSlope side, double jump) => side.Kind switch
    {
        SideKind.Slope or SideKind.Infinite => side.Value,
        SideKind.Jump => jump > 0 ? double.PositiveInfinity : double.NegativeInfinity,
        _ => double.NaN,
    };

    /// <summary>What is known, as the end of a sentence about the function.</summary>
    public override string ToString() => Kind switch
    {
        Smoothness.Differentiable => $"is differentiable here: its slope is {Text(Derivative)} from both sides",
        Smoothness.Kink => $"has a kink here: its slope is {Text(Below)} from below and {Text(Above)} from above",
        Smoothness.Jump => "jumps here",
        Smoothness.VerticalTangent => $"has no finite slope here: it is {Text(Below)} from below and {Text(Above)} from above",
        Smoothness.Edge when double.IsNaN(Below) && double.IsNaN(Above) => "has a value here and none beside it",
        Smoothness.Edge when double.IsNaN(Below) => $"has no value below this point; its slope from above is {Text(Above)}",
        Smoothness.Edge => $"has no value above this point; its slope from below is {Text(Below)}",
        Smoothness.NoValue => "has no value here",
        _ => "does not settle to a slope here that values near it would show",
    };

    // The number is known to about six digits.
    static string Text(double slope) => Expr.Constant(double.IsFinite(slope) ? Rounded(slope) : slope).Print();

    static double Rounded(double slope) => double.Parse(slope.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
