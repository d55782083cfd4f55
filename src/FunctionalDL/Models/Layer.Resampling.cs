namespace FunctionalDL;

public sealed partial class Layer
{
    /// <summary>
    /// Images made larger by a whole factor: <c>[batch, channels, height, width] → [batch, channels, height·factor, width·factor]</c>.
    /// </summary>
    /// <param name="factor">How many rows and columns each becomes.</param>
    /// <param name="mode">
    /// Whether elements are repeated, or interpolated (<see cref="ResizeCoordinates.HalfPixel"/>).
    /// </param>
    /// <exception cref="FunctionalException">A factor is below 1.</exception>
    public static Layer Upsample2D(Size2D factor, ResizeMode mode = ResizeMode.Nearest)
    {
        Positive("Upsample2D", ("factor", factor.Height), ("factor", factor.Width));
        return Of(
            "upsample2d",
            x =>
            {
                Spatial("Upsample2D", x, 2);
                return Functions.Resize(x, new() { Axes = [2, 3], Scales = [factor.Height, factor.Width], Mode = mode });
            });
    }
}
