namespace FunctionalDL.Rules;

/// <summary>A number as above/below, so that 2/3 stays what it is: whole parts are kept whole and reduced, and below is positive.</summary>
readonly record struct Ratio
{
    const double LargestWhole = 1L << 53;

    public Ratio(double above, double below = 1)
    {
        if (below < 0) (above, below) = (-above, -below);
        if (IsWhole(above) && IsWhole(below) && Divisor(above, below) is var divisor and > 1) (above, below) = (above / divisor, below / divisor);
        (Above, Below) = IsWhole(below) && (below == 1 || above / below * below != above || IsWhole(above)) ? (above, below) : (above / below, 1);
    }

    public double Above { get; }

    public double Below { get; }

    public double Value => Above / Below;

    public static implicit operator Ratio(double x) => new(x);

    public static Ratio operator -(Ratio x) => new(-x.Above, x.Below);

    public static Ratio operator +(Ratio x, Ratio y) => x.Below == y.Below ? new(x.Above + y.Above, x.Below) : new(x.Above * y.Below + y.Above * x.Below, x.Below * y.Below);

    public static Ratio operator *(Ratio x, Ratio y) => new(x.Above * y.Above, x.Below * y.Below);

    public static Ratio operator /(Ratio x, Ratio y) => new(x.Above * y.Below, x.Below * y.Above);

    static bool IsWhole(double x) => Math.Floor(x) == x && Math.Abs(x) <= LargestWhole;

    /// <summary>The greatest common divisor, by Euclid.</summary>
    static double Divisor(double a, double b)
    {
        for (a = Math.Abs(a); b != 0;) (a, b) = (b, a % b);
        return a;
    }
}
