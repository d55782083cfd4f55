namespace FunctionalDL;

/// <summary>What an element of a resized tensor is made of.</summary>
public enum ResizeMode
{
    /// <summary>The nearest element.</summary>
    Nearest,

    /// <summary>The two elements around, along each axis.</summary>
    Linear,

    /// <summary>The four elements around, along each axis (Keys 1981).</summary>
    Cubic,
}

/// <summary>Where an element of a resized tensor lies in the original: x of it in terms of its index i, n elements becoming m.</summary>
public enum ResizeCoordinates
{
    /// <summary>x = (i + ½)/scale − ½: elements are areas, and the borders of both tensors meet.</summary>
    HalfPixel,

    /// <summary>The same, with the middles of both tensors in one place where m is not n·scale.</summary>
    HalfPixelSymmetric,

    /// <summary>As <see cref="HalfPixel"/>, and 0 where m is 1.</summary>
    PyTorchHalfPixel,

    /// <summary>x = i·(n − 1)/(n·scale − 1): elements are points, and the first and last of both tensors meet.</summary>
    AlignCorners,

    /// <summary>x = i/scale.</summary>
    Asymmetric,

    /// <summary>The first and last elements are the ends of a region of the original, as TensorFlow's crop_and_resize has it.</summary>
    CropAndResize,
}

/// <summary>Which of two elements is the nearest.</summary>
public enum ResizeRounding
{
    /// <summary>The nearer one; in the middle the first.</summary>
    PreferFloor,

    /// <summary>The nearer one; in the middle the second.</summary>
    PreferCeiling,

    /// <summary>The first.</summary>
    Floor,

    /// <summary>The second.</summary>
    Ceiling,
}

/// <summary>What becomes of the proportions of a tensor that is given sizes.</summary>
public enum ResizeAspect
{
    /// <summary>Each axis is stretched to its size.</summary>
    Stretch,

    /// <summary>They stay, and no axis becomes larger than its size.</summary>
    NotLarger,

    /// <summary>They stay, and no axis becomes smaller than its size.</summary>
    NotSmaller,
}

/// <summary>How a tensor is resized by <see cref="Functions.Resize"/>: the attributes of ONNX's Resize.</summary>
public sealed record ResizeOptions
{
    /// <summary>The axes that are resized; all if not given.</summary>
    public IReadOnlyList<int>? Axes { get; init; }

    /// <summary>The sizes they become; or give <see cref="Scales"/>.</summary>
    public Shape? Sizes { get; init; }

    /// <summary>How much larger they become: m = ⌊n·scale⌋, in float32.</summary>
    public IReadOnlyList<double>? Scales { get; init; }

    /// <summary>What an element is made of.</summary>
    public ResizeMode Mode { get; init; }

    /// <summary>Where an element lies in the original.</summary>
    public ResizeCoordinates Coordinates { get; init; }

    /// <summary>Which of two elements is the nearest.</summary>
    public ResizeRounding Rounding { get; init; }

    /// <summary>The parameter of the cubic curve.</summary>
    public double CubicCoefficient { get; init; } = -0.75;

    /// <summary>Whether elements beyond the ends have no part, instead of being those at the ends.</summary>
    public bool ExcludeOutside { get; init; }

    /// <summary>Whether an axis that becomes smaller is made of all its elements, not only of those next to a place.</summary>
    public bool Antialias { get; init; }

    /// <summary>What becomes of the proportions, where sizes are given.</summary>
    public ResizeAspect Aspect { get; init; }

    /// <summary>
    /// The region for <see cref="ResizeCoordinates.CropAndResize"/>: for each axis where it starts, then where it ends; 0 to 1.
    /// </summary>
    public IReadOnlyList<double>? Region { get; init; }

    /// <summary>The value of what is taken from outside, for <see cref="ResizeCoordinates.CropAndResize"/>.</summary>
    public double Extrapolation { get; init; }

    /// <summary>The mode, and the sizes or scales.</summary>
    public override string ToString() => $"{Mode}, {Coordinates}, "
        + (Sizes is null ? string.Join(", ", (Scales ?? []).Select(s => FormattableString.Invariant($"×{s:R}"))) : $"to {Sizes}");
}
