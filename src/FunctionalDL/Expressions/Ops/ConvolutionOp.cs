using static FunctionalDL.Functions;

namespace FunctionalDL.Ops;

/// <summary>
/// The form T(x, w, y) = Σ x·w·y over every place where a kernel w <c>[out, in/groups, k…]</c> overlaps an input x <c>[batch, in,
/// s…]</c>, at a position of y <c>[batch, out, p…]</c>. It is linear in each of the three; the convolution and its two gradients are
/// its partial derivatives.
/// </summary>
/// <remarks>
/// Three primitives, one for each tensor that can be the result. Each one's chain rule is made of the other two, so that the set is
/// closed under differentiation; all are single ONNX ops or nearly; and an engine meets the three shapes of matrix product it wants, not
/// slices and pads.
/// </remarks>
abstract record ConvolutionOp(Window Window, int Groups) : Op
{
    internal override int? Arity => 2;

    /// <summary>The shapes of x, w and y, of which one is the result's and the others the inputs'.</summary>
    protected abstract (Shape X, Shape W, Shape Y) Roles(Shape a, Shape b, Shape result);

    /// <summary>Which of x, w and y an offset into the result and into each input is taken from.</summary>
    protected abstract (int A, int B, int Result) Pick((int X, int W, int Y) offsets);

    // Sums in float64, so that the reference is exact to the last bit or so of float32.
    internal override Tensor Evaluate(Tensor[] x, TensorType type, Sizes sizes)
    {
        var (a, b) = (x[0].Cast(DType.Float64).As<double>().Memory, x[1].Cast(DType.Float64).As<double>().Memory);
        var result = new double[type.Shape.ElementCount];
        foreach (var offsets in Offsets(Roles(x[0].Shape, x[1].Shape, type.Shape)))
        {
            var at = Pick(offsets);
            result[at.Result] += a.Span[at.A] * b.Span[at.B];
        }
        return Tensor<double>.Adopt(type.Shape, result).Cast(type.DType);
    }

    IEnumerable<(int X, int W, int Y)> Offsets((Shape X, Shape W, Shape Y) shapes)
    {
        var (inputs, outputs) = (shapes.W[1].Size, shapes.W[0].Size / Groups);
        var (spatial, positions, elements) = (Spatial(shapes.X), Spatial(shapes.Y), Spatial(shapes.W).ElementCount);
        foreach (var (s, k, p) in Window.Overlaps(spatial, positions))
            for (var batch = 0; batch < shapes.X[0].Size; batch++)
                for (var output = 0; output < outputs * Groups; output++)
                    for (var input = 0; input < inputs; input++)
                    {
                        var channel = output / outputs * inputs + input;
                        yield return (
                            (batch * inputs * Groups + channel) * spatial.ElementCount + s,
                            (output * inputs + input) * elements + k,
                            (batch * outputs * Groups + output) * positions.ElementCount + p);
                    }
    }

    internal static Shape Spatial(Shape shape) => shape.Slice(2, shape.Rank);

    /// <summary>Checks what the three ops have in common, and makes sure that the shapes are those of an x, a w and a y.</summary>
    private protected void Check(ReadOnlySpan<TensorType> x, Shape w)
    {
        Window.Check(Name);
        if (x[0].DType != x[1].DType || !x[0].DType.IsFloat())
            throw WrongDType(x, "two floats of one dtype", $"Cast one side, such as x.Cast(DType.{x[0].DType}).");
        foreach (var type in x)
            if (type.Shape.Rank != Window.Rank + 2)
                throw new ShapeException(
                    $"{Name}: {x[0].Shape} and {x[1].Shape} for a window of {Window.Rank} axes. Both take two axes and the spatial ones, "
                        + "as [batch, channels, s…] and [out, in, k…]."
                );
        if (Groups < 1 || !w[0].IsKnown || w[0].Size % Groups != 0)
            throw new ShapeException(
                $"{Name}: {Groups} groups do not divide the {w[0]} output channels. Use a divisor of both numbers of channels.");
        if (!Spatial(w).SequenceEqual(Window.Sizes.Select(n => (Dim)n)))
            throw new ShapeException($"{Name}: kernel {w} is not a window of {Window.Sizes}. Give the window the kernel's sizes.");
    }

    private protected ShapeException Mismatch(string what, Shape a, Shape b, string repair) =>
        new($"{Name}: {what}, {a} with {b} in {Groups} groups. {repair}");

    internal override Expr? Jvp(Expr y, Expr?[] t)
    {
        var (first, second) = (
            t[0] is { } a ? new Expr(this, a, y.Inputs[1]) : null,
            t[1] is { } b ? new Expr(this, y.Inputs[0], b) : null);
        return first is { } && second is { } ? first + second : first ?? second;
    }

    internal override Printed Print(Notation notation, Printed[] x, Expr y) =>
        notation.Function(Name.ToLowerInvariant(), x, [.. Window.Print(), .. Groups == 1 ? [] : new[] { $"groups {Groups}" }]);
}
