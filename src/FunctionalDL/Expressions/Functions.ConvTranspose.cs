using FunctionalDL.Ops;

namespace FunctionalDL;

public static partial class Functions
{
    /// <summary>
    /// The transposed convolution, which turns the shapes of a convolution round:
    /// <c>[batch, in, p…], [in, out/groups, k…] → [batch, out, s…]</c> with s = (p − 1)·stride + (k − 1)·dilation + 1 −
    /// padding + outputPadding.
    /// </summary>
    /// <param name="x">The input, channels first as in ONNX.</param>
    /// <param name="kernel">The weights of the convolution it is the transpose of.</param>
    /// <param name="strides">The steps between positions in the result, one for each spatial axis; 1 if not given.</param>
    /// <param name="padding">What is cut off around the result: nothing if not given; Same and SameLower make s = p·stride.</param>
    /// <param name="dilations">The steps between the kernel's elements, one for each spatial axis; 1 if not given.</param>
    /// <param name="groups">The number of parts the channels are split into, each with kernels of its own.</param>
    /// <param name="outputPadding">
    /// How many elements the result has at each axis' end beyond those above, less than the stride or the dilation; 0 if not given. What
    /// no input reaches is 0.
    /// </param>
    /// <param name="outputShape">
    /// The sizes s… of the result, from which follows what is cut off: half at each end, of an odd number the larger part at the
    /// beginning, with <see cref="Padding.Same"/> at the end (as ONNX has it). Then the padding is not given as numbers.
    /// </param>
    /// <exception cref="ShapeException">The shapes do not fit, or a number is out of range.</exception>
    public static Expr ConvTranspose(
        Expr x,
        Expr kernel,
        int[]? strides = null,
        Padding? padding = null,
        int[]? dilations = null,
        int groups = 1,
        int[]? outputPadding = null,
        Shape? outputShape = null)
    {
        const string op = "ConvTranspose";
        var sizes = KernelSizes(op, kernel);
        if (x.Rank != sizes.Length + 2)
            throw new ShapeException(
                $"{op}: {x.Shape} with kernel {kernel.Shape}. The input is [batch, in, p…], the kernel [in, out/groups, k…].");
        (strides, outputPadding) = (strides ?? Ones(sizes.Length), outputPadding ?? new int[sizes.Length]);
        var most = strides.Zip(dilations ?? Ones(sizes.Length), Math.Max).ToArray();
        var fit = outputPadding.Zip(most).Count(p => p.First >= 0 && p.First < Math.Max(p.Second, 1));
        if (most.Length != sizes.Length || outputPadding.Length != sizes.Length || fit < sizes.Length)
            throw new ShapeException(
                $"{op}: output padding [{string.Join(", ", outputPadding)}] with strides [{string.Join(", ", strides)}] for a kernel "
                    + $"{kernel.Shape}. Give one number for each spatial axis, from 0 to below the stride or the dilation."
            );
        var positions = x.Shape.Slice(2, x.Rank);
        Shape full = [.. positions.Zip(strides, (p, stride) => p * Math.Max(stride, 1))];
        if (outputShape is null && padding != Padding.Same && padding != Padding.SameLower)
        {
            var given = WindowOn(op, x.Shape.Slice(0, 2).Concat(full), sizes, strides, padding ?? Padding.Valid, dilations);
            Shape cut = [.. positions.Select((p, axis) => Reached(given, p, axis) - given.Before[axis] - given.After[axis])];
            return Transposed(x, kernel, given, groups, [.. cut.Zip(outputPadding, (n, more) => n + more)]);
        }
        if (padding is not null && padding != Padding.Valid && padding != Padding.Same && padding != Padding.SameLower)
            throw new ShapeException($"{op}: both an output shape {outputShape} and padding as numbers. Give one of them.");
        var size = outputShape ?? full;
        if (size.Rank != sizes.Length)
            throw new ShapeException($"{op}: output shape {size} for a kernel {kernel.Shape}. Give one size for each spatial axis.");
        var window = WindowOn(op, x.Shape.Slice(0, 2).Concat(full), sizes, strides, Padding.Valid, dilations);
        int[] total = [.. positions.Select((p, axis) => CutOff(Reached(window, p, axis) + outputPadding[axis] - size[axis], size))];
        int[] less = [.. total.Select(n => n / 2)], more = [.. total.Select(n => n - n / 2)];
        var (before, after) = padding == Padding.Same ? (less, more) : (more, less);
        return Transposed(x, kernel, window with { Before = Axes.Create(before), After = Axes.Create(after) }, groups, size);
    }

    /// <summary>The elements from the first that a kernel at p positions reaches to the last.</summary>
    static Dim Reached(Window window, Dim p, int axis) => (p - 1) * window.Strides[axis] + window.Extent(axis);

    static int CutOff(Dim total, Shape size) => total.IsKnown ? Math.Max(total.Size, 0)
        : throw new ShapeException($"ConvTranspose: of sizes {size} it is not known how much is cut off, {total}. Use the input's names.");

    /// <summary>
    /// The transposed convolution of a size. What is beyond a stride after the last position, and what nothing reaches, is put there
    /// afterwards.
    /// </summary>
    static Expr Transposed(Expr x, Expr kernel, Window window, int groups, Shape size)
    {
        int[] after = [.. window.After], beyond = new int[after.Length];
        var covered = size.ToArray();
        for (var axis = 0; axis < after.Length; axis++)
        {
            var extra = size[axis] - (Reached(window, x.Shape[axis + 2], axis) - window.Before[axis] - after[axis]);
            if (extra.IsNegative || extra.Size < window.Strides[axis]) continue;
            var less = Math.Min(extra.Size, after[axis]);
            (after[axis], beyond[axis]) = (after[axis] - less, extra.Size - less);
            covered[axis] = size[axis] - beyond[axis];
        }
        var y = new Expr(new ConvInputGradientOp(window with { After = Axes.Create(after) }, groups, [.. covered]), x, kernel);
        for (var axis = 0; axis < beyond.Length; axis++) y = Pad(y, axis + 2, 0, beyond[axis]);
        return y;
    }
}
