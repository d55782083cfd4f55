namespace FunctionalDL;

/// <summary>What comparing a gradient with difference quotients says.</summary>
public enum GradientVerdict
{
    /// <summary>They agree, to the tolerance.</summary>
    Agrees,

    /// <summary>They differ by more than the tolerance and what the quotients may be wrong by.</summary>
    Disagrees,

    /// <summary>No quotient is exact enough, or there is no derivative at the point.</summary>
    CannotBeCompared,
}
