using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Products of matrices.</summary>
static partial class ProductOperators
{
    public static IEnumerable<OnnxOperator> Rows =>
    [
        OnnxOperator.One("MatMul", node => MatMul(node[0], node[1])),
        OnnxOperator.One("Gemm", Gemm),
        OnnxOperator.One("Einsum", node => Einsum(node.String("equation", ""), node.All())),
        OnnxOperator.One("Det", node => throw OnnxNodeException.Unsupported("the determinant has no form here.")),
    ];

    /// <summary>α·A B + β·C, either factor transposed.</summary>
    static Expr Gemm(OnnxNode node)
    {
        var a = node.Flag("transA") ? Transpose(node[0]) : node[0];
        var b = node.Flag("transB") ? Transpose(node[1]) : node[1];
        var product = Scaled(MatMul(a, b), node.Float("alpha", 1));
        return node.Optional(2) is { } c ? product + Scaled(c, node.Float("beta", 1)) : product;
    }

    static Expr Scaled(Expr x, double factor) => factor == 1 ? x : factor * x;
}
