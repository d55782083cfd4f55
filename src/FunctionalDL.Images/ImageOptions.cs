namespace FunctionalDL;

/// <summary>What tensors images become.</summary>
public sealed record ImageOptions
{
    /// <summary>
    /// The number of channels: 3 for red, green and blue, or 1 for grey, 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601).
    /// Transparency is left out.
    /// </summary>
    public int Channels { get; init; } = 3;

    /// <summary>The height and width to resize images to; if not given they must all have the same.</summary>
    public Size2D? Size { get; init; }
}
