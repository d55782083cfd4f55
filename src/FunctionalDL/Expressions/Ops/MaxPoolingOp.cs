namespace FunctionalDL.Ops;

/// <summary>
/// What the three ops of max pooling share: in each channel, the element of x₀ that is the largest under the window at each position, the
/// first where several are; NaN counts as largest.
/// </summary>
/// <remarks>
/// The ops are f(x), and two that are linear once the largest elements are known: one takes them out of another tensor, one puts them
/// back.
/// </remarks>
abstract record MaxPoolingOp(Window Window) : Op
{
    private protected Shape Pooled(ReadOnlySpan<TensorType> x)
    {
        Window.Check(Name);
        var shape = x[0].Shape;
        foreach (var type in x)
            if (!type.DType.IsFloat() || type.DType != x[0].DType)
                throw WrongDType(x, "floats of one dtype", "Cast the input to a float.");
        if (shape.Rank != Window.Rank + 2)
            throw new ShapeException(
                $"{Name}: takes [batch, channels, s…] with {Window.Rank} spatial axes, given {shape}. Reshape the input.");
        Window.CheckMeets(Name, shape);
        return shape.Slice(0, 2).Concat(Window.Positions(Name, ConvolutionOp.Spatial(shape)));
    }

    /// <summary>The error, where x₁ cannot be the largest elements of x₀.</summary>
    private protected void CheckLargest(ReadOnlySpan<TensorType> x)
    {
        if (Pooled(x) is var pooled && pooled != x[1].Shape)
            throw new ShapeException(
                $"{Name}: pooling {x[0].Shape} gives {pooled}, the largest elements are {x[1].Shape}. Give those of the input.");
    }

    /// <summary>
    /// For each element of the pooled tensor the offset of the largest element of x, or −1 where the window is on none. Of 0 and −0 it
    /// is the first, unless <paramref name="tellsZerosApart"/>; then it is 0, as that of Maximum is.
    /// </summary>
    private protected int[] Largest(Tensor x, Shape pooled, bool tellsZerosApart = false)
    {
        bool IsLarger(double a, double than) =>
            !double.IsNaN(than) && (!(a <= than) || tellsZerosApart && a == than && double.IsNegative(than) && !double.IsNegative(a));

        var (spatial, positions) = (ConvolutionOp.Spatial(x.Shape), ConvolutionOp.Spatial(pooled));
        var (from, to, planes) = (spatial.ElementCount, positions.ElementCount, pooled.Slice(0, 2).ElementCount);
        var largest = new int[pooled.ElementCount];
        Array.Fill(largest, -1);
        foreach (var (s, _, p) in Window.Overlaps(spatial, positions))
            for (var plane = 0; plane < planes; plane++)
            {
                ref var best = ref largest[plane * to + p];
                var at = plane * from + s;
                if (best < 0 || IsLarger(x.GetDouble(at), x.GetDouble(best))) best = at;
            }
        return largest;
    }

    /// <summary>The positions where several elements lie within reach of the largest one, and the offset of that.</summary>
    private protected IEnumerable<(int Position, int Element)> Tied(Tensor x, Reach within)
    {
        var pooled = Pooled([new(x.DType, x.Shape)]);
        var (spatial, positions, largest) = (ConvolutionOp.Spatial(x.Shape), ConvolutionOp.Spatial(pooled), Largest(x, pooled));
        var (from, to, planes, tied) = (
            spatial.ElementCount,
            positions.ElementCount,
            pooled.Slice(0, 2).ElementCount,
            new SortedSet<int>());
        foreach (var (s, _, p) in Window.Overlaps(spatial, positions))
            for (var plane = 0; plane < planes; plane++)
                if (
                    plane * from + s is var at
                    && largest[plane * to + p] is >= 0 and var best
                    && at != best
                    && x.GetDouble(best) - x.GetDouble(at) <= within.Between(best, at))
                    tied.Add(plane * to + p);
        return tied.Select(position => (position, largest[position]));
    }

    private protected NonSmooth Jump =>
        new(NonSmoothKind.Jump, $"{Name} jumps where several elements under the window are the largest; the first is taken.");

    private protected static Tensor Take(Tensor values, int[] largest, Shape pooled, double otherwise)
    {
        var next = 0;
        return Layout.Pick(values, pooled, _ => largest[next++], otherwise);
    }

    /// <summary>Whether the window has more padding than elements, as one whose elements are apart may; runtimes refuse it.</summary>
    private protected bool ReachesFar =>
        Window.Sizes.Zip(Window.Before).Concat(Window.Sizes.Zip(Window.After)).Any(axis => axis.Second >= axis.First);

    /// <summary>The offsets of the largest elements in x, in one column: ONNX counts them as this library does.</summary>
    private protected string OnnxLargest(IOnnxGraph graph, string x) => ReachesFar
        ? throw new UnsupportedOnnxException(
            $"{Name}: a {Window} has more padding than elements, which OnnxRuntime refuses. Pad the input by itself, or pad less.")
        : graph.Node("Reshape", [graph.Nodes("MaxPool", 2, [x], Window.Onnx())[1], graph.Constant(Tensor.Vector(-1L, 1L))]);

    private protected static string Flat(IOnnxGraph graph, string x) => graph.Node("Reshape", [x, graph.Constant(Tensor.Vector(-1L))]);

    internal override Expr? Batch(Expr y, Expr[] x, bool[] batched, Dim n) => AsExamples(y, AllBatched(x, batched, n), n);

    internal override Printed Print(Notation notation, Printed[] x, Expr y) =>
        notation.Function(Name.ToLowerInvariant(), x, Window.Print());
}
