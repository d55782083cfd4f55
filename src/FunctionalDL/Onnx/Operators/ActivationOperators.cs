using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Activations.</summary>
static partial class ActivationOperators
{
    /// <summary>Before this opset, Softmax and its like took all axes from theirs on as one.</summary>
    const int OneAxis = 13;

    public static IEnumerable<OnnxOperator> Rows =>
    [
        Unary("Relu", Relu), Unary("Sigmoid", Sigmoid), Unary("Softplus", Softplus), Unary("Softsign", Softsign), Unary("Mish", Mish),
        Unary("HardSwish", HardSwish),
        OnnxOperator.One("LeakyRelu", node => LeakyRelu(node[0], node.Float("alpha", 0.01))),
        OnnxOperator.One("Elu", node => Elu(node[0], node.Float("alpha", 1))),
        OnnxOperator.One("Celu", node => Celu(node[0], node.Float("alpha", 1))),
        OnnxOperator.One("Selu", node =>
            node.Float("gamma", 1.0507009873554805) * Elu(node[0], node.Float("alpha", 1.6732632423543772))) with { Since = 6 },
        OnnxOperator.One("ThresholdedRelu", node => ThresholdedRelu(node[0], node.Float("alpha", 1))),
        OnnxOperator.One("HardSigmoid", node => Functions.HardSigmoid(node[0], node.Float("alpha", 0.2), node.Float("beta", 0.5))),
        OnnxOperator.One("PRelu", node => PRelu(node[0], node[1])) with { Since = 7 },
        OnnxOperator.One("Shrink", node => Shrink(node[0], node.Float("bias", 0), node.Float("lambd", 0.5))),
        OnnxOperator.One("Swish", node => node[0] * Sigmoid(node.Float("alpha", 1) * node[0])),
        OnnxOperator.One("Gelu", node => Gelu(node, node.String("approximate", "none"))),
        OnnxOperator.One("Softmax", node => Along(node, Functions.Softmax)),
        OnnxOperator.One("LogSoftmax", node => Along(node, Functions.LogSoftmax)),
        OnnxOperator.One("Hardmax", node => Along(node, (x, axis) =>
            Equal(ExpandDims(ArgMax(x, axis), axis), Places(x, axis)).Cast(x.DType))),
    ];

    static OnnxOperator Unary(string name, Func<Expr, Expr> f) => OnnxOperator.One(name, node => f(node[0]));

    static Expr Gelu(OnnxNode node, string approximate) => approximate switch
    {
        "none" => Functions.Gelu(node[0]),
        "tanh" => GeluTanh(node[0]),
        _ => throw new OnnxNodeException($"approximate is \"{approximate}\", and has to be none or tanh."),
    };

    /// <summary>0, 1, … along an axis.</summary>
    static Expr Places(Expr x, int axis)
    {
        var shape = Enumerable.Repeat((Dim)1, x.Rank).ToArray();
        shape[axis] = x.Shape[axis];
        return Reshape(Functions.Range(x.Shape[axis]), [.. shape]);
    }

    static Expr Along(OnnxNode node, Func<Expr, int, Expr> f)
    {
        var x = node[0];
        if (node.Opset >= OneAxis) return f(x, x.Shape.Axis(node.Int32("axis", -1), node.Operator));
        var axis = x.Shape.Axis(node.Int32("axis", 1), node.Operator);
        if (axis == x.Rank - 1) return f(x, axis);
        var rows = Reshape(x, [x.Shape.Slice(0, axis).Elements, x.Shape.Slice(axis, x.Rank).Elements]);
        return Reshape(f(rows, 1), x.Shape);
    }
}
