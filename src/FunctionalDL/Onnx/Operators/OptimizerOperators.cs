using static FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>The optimizers of the domain <c>ai.onnx.preview.training</c>: each updates any number of tensors.</summary>
static class OptimizerOperators
{
    const string Training = "ai.onnx.preview.training";

    public static IEnumerable<OnnxOperator> Rows =>
    [
        OnnxOperator.Several("Adagrad", node => Each(node, states: 1, Adagrad)) with { Domain = Training },
        OnnxOperator.Several("Adam", node => Each(node, states: 2, Adam)) with { Domain = Training },
        OnnxOperator.Several("Momentum", node => Each(node, states: 1, Momentum)) with { Domain = Training },
    ];

    /// <summary>R, T, then all tensors, all gradients and all states, of which the tensors and the states are given back.</summary>
    static Expr[] Each(OnnxNode node, int states, Func<OnnxNode, Expr, Expr, Expr[], Expr[]> update)
    {
        var count = (node.InputCount - 2) / (2 + states);
        var updated = Enumerable.Range(0, count).Select(i => update(node, node[2 + i], node[2 + count + i],
            [.. Enumerable.Range(0, states).Select(k => node[2 + (2 + k) * count + i])])).ToArray();
        return [.. Enumerable.Range(0, 1 + states).SelectMany(k => updated.Select(u => u[k]))];
    }

    static Expr Rate(OnnxNode node, DType dtype) => Reshape(node[0], Shape.Scalar).Cast(dtype);

    static Expr Step(OnnxNode node, DType dtype) => Reshape(node[1], Shape.Scalar).Cast(dtype);

    static Expr Regularized(OnnxNode node, Expr x, Expr gradient) => node.Float("norm_coefficient", 0) * x + gradient;

    static Expr[] Adagrad(OnnxNode node, Expr x, Expr gradient, Expr[] state)
    {
        var rate = Rate(node, x.DType) / (1 + Step(node, x.DType) * node.Float("decay_factor", 0));
        var g = Regularized(node, x, gradient);
        var sum = state[0] + g * g;
        return [x - rate * g / (Sqrt(sum) + node.Float("epsilon", 1e-6)), sum];
    }

    static Expr[] Adam(OnnxNode node, Expr x, Expr gradient, Expr[] state)
    {
        if (!node.HasAttribute("epsilon"))
            throw OnnxNodeException.Unsupported("no epsilon is given, on whose default the standard and its own test data differ. "
                + "Write the attribute.");
        var (alpha, beta) = (node.Float("alpha", 0.9), node.Float("beta", 0.999));
        var (rate, t) = (Rate(node, x.DType), Step(node, x.DType));
        var g = Regularized(node, x, gradient);
        var (mean, square) = (alpha * state[0] + (1 - alpha) * g, beta * state[1] + (1 - beta) * (g * g));
        Expr Power(double of) => Functions.Power(Expr.Constant(of, x.DType), t);
        var corrected = rate * Sqrt(1 - Power(beta)) / (1 - Power(alpha));
        var adjusted = Select(t > 0, corrected, rate);
        var moved = x - adjusted * mean / (Sqrt(square) + node.Float("epsilon", 0));
        return [(1 - node.Float("norm_coefficient_post", 0)) * moved, mean, square];
    }

    static Expr[] Momentum(OnnxNode node, Expr x, Expr gradient, Expr[] state)
    {
        var (rate, alpha) = (Rate(node, x.DType), node.Float("alpha", 0));
        var g = Regularized(node, x, gradient);
        var beta = Select(Step(node, x.DType) > 0, Expr.Constant(node.Float("beta", 0), x.DType), Expr.Constant(1, x.DType));
        var next = alpha * state[0] + beta * g;
        return [x - rate * (node.String("mode", "standard") == "nesterov" ? g + alpha * next : next), next];
    }
}
