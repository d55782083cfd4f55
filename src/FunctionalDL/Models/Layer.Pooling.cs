namespace FunctionalDL;

public sealed partial class Layer
{
    /// <summary>
    /// The largest element in a window at each position: <c>[batch, channels, time] → [batch, channels, positions]</c>.
    /// </summary>
    /// <param name="window">The size of the window.</param>
    /// <param name="stride">The step from one position to the next; the window's size if not given.</param>
    /// <param name="padding">How far the window reaches over the ends; not at all if not given.</param>
    /// <exception cref="FunctionalException">A number is below 1.</exception>
    public static Layer MaxPool1D(int window, int? stride = null, Padding? padding = null) =>
        Pooling("maxpool1d", [window], stride is { } s ? [s] : null, (x, size, step) => Functions.MaxPool(x, size, step, padding));

    /// <summary>
    /// The largest element in a window at each position: <c>[batch, channels, height, width] → [batch, channels, rows, columns]</c>.
    /// </summary>
    /// <inheritdoc cref="MaxPool1D"/>
    public static Layer MaxPool2D(Size2D window, Size2D? stride = null, Padding? padding = null) =>
        Pooling("maxpool2d", window.ToArray(), stride?.ToArray(), (x, size, step) => Functions.MaxPool(x, size, step, padding));

    /// <summary>
    /// The mean over a window at each position, padding not counted: <c>[batch, channels, time] → [batch, channels, positions]</c>.
    /// </summary>
    /// <inheritdoc cref="MaxPool1D"/>
    public static Layer AveragePool1D(int window, int? stride = null, Padding? padding = null) =>
        Pooling("averagepool1d", [window], stride is { } s ? [s] : null, (x, size, step) => Functions.AveragePool(x, size, step, padding));

    /// <summary>
    /// The mean over a window at each position, padding not counted: <c>[batch, channels, height, width] → [batch, channels, rows,
    /// columns]</c>.
    /// </summary>
    /// <inheritdoc cref="MaxPool1D"/>
    public static Layer AveragePool2D(Size2D window, Size2D? stride = null, Padding? padding = null) =>
        Pooling("averagepool2d", window.ToArray(), stride?.ToArray(), (x, size, step) => Functions.AveragePool(x, size, step, padding));

    /// <summary>The largest element of each channel: <c>[batch, channels, s…] → [batch, channels]</c>.</summary>
    public static Layer GlobalMaxPool { get; } = Of("globalmaxpool", x => Functions.Max(x, SpatialAxes("globalmaxpool", x)));

    /// <summary>The mean of each channel: <c>[batch, channels, s…] → [batch, channels]</c>.</summary>
    public static Layer GlobalAveragePool { get; } = Of("globalaveragepool", x => Functions.Mean(x, SpatialAxes("globalaveragepool", x)));

    static Layer Pooling(string name, int[] window, int[]? strides, Func<Expr, int[], int[]?, Expr> pool)
    {
        Positive(name, [.. window.Select(n => ("window", n)), .. (strides ?? []).Select(n => ("stride", n))]);
        return Of(name, x => pool(x, window, strides));
    }

    static int[] SpatialAxes(string layer, Expr x) => x.Rank > 2 ? [.. Enumerable.Range(2, x.Rank - 2)]
        : throw new ShapeException($"{layer}: takes [batch, channels, s…], given {x.Shape}. Pool before flattening.");
}
