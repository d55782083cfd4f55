using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Windows and the discrete Fourier transform.</summary>
static class SignalOperators
{
    public static IEnumerable<OnnxOperator> Rows =>
    [
        Window("HannWindow", 0.5, 0.5, 0), Window("HammingWindow", 25.0 / 46, 21.0 / 46, 0), Window("BlackmanWindow", 0.42, 0.5, 0.08),
        OnnxOperator.One("DFT", Dft), OnnxOperator.One("STFT", ShortTime),
    ];

    /// <summary>a − b·cos 2πi/n + c·cos 4πi/n, for n elements a period, or n − 1.</summary>
    static OnnxOperator Window(string name, double a, double b, double c) => OnnxOperator.One(name, node =>
    {
        var size = node.Dims(0, "the size")[0];
        var dtype = node.DTypeAttribute("output_datatype", DType.Float32);
        var period = SizeOf(size, DType.Float64) - (node.Flag("periodic", true) ? 0 : 1);
        var angle = 2 * Math.PI * Functions.Range(size, DType.Float64) / period;
        return (a - b * Cos(angle) + c * Cos(2 * angle)).Cast(dtype);
    });

    /// <summary>Σ x·e^(∓2πi·jk/n) along an axis of known length, as a product with the matrices of its cosines and sines.</summary>
    static Expr Dft(OnnxNode node)
    {
        const int axisAsInput = 20;
        var x = node[0];
        var last = node.Has(2) ? node.Number(2, "axis") : -2;
        var given = node.Opset >= axisAsInput ? last : node.Int("axis", 1);
        var axis = x.Shape.Axis(OnnxNode.Narrow(given, "axis"), "DFT");
        var n = node.Has(1) ? node.Number32(1, "dft_length") : Size(x.Shape[axis]);
        var (isInverse, isOneSided) = (node.Flag("inverse"), node.Flag("onesided"));
        if (isInverse && isOneSided) throw OnnxNodeException.Unsupported("the inverse of one side has no form here.");
        return Transformed(Fitted(x, axis, n), axis, n, isInverse, isOneSided);
    }

    static Expr Transformed(Expr x, int axis, int n, bool isInverse, bool isOneSided)
    {
        var count = isOneSided ? n / 2 + 1 : n;
        // [..., axis, ..., parts] with the axis before the parts.
        int[] order = [.. Enumerable.Range(0, x.Rank - 1).Where(i => i != axis), axis];
        var (real, imaginary) = (Transpose(Index(x, x.Rank - 1, 0), order),
            x.Shape[^1] == 2 ? Transpose(Index(x, x.Rank - 1, 1), order) : null);
        var (cos, sin) = (Matrix(n, count, x.DType, Math.Cos), Matrix(n, count, x.DType, isInverse ? Math.Sin : t => -Math.Sin(t)));
        var (re, im) = (MatMul(real, cos), MatMul(real, sin));
        if (imaginary is not null) (re, im) = (re - MatMul(imaginary, sin), im + MatMul(imaginary, cos));
        if (isInverse) (re, im) = (re / n, im / n);
        int[] back = [.. Enumerable.Range(0, x.Rank - 1).Select(i => Array.IndexOf(order, i))];
        return Stack(x.Rank - 1, Transpose(re, back), Transpose(im, back));
    }

    /// <summary>
    /// The transforms of windows over a signal, one after another: <c>[batch, n, parts] → [batch, frames, count, 2]</c>.
    /// </summary>
    static Expr ShortTime(OnnxNode node)
    {
        var x = node[0];
        var (step, n) = (node.Number32(1, "frame_step"), Size(x.Shape[1]));
        var window = node.Optional(2);
        var length = node.Has(3) ? node.Number32(3, "frame_length") : Size((window ?? throw new OnnxNodeException(
            "neither a window nor frame_length says how long a frame is.")).Shape[0]);
        if (step < 1 || length < 1 || length > n) throw new OnnxNodeException($"frames of {length} elements by steps of {step} of {n}.");
        var frames = (n - length) / step + 1;
        var places = Enumerable.Range(0, frames).SelectMany(f => Enumerable.Range(f * step, length)).Select(i => (long)i);
        // [batch, frames, length, parts]
        var taken = Gather(x, Expr.Constant(Tensor.Of([frames, length], [.. places])), 1);
        if (window is not null) taken *= ExpandDims(window, 1);
        return Transformed(taken, 2, length, isInverse: false, node.Flag("onesided", true));
    }

    static int Size(Dim d) => d.IsKnown ? d.Size
        : throw new OnnxNodeException($"a transform of {d} elements has to know how many. Give the size: OnnxImportOptions.Sizes.");

    static Expr Fitted(Expr x, int axis, int n)
    {
        var size = Size(x.Shape[axis]);
        return n <= size ? Slice(x, axis, 0, n) : Pad(x, axis, 0, n - size);
    }

    static Expr Matrix(int n, int count, DType dtype, Func<double, double> f)
    {
        var values = new double[n * count];
        for (var j = 0; j < n; j++)
            for (var k = 0; k < count; k++) values[j * count + k] = f(2 * Math.PI * ((long)j * k % n) / n);
        return Expr.Constant(Tensor.Of([n, count], values).Cast(dtype));
    }
}
