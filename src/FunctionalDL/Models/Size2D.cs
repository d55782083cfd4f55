namespace FunctionalDL;

/// <summary>A height and a width, such as a window's; one number stands for both.</summary>
/// <param name="Height">The number along the first spatial axis.</param>
/// <param name="Width">The number along the second.</param>
public readonly record struct Size2D(int Height, int Width)
{
    /// <summary>The same number for both.</summary>
    public static implicit operator Size2D(int side) => new(side, side);

    /// <summary>A height and a width.</summary>
    public static implicit operator Size2D((int Height, int Width) size) => new(size.Height, size.Width);

    internal int[] ToArray() => [Height, Width];
}
