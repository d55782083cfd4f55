using static FunctionalDL.Functions;

namespace FunctionalDL;

public sealed partial class Expr
{
    Expr Number(double value) => Constant(value, DType);

    /// <summary>x + y, broadcast.</summary>
    public static Expr operator +(Expr x, Expr y) => Add(x, y);

    /// <summary>x + y with a number of x's dtype.</summary>
    public static Expr operator +(Expr x, double y) => Add(x, x.Number(y));

    /// <summary>x + y with a number of y's dtype.</summary>
    public static Expr operator +(double x, Expr y) => Add(y.Number(x), y);

    /// <summary>x − y, broadcast.</summary>
    public static Expr operator -(Expr x, Expr y) => Subtract(x, y);

    /// <summary>x − y with a number of x's dtype.</summary>
    public static Expr operator -(Expr x, double y) => Subtract(x, x.Number(y));

    /// <summary>x − y with a number of y's dtype.</summary>
    public static Expr operator -(double x, Expr y) => Subtract(y.Number(x), y);

    /// <summary>x · y elementwise, broadcast. The matrix product is <see cref="Functions.MatMul"/>.</summary>
    public static Expr operator *(Expr x, Expr y) => Multiply(x, y);

    /// <summary>x · y with a number of x's dtype.</summary>
    public static Expr operator *(Expr x, double y) => Multiply(x, x.Number(y));

    /// <summary>x · y with a number of y's dtype.</summary>
    public static Expr operator *(double x, Expr y) => Multiply(y.Number(x), y);

    /// <summary>x / y elementwise, broadcast.</summary>
    public static Expr operator /(Expr x, Expr y) => Divide(x, y);

    /// <summary>x / y with a number of x's dtype.</summary>
    public static Expr operator /(Expr x, double y) => Divide(x, x.Number(y));

    /// <summary>x / y with a number of y's dtype.</summary>
    public static Expr operator /(double x, Expr y) => Divide(y.Number(x), y);

    /// <summary>−x.</summary>
    public static Expr operator -(Expr x) => Negate(x);

    /// <summary>x &lt; y elementwise, as bool.</summary>
    public static Expr operator <(Expr x, Expr y) => Less(x, y);

    /// <summary>x &gt; y elementwise, as bool.</summary>
    public static Expr operator >(Expr x, Expr y) => Less(y, x);

    /// <summary>x ≤ y elementwise, as bool.</summary>
    public static Expr operator <=(Expr x, Expr y) => LessOrEqual(x, y);

    /// <summary>x ≥ y elementwise, as bool.</summary>
    public static Expr operator >=(Expr x, Expr y) => LessOrEqual(y, x);

    /// <summary>x &lt; y with a number of x's dtype.</summary>
    public static Expr operator <(Expr x, double y) => Less(x, x.Number(y));

    /// <summary>x &gt; y with a number of x's dtype.</summary>
    public static Expr operator >(Expr x, double y) => Less(x.Number(y), x);

    /// <summary>x ≤ y with a number of x's dtype.</summary>
    public static Expr operator <=(Expr x, double y) => LessOrEqual(x, x.Number(y));

    /// <summary>x ≥ y with a number of x's dtype.</summary>
    public static Expr operator >=(Expr x, double y) => LessOrEqual(x.Number(y), x);

    /// <summary>Truth of both, for bool expressions.</summary>
    public static Expr operator &(Expr x, Expr y) => And(x, y);

    /// <summary>Truth of either, for bool expressions.</summary>
    public static Expr operator |(Expr x, Expr y) => Or(x, y);

    /// <summary>The opposite, for bool expressions.</summary>
    public static Expr operator !(Expr x) => Not(x);
}
