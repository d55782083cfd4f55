using FunctionalDL.Ops;
using F = FunctionalDL.Functions;

namespace FunctionalDL.Onnx;

/// <summary>Activations: functions of one element at a time, and softmax.</summary>
static partial class ActivationOperators
{
    const float RootOfTwo = 1.41421356f;

    public static IReadOnlyList<Pattern> Composites =>
    [
        Pattern.Of<MultiplyOp>("Gelu", Pattern.Single, y => GeluArgument(y) is { } x ? Composite.Of("Gelu", F.Gelu(x), [x]) : null, 20),
        // As PyTorch writes it, which OnnxRuntime joins.
        Pattern.Of<MultiplyOp>("Gelu of primitives", Pattern.Single, y => GeluArgument(y) is { } x
            ? new(F.Gelu(x), [x], WriteGelu) : null),
        Pattern.Of<MultiplyOp>("GeluTanh", Pattern.Single, y => GeluArgument(y) is { } x
            ? Composite.Of("Gelu", F.GeluTanh(x), [x], ("approximate", "tanh")) : null, 20),
        Pattern.Of<MultiplyOp>("Selu", Pattern.Single, y => y is { Inputs: [_, { Op: SelectOp, Inputs: [_, var x, _] }] }
            ? Composite.Of("Selu", F.Selu(x), [x], ("alpha", 1.6732632423543772f), ("gamma", 1.0507009873554805f)) : null),
        Pattern.Of<MultiplyOp>("Mish", Pattern.Single, y => Composite.Of("Mish", F.Mish(y.Inputs[0]), [y.Inputs[0]]), 18),
        Pattern.Of<MultiplyOp>("HardSwish", Pattern.Single, y => y.Inputs[0] is var x
            ? Composite.Of("HardSwish", x * F.HardSigmoid(x), [x]) : null, 14),
        Pattern.Of<DivideOp>("HardSigmoid", Pattern.Single, HardSigmoid),
        Pattern.Of<SelectOp>("Elu", Pattern.Single, y => y.Inputs is [_, var x, { Op: MultiplyOp, Inputs: [var alpha, { Op: Expm1Op }] }]
            && alpha.RepeatedNumber is { } a ? Composite.Of("Elu", F.Elu(x, a), [x], ("alpha", (float)a)) : null),
        Pattern.Of<SelectOp>("LeakyRelu", Pattern.Single, y => y.Inputs is [_, var x, { Op: MultiplyOp, Inputs: [var slope, _] }]
            && slope.RepeatedNumber is { } s ? Composite.Of("LeakyRelu", F.LeakyRelu(x, s), [x], ("alpha", (float)s)) : null),
        Pattern.Of<DivideOp>("Softsign", Pattern.Single, y => Composite.Of("Softsign", F.Softsign(y.Inputs[0]), [y.Inputs[0]])),
        Pattern.Of<DivideOp>("Softmax", Pattern.Reals, Softmax),
        Pattern.Of<SubtractOp>("LogSoftmax", Pattern.Reals, LogSoftmax),
        Pattern.Of<MinimumOp>("Clip", Pattern.Reals, y => y.Inputs is [{ Op: MaximumOp, Inputs: [var x, var low] }, var high]
            ? Clip(x, low, high, F.Minimum(F.Maximum(x, low.Inner()), high.Inner())) : null),
        Pattern.Of<MaximumOp>("Clip from above first", Pattern.Reals, y =>
            y.Inputs is [{ Op: MinimumOp, Inputs: [var x, var high] }, var low]
                ? Clip(x, low, high, F.Maximum(F.Minimum(x, high.Inner()), low.Inner())) : null),
        Pattern.Of<MaximumOp>("Relu", Pattern.Reals, y => Composite.Of("Relu", F.Relu(y.Inputs[0]), [y.Inputs[0]])),
    ];

    static Expr? GeluArgument(Expr y) => y is { Inputs: [{ Op: MultiplyOp, Inputs: [_, var x] }, _] } ? x : null;

    static string WriteGelu(IOnnxGraph graph, string[] x)
    {
        string Number(float value) => graph.Constant(value);
        var erf = graph.Node("Erf", [graph.Node("Div", [x[0], Number(RootOfTwo)])]);
        return graph.Node("Mul", [graph.Node("Mul", [x[0], graph.Node("Add", [erf, Number(1)])]), Number(0.5f)]);
    }

    static Composite? HardSigmoid(Expr y) =>
        y is { Inputs: [{ Op: MinimumOp, Inputs: [{ Op: MaximumOp, Inputs: [{ Op: AddOp, Inputs: [var x, _] }, _] }, _] }, _] }
            ? Composite.Of("HardSigmoid", F.HardSigmoid(x), [x], ("alpha", 1 / 6f), ("beta", 0.5f))
            : null;

    static Composite? Clip(Expr x, Expr low, Expr high, Expr function) =>
        low.RepeatedNumber is { } least && high.RepeatedNumber is { } most && least <= most
            && low.Inner().Rank == 0 && high.Inner().Rank == 0
            ? Composite.Of("Clip", function, [x, low.Inner(), high.Inner()])
            : null;

    static Composite? Softmax(Expr y) =>
        y is { Inputs: [{ Op: ExpOp, Inputs: [{ Op: SubtractOp, Inputs: [var x, _] }] }, var total] } && SummedAxis(total) is { } axis
            ? Composite.Of("Softmax", F.Softmax(x, axis), [x], ("axis", (long)axis))
            : null;

    static Composite? LogSoftmax(Expr y) =>
        y is { Inputs: [{ Op: SubtractOp, Inputs: [var x, _] }, var total] } && total.Inner() is { Op: LogOp, Inputs: [var sum] }
            && SummedAxis(sum) is { } axis
            ? Composite.Of("LogSoftmax", F.LogSoftmax(x, axis), [x], ("axis", (long)axis))
            : null;

    static int? SummedAxis(Expr total) => total.Inner().Op is SumOp { Axes: [var axis] } ? axis : null;
}
