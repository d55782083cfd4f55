namespace FunctionalDL;

/// <summary>What a value between elements is made of.</summary>
public enum SampleMode
{
    /// <summary>The elements around: two along each axis.</summary>
    Linear,

    /// <summary>The nearest element; in the middle between two the even one.</summary>
    Nearest,

    /// <summary>Four elements along each axis, by the cubic curve with −¾ (Keys 1981).</summary>
    Cubic,
}

/// <summary>What lies beyond the elements.</summary>
public enum SamplePadding
{
    /// <summary>Zeros.</summary>
    Zeros,

    /// <summary>The element at the end.</summary>
    Border,

    /// <summary>The elements in reverse order, and so on.</summary>
    Reflection,
}
