using FunctionalDL.Ops;

namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>
    /// What lies under a window at each position, in columns: <c>[batch, channels, s…] → [batch, channels·k, positions]</c>, the
    /// elements of a window in row-major order, and 0 for padding (im2col, PyTorch's unfold).
    /// </summary>
    /// <param name="x">The input.</param>
    /// <param name="window">The window's size along each spatial axis.</param>
    /// <param name="strides">The steps between positions; 1 if not given.</param>
    /// <param name="padding">How far the window reaches over the ends; not at all if not given.</param>
    /// <param name="dilations">The steps between the window's elements, one for each spatial axis; 1 if not given.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or a number is out of range.</exception>
    public static Expr Unfold(Expr x, int[] window, int[]? strides = null, Padding? padding = null, int[]? dilations = null)
    {
        var under = Under(x, WindowOn("Unfold", x.Shape, window, strides, padding ?? Padding.Valid, dilations), "Unfold");
        var (elements, positions) = (under.Shape.Slice(1, 2 + window.Length).Elements, under.Shape.Slice(2 + window.Length, under.Rank));
        return Reshape(under, [x.Shape[0], elements, positions.Elements]);
    }

    /// <summary>
    /// Columns put back under their windows and added up: <c>[batch, channels·k, positions] → [batch, channels, s…]</c>, the transpose
    /// of <see cref="Unfold"/> (col2im, ONNX's Col2Im).
    /// </summary>
    /// <param name="columns">The columns.</param>
    /// <param name="spatial">The sizes s… of the result.</param>
    /// <param name="window">The window's size along each spatial axis.</param>
    /// <param name="strides">The steps between positions; 1 if not given.</param>
    /// <param name="padding">How far the window reaches over the ends, which is left out; not at all if not given.</param>
    /// <param name="dilations">The steps between the window's elements, one for each spatial axis; 1 if not given.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or a number is out of range.</exception>
    public static Expr Fold(
        Expr columns,
        Shape spatial,
        int[] window,
        int[]? strides = null,
        Padding? padding = null,
        int[]? dilations = null)
    {
        var (count, axes) = (window.Aggregate((Dim)1, (product, n) => product * n), window.Length);
        if (columns.Rank != 3 || spatial.Rank != axes || columns.Shape[1].DivideExactly(count) is not { } channels)
            throw new ShapeException(
                $"Fold: {columns.Shape} to {spatial} by windows of [{string.Join(", ", window)}]. Give [batch, channels·k, positions] and "
                    + "one size for each axis of the window."
            );
        var folded = Shape.Of(columns.Shape[0], channels).Concat(spatial);
        var slide = WindowOn("Fold", folded, window, strides, padding ?? Padding.Valid, dilations);
        var positions = slide.Positions("Fold", spatial);
        if (positions.Elements != columns.Shape[2])
            throw new ShapeException(
                $"Fold: {columns.Shape[2]} columns for {positions} positions of the window over {spatial}. Give one for each.");
        var y = Reshape(columns, [columns.Shape[0], channels, .. window.Select(n => (Dim)n), .. positions]);
        for (var axis = axes - 1; axis >= 0; axis--) y = Folded(y, slide, axis, spatial[axis]);
        return y;
    }

    /// <summary>What lies under a window at each position: <c>[batch, channels, s…] → [batch, channels, k…, p…]</c>.</summary>
    static Expr Under(Expr x, Window window, string op)
    {
        var positions = window.Positions(op, x.Shape.Slice(2, x.Rank));
        for (var axis = 0; axis < window.Rank; axis++)
        {
            // Of the axes before, the elements of windows come first, and then the positions.
            var at = 2 + 2 * axis;
            var padded = Pad(x, at, window.Before[axis], window.After[axis]);
            var (step, size) = (window.Strides[axis], positions[axis]);
            x = Stack(
                2 + axis,
                [.. Enumerable.Range(0, window.Sizes[axis]).Select(i => Slice(padded, at, i * window.Dilations[axis], size, step))]);
        }
        return x;
    }

    /// <summary>
    /// The elements of a window along an axis, the last of those left, added up where they are:
    /// <c>[…, k, p…, p] → […, p…, s]</c>.
    /// </summary>
    static Expr Folded(Expr y, Window window, int axis, Dim size)
    {
        var (of, at) = (2 + axis, 2 + 2 * axis + 1);
        var all = size + window.Before[axis] + window.After[axis];
        Expr Placed(int i)
        {
            var row = Dilate(Index(y, of, i), at - 1, window.Strides[axis] - 1);
            var start = i * window.Dilations[axis];
            return Pad(row, at - 1, start, all - start - row.Shape[at - 1]);
        }
        var sum = Enumerable.Range(0, window.Sizes[axis]).Select(Placed).Aggregate((a, b) => a + b);
        return SliceFrom(sum, at - 1, window.Before[axis], size);
    }
}
