namespace FunctionalDL;

/// <summary>How far a convolution or pooling window reaches over the ends of each spatial axis.</summary>
public sealed class Padding
{
    readonly Func<Dim, int, int, int, (int Before, int After)> around;

    Padding(Func<Dim, int, int, int, (int, int)> around) => this.around = around;

    /// <summary>No padding: the window stays inside.</summary>
    public static Padding Valid { get; } = new((_, _, _, _) => (0, 0));

    /// <summary>
    /// As much as makes ⌈n/stride⌉ positions, half of it before and the rest after. With a stride above 1 the size must be known.
    /// </summary>
    public static Padding Same { get; } = new((n, extent, stride, axis) =>
    {
        var total = SameTotal(n, extent, stride, axis);
        return (total / 2, total - total / 2);
    });

    /// <summary>As <see cref="Same"/>, with half of it after and the rest before.</summary>
    public static Padding SameLower { get; } = new((n, extent, stride, axis) =>
    {
        var total = SameTotal(n, extent, stride, axis);
        return (total - total / 2, total / 2);
    });

    static int SameTotal(Dim n, int extent, int stride, int axis)
    {
        if (stride == 1) return extent - 1;
        return n.IsKnown ? (int)Math.Max((n.Size + stride - 1L) / stride * stride - stride + extent - n.Size, 0)
            : throw new ShapeException(
                $"Padding.Same: stride {stride} along spatial axis {axis} of {n} elements, whose number is not known. Fix the size, use "
                    + "stride 1, or give the padding as numbers."
            );
    }

    /// <summary>The same number of elements at both ends of every axis.</summary>
    /// <exception cref="ShapeException">The number is negative.</exception>
    public static Padding Of(int both) => both >= 0 ? new((_, _, _, _) => (both, both))
        : throw new ShapeException($"Padding: {both} elements. Give 0 or more.");

    /// <summary>The numbers of elements before and after each spatial axis.</summary>
    /// <exception cref="ShapeException">A number is negative.</exception>
    public static Padding Of(params (int Before, int After)[] axes) =>
        axes.All(p => p is { Before: >= 0, After: >= 0 })
            ? new(
                (_, _, _, axis) =>
                    axis < axes.Length
                        ? axes[axis]
                        : throw new ShapeException(
                            $"Padding: given for {axes.Length} axes, and there is a spatial axis {axis}. Give it for each spatial axis."))
            : throw new ShapeException($"Padding: {string.Join(", ", axes)} has a negative number. Give 0 or more.");

    /// <summary>The same number of elements at both ends of every axis.</summary>
    public static implicit operator Padding(int both) => Of(both);

    internal (int Before, int After) Around(Dim n, int extent, int stride, int axis) => around(n, extent, stride, axis);
}
