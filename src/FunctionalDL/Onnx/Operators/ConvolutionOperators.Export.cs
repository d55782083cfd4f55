using FunctionalDL.Ops;

namespace FunctionalDL.Onnx;

/// <summary>Convolutions and transposed convolutions.</summary>
static partial class ConvolutionOperators
{
    public static IReadOnlyList<Pattern> Composites => [Pattern.Of<AddOp>("Conv with bias", Pattern.Single, WithBias)];

    static Composite? WithBias(Expr y)
    {
        if (y.Inputs is not [{ Op: ConvOp or ConvInputGradientOp } product, var offset]
            || offset.Vector(product.Shape[1]) is not { } bias) return null;
        return new(
            product + bias.ByChannel(product),
            [.. product.Inputs, bias],
            (graph, names) => product.Op.ToOnnx(graph, product, names));
    }
}
