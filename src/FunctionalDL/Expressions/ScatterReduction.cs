namespace FunctionalDL;

/// <summary>What becomes of an element and of the updates that are put where it is.</summary>
public enum ScatterReduction
{
    /// <summary>The last update takes its place.</summary>
    Set,

    /// <summary>Their sum.</summary>
    Add,

    /// <summary>Their product.</summary>
    Multiply,

    /// <summary>The largest of them.</summary>
    Maximum,

    /// <summary>The smallest of them.</summary>
    Minimum,
}
