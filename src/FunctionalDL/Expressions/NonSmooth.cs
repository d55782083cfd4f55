namespace FunctionalDL;

/// <summary>In which way a function is not differentiable at a point.</summary>
public enum NonSmoothKind
{
    /// <summary>The slopes on both sides differ: the library takes one of the subgradients.</summary>
    Kink,

    /// <summary>The value jumps: the library takes the derivative of the piece the point belongs to.</summary>
    Jump,

    /// <summary>The value or the slope is infinite.</summary>
    Pole,

    /// <summary>The function has no value here.</summary>
    OutsideDomain,
}

/// <summary>What is wrong at an op's inputs, and what the library's derivative is there.</summary>
readonly record struct NonSmooth(NonSmoothKind Kind, string Explanation)
{
    /// <summary>Whether a number lies on, or within a distance from, a whole number and a part of one.</summary>
    public static bool Step(double x, double within, double at) => double.IsFinite(x)
        && (Math.Floor(x - within - at) != Math.Floor(x + within - at) || within >= 0 && Math.Floor(x - at) == x - at);
}
