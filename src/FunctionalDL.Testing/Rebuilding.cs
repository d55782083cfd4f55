using FunctionalDL.Ops;

namespace FunctionalDL.Testing;

/// <summary>Cases made from a case by changing its graph.</summary>
static class Rebuilding
{
    /// <summary>The case with one node replaced by another.</summary>
    public static ExpressionCase Replace(ExpressionCase c, Expr node, Expr by, TensorSet values) =>
        ExpressionCase.Of(c.Output.Rebuild((n, _) => ReferenceEquals(n, node) ? by : null), values);

    /// <summary>The case with numbers for its symbolic dimensions.</summary>
    public static ExpressionCase WithSizes(ExpressionCase c, Sizes sizes) => Resize(c, d => d.Resolve(sizes), FunctionalDL.Sizes.None);

    /// <summary>The case with every dimension mapped; values and constants are cut to their new sizes.</summary>
    /// <exception cref="FunctionalException">The new dimensions do not fit together.</exception>
    public static ExpressionCase Resize(ExpressionCase c, Func<Dim, Dim> map, Sizes sizes)
    {
        var output = c.Output.Rebuild(
            (node, x) =>
                node.ConstantValue is { } value
                    ? Expr.Constant(Cut(value, [.. value.Shape.Select(map)]))
                    : new Expr(node.Op.Reshape(map), x));
        var cut = Graph
            .Variables(output)
            .Select(v => KeyValuePair.Create(v.VariableName!, Cut(c.Values[v.VariableName!], v.Shape.Resolve(sizes))));
        return new(output, TensorSet.Of(cut));
    }

    /// <summary>The leading part of a tensor.</summary>
    public static Tensor Cut(Tensor value, Shape shape)
    {
        if (shape.Zip(value.Shape).Any(d => d.First.Size > d.Second.Size))
            throw new ShapeException($"Cut: {value.Describe()} is smaller than {shape}.");
        var strides = value.Shape.Strides();
        return Layout.Pick(value, shape, index => Layout.Offset(index, strides));
    }
}
