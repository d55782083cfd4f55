using FunctionalDL.Ops;
using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Matrix products.</summary>
static partial class ProductOperators
{
    public static IReadOnlyList<Pattern> Composites =>
    [
        Pattern.Of<AddOp>("Gemm", Pattern.Reals, WithBias),
        Pattern.Of<MatMulOp>("Gemm of a transpose", Pattern.Reals, y => Gemm(y, null)),
        Pattern.Of<ReshapeOp>("MatMul of all examples", Pattern.Single, OfAllExamples),
    ];

    /// <summary>x y + b, where x or y may be a transpose and b is a row.</summary>
    static Composite? WithBias(Expr y) =>
        y.Inputs is [{ Op: MatMulOp } product, { Op: BroadcastOp } offset] && offset.Vector(y.Shape[^1]) is { } bias
            ? Gemm(product, bias)
            : null;

    static Composite? Gemm(Expr product, Expr? bias)
    {
        if (product.Rank != 2) return null;
        var ((a, isTransposedA), (b, isTransposedB)) = (Side(product.Inputs[0]), Side(product.Inputs[1]));
        if (bias is null && !isTransposedA && !isTransposedB) return null;
        (string, object)[] transposed = [.. isTransposedA ? [("transA", 1L)] : Nothing, .. isTransposedB ? [("transB", 1L)] : Nothing];
        var function = MatMul(isTransposedA ? Transpose(a) : a, isTransposedB ? Transpose(b) : b);
        return bias is null
            ? Composite.Of("Gemm", function, [a, b], transposed)
            : Composite.Of("Gemm", function + bias, [a, b, bias], transposed);
    }

    static (string, object)[] Nothing => [];

    static (Expr Leaf, bool IsTransposed) Side(Expr x) => x is { Op: TransposeOp, Rank: 2 } ? (x.Inputs[0], true) : (x, false);

    /// <summary>The product of more than two axes with one matrix, which ONNX's MatMul takes as it is.</summary>
    static Composite? OfAllExamples(Expr y) =>
        y.Inputs[0] is { Op: MatMulOp, Inputs: [{ Op: ReshapeOp, Inputs: [{ Rank: > 2 } x] }, { Rank: 2 } matrix] }
            ? Composite.Of("MatMul", MatMul(x, matrix), [x, matrix])
            : null;
}
