using System.Numerics;

namespace FunctionalDL.Rules;

/// <summary>A number as above/below, so that 2/3 stays what it is: whole parts are kept whole and reduced, and below is positive.</summary>
readonly record struct Ratio
{
    /// <summary>Up to here a whole number that was read or computed is the exact one: 2⁵³ may have been 2⁵³ + 1.</summary>
    public const double LargestWhole = (1L << 53) - 1;

    /// <summary>
    /// The smallest number that keeps all its digits, and the largest: of 2^(1 − b) to about 2^(b + 1), with the bias b of the exponents.
    /// </summary>
    readonly struct Range : IRealVisitor<(double, double)>
    {
        public (double, double) Visit<T>() where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
        {
            var largest = double.CreateSaturating(T.MaxValue);
            return (Math.ScaleB(1, 1 - Math.ILogB(largest)), largest);
        }
    }

    public Ratio(double above, double below = 1)
    {
        if (below < 0)
            (above, below) = (-above, -below);
        if (IsWhole(above) && IsWhole(below) && Divisor(above, below) is var divisor and > 1)
            (above, below) = (above / divisor, below / divisor);
        (Above, Below) =
            IsWhole(below) && (below == 1 || above / below * below != above || IsWhole(above)) ? (above, below) : (above / below, 1);
    }

    public double Above { get; }

    public double Below { get; }

    public double Value => Above / Below;

    public static implicit operator Ratio(double x) => new(x);

    public static Ratio operator -(Ratio x) => new(-x.Above, x.Below);

    public static Ratio operator +(Ratio x, Ratio y) =>
        x.Below == y.Below ? new(x.Above + y.Above, x.Below) : new(x.Above * y.Below + y.Above * x.Below, x.Below * y.Below);

    public static Ratio operator *(Ratio x, Ratio y) => Of(x.Above * y.Above, x.Below * y.Below, x.Above == 0 || y.Above == 0);

    public static Ratio operator /(Ratio x, Ratio y) => y.Above == 0 ? double.NaN : Of(x.Above * y.Below, x.Below * y.Above, x.Above == 0);

    /// <summary>No number where a result that is not 0 is too small to be told from it.</summary>
    static Ratio Of(double above, double below, bool isZero)
    {
        var ratio = new Ratio(above, below);
        return ratio.Above == 0 && !isZero ? double.NaN : ratio;
    }

    /// <summary>Whether the number can be written in a dtype: a whole number exactly, a float to full precision.</summary>
    public bool Fits(DType dtype)
    {
        // Numbers of few bits are not rewritten: they wrap around or round where those of many do not. Nor are those without signs.
        if (dtype.IsNarrow() || dtype.IsUnsigned()) return false;
        var (smallest, largest) = dtype.IsFloat() ? dtype.VisitReals<Range, (double, double)>(new()) : (1, LargestWhole);
        return (Above == 0 || InRange(Above) && InRange(Value)) && InRange(Below) && (dtype.IsFloat() || Below == 1 && IsWhole(Above));

        bool InRange(double x) => Math.Abs(x) >= smallest && Math.Abs(x) <= largest;
    }

    static bool IsWhole(double x) => Math.Floor(x) == x && Math.Abs(x) <= LargestWhole;

    /// <summary>The greatest common divisor, by Euclid.</summary>
    static double Divisor(double a, double b)
    {
        for (a = Math.Abs(a); b != 0;) (a, b) = (b, a % b);
        return a;
    }
}
